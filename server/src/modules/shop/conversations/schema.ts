import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { Attachment, channels, conversationStatuses, sentiments } from '../../inbox/schema.ts'

const name = text(200)

export const ChatMessage = z.object({
  id,
  conversationId: id,
  sender: z.enum(['user', 'ai', 'seller']),
  senderId: id.nullable(),
  text: z.string(),
  attachment: Attachment.nullable(),
  status: z.string(),
  error: z.string().nullable(),
  clientId: z.string().nullable(),
  /** A note of the team, which the customer never sees. */
  internal: z.boolean(),
  /** Epoch milliseconds. */
  timestamp: z.number(),
})

export const Conversation = z.object({
  id,
  shopId: id,
  customerId: id,
  customerName: z.string(),
  channel: z.enum(channels),
  status: z.enum(conversationStatuses),
  assigneeId: id.nullable(),
  tags: z.array(z.string()),
  notes: z.string().nullable(),
  isAiActive: z.boolean(),
  /** Why the assistant will not answer although it is to; null when it answers, or is not to. */
  aiUnavailableReason: z.string().nullable(),
  subject: z.string().nullable(),
  messageCount: z.int(),
  unreadCount: z.int(),
  lastMessageText: z.string().nullable(),
  lastMessageAt: instant.nullable(),
  campaignId: id.nullable(),
  outcome: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  handoffSuggested: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  /** The newest ones, oldest first; older ones by `GET …/messages`. */
  messages: z.array(ChatMessage),
})

const assignee = z
  .string()
  .refine(
    (value) => value === 'me' || value === 'none' || id.safeParse(value).success,
    "Give a member's id, me or none.",
  )

export const ConversationQuery = page().extend({
  status: optional(z.enum(conversationStatuses)),
  /** A member's id, `me`, or `none` for conversations that are assigned to no one. */
  assigneeId: optional(assignee),
  channel: optional(z.enum(channels)),
  tag: optional(text(50)),
  customerId: optional(id),
  /** Words of what was said or of the customer's name; the last one may be half typed. */
  q: optional(text(200)),
  order: optional(z.enum(['recent', 'newest'])),
  /** How many of its newest messages each conversation brings along. */
  messages: z.coerce.number().int().min(0).max(50).default(50),
})
export type ConversationQuery = z.output<typeof ConversationQuery>

export const ConversationChanges = z.object({
  customerName: optional(name),
  status: optional(z.enum(conversationStatuses)),
  assigneeId: clearable(id),
  tags: z.array(text(50)).max(50).optional(),
  notes: clearable(z.string().trim().max(10_000)),
  isAiActive: optional(z.boolean()),
  outcome: clearable(text(200)),
  sentiment: clearable(z.enum(sentiments)),
})
export type ConversationChanges = z.output<typeof ConversationChanges>

const clientId = optional(z.string().max(100))
const says = z.string().trim().max(10_000)
export const NewChatMessage = z
  .object({
    text: says.default(''),
    attachment: Attachment.nullish(),
    clientId,
    /** A note for the team: the customer does not get it. */
    internal: optional(z.boolean()),
  })
  .refine(({ text, attachment }) => text !== '' || attachment, {
    message: 'Say something or attach a file.',
    path: ['text'],
  })
export type NewChatMessage = z.output<typeof NewChatMessage>

/** `internal`: true for the team's notes only, false to leave them out. */
export const MessageQuery = page().extend({ internal: optional(z.enum(['true', 'false'])) })

export const NewVisit = z.object({ customerName: optional(name), text: optional(text(10_000)) })
export type NewVisit = z.output<typeof NewVisit>
export const VisitorMessage = ChatMessage.omit({ senderId: true, status: true, error: true, internal: true })
/** What a visitor sees of their conversation. */
export const VisitorConversation = Conversation.pick({
  id: true,
  customerName: true,
  status: true,
  createdAt: true,
}).extend({ messages: z.array(VisitorMessage) })
export const Visit = z.object({
  conversation: VisitorConversation,
  /** For this conversation's messages and for `/ws`, 30 days. */
  visitorToken: z.string(),
})
export const NewVisitorMessage = z.object({ text: text(10_000), clientId })
