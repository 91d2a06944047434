import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { Attachment, channels, conversationStatuses, sentiments } from '../../inbox/schema.ts'

const name = text(200)

export const ChatMessage = z.object({
  id: id.describe('Id of the message.'),
  conversationId: id.describe('The conversation.'),
  sender: z
    .enum(['user', 'ai', 'seller'])
    .describe('Who wrote: the customer (`user`), the assistant (`ai`) or a member (`seller`).'),
  senderId: id.nullable().describe('The member who wrote it; null for the customer and the assistant.'),
  text: z.string().describe('The text.'),
  attachment: Attachment.nullable().describe('The file it carries, if any.'),
  status: z
    .string()
    .describe('How far it is on its way to the customer: `queued`, `sent`, `delivered`, `read` or `failed`.'),
  error: z.string().nullable().describe('Why it could not be sent.'),
  clientId: z
    .string()
    .nullable()
    .describe(
      'A name for this message that the sender chooses. Sending it again with the same one returns the first message.',
    ),
  internal: z.boolean().describe('A note of the team, which the customer never sees.'),
  timestamp: z.number().describe('When it was written, in epoch milliseconds.'),
})

export const Conversation = z.object({
  id: id.describe('Id of the conversation.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  customerId: id.describe('The customer, a contact of the workspace.'),
  customerName: z.string().describe("The customer's name."),
  channel: z.enum(channels).describe('The channel the customer writes on.'),
  status: z
    .enum(conversationStatuses)
    .describe(
      '`open`, `pending` while it waits for the customer, or `closed`. A new message of the customer opens it again.',
    ),
  assigneeId: id.nullable().describe('The member who looks after it.'),
  tags: z.array(z.string()).describe('Labels.'),
  notes: z.string().nullable().describe('Remarks of the team about the conversation.'),
  isAiActive: z.boolean().describe('True when the assistant is to answer.'),
  aiUnavailableReason: z
    .string()
    .nullable()
    .describe('Why the assistant will not answer although it is to; null when it answers, or is not to.'),
  subject: z.string().nullable().describe('What it is about, in a few words.'),
  messageCount: z.int().describe('How many messages it has.'),
  unreadCount: z.int().describe('Messages of the customer that no member has read.'),
  lastMessageText: z.string().nullable().describe('Text of the newest message.'),
  lastMessageAt: instant.nullable().describe('When the newest message was written.'),
  campaignId: id.nullable().describe('The campaign it came from, if any.'),
  outcome: z.string().nullable().describe("Result in the team's words."),
  sentiment: z.enum(sentiments).nullable().describe("The customer's mood."),
  handoffSuggested: z.boolean().describe('True when the assistant thinks that a person should take over.'),
  createdAt: instant.describe('When the conversation was created.'),
  updatedAt: instant.describe('When the conversation was last changed.'),
  messages: z
    .array(ChatMessage)
    .describe('The newest 50 messages, oldest first; older ones come from `GET …/messages`.'),
})

const assignee = z
  .string()
  .refine(
    (value) => value === 'me' || value === 'none' || id.safeParse(value).success,
    "Give a member's id, me or none.",
  )

export const ConversationQuery = page().extend({
  status: optional(z.enum(conversationStatuses)).describe('Only conversations in this state.'),
  assigneeId: optional(assignee).describe('The member who looks after it.'),
  channel: optional(z.enum(channels)).describe('Only conversations on this channel.'),
  tag: optional(text(50)).describe('Only conversations with this label.'),
  customerId: optional(id).describe('Only conversations of this customer.'),
  q: optional(text(200)).describe("Words of what was said or of the customer's name; the last one may be half typed."),
  order: optional(z.enum(['recent', 'newest'])).describe(
    '`recent`: the newest message first. `newest`: the newest conversation first.',
  ),
  messages: z.coerce
    .number()
    .int()
    .min(0)
    .max(50)
    .default(50)
    .describe('How many of its newest messages each conversation brings along.'),
})
export type ConversationQuery = z.output<typeof ConversationQuery>

export const ConversationChanges = z.object({
  customerName: optional(name).describe("The customer's name."),
  status: optional(z.enum(conversationStatuses)).describe(
    '`open`, `pending` while it waits for the customer, or `closed`.',
  ),
  assigneeId: clearable(id).describe('The member who looks after it. `null` empties it.'),
  tags: z.array(text(50)).max(50).optional().describe('Labels.'),
  notes: clearable(z.string().trim().max(10_000)).describe(
    'Remarks of the team about the conversation. `null` empties it.',
  ),
  isAiActive: optional(z.boolean()).describe('True when the assistant is to answer.'),
  outcome: clearable(text(200)).describe("Result in the team's words. `null` empties it."),
  sentiment: clearable(z.enum(sentiments)).describe("The customer's mood. `null` empties it."),
})
export type ConversationChanges = z.output<typeof ConversationChanges>

const clientId = optional(z.string().max(100))
const says = z.string().trim().max(10_000)
export const NewChatMessage = z
  .object({
    text: says.default('').describe('The text.'),
    attachment: Attachment.nullish().describe('The file it carries, if any.'),
    clientId: clientId.describe(
      'A name for this message that the sender chooses. Sending it again with the same one returns the first message.',
    ),
    internal: optional(z.boolean()).describe('A note for the team: the customer does not get it.'),
  })
  .refine(({ text, attachment }) => text !== '' || attachment, {
    message: 'Say something or attach a file.',
    path: ['text'],
  })
export type NewChatMessage = z.output<typeof NewChatMessage>

/** `internal`: true for the team's notes only, false to leave them out. */
export const MessageQuery = page().extend({
  internal: optional(z.enum(['true', 'false'])).describe('`false` leaves the notes of the team out.'),
})

export const NewVisit = z.object({
  customerName: optional(name).describe("The visitor's name. Default: a made-up one."),
  text: optional(text(10_000)).describe('The first message.'),
})
export type NewVisit = z.output<typeof NewVisit>
export const VisitorMessage = ChatMessage.omit({ senderId: true, status: true, error: true, internal: true })
/** What a visitor sees of their conversation. */
export const VisitorConversation = Conversation.pick({
  id: true,
  customerName: true,
  status: true,
  createdAt: true,
}).extend({ messages: z.array(VisitorMessage).describe('The messages, oldest first.') })
export const Visit = z.object({
  conversation: VisitorConversation.describe('The new conversation.'),
  visitorToken: z
    .string()
    .describe("Sent as `Authorization: Bearer …` it opens this conversation's messages and `/ws` for 30 days."),
})
export const NewVisitorMessage = z.object({
  text: text(10_000).describe('The text.'),
  clientId: clientId.describe(
    'A name for this message that the sender chooses. Sending it again with the same one returns the first message.',
  ),
})
