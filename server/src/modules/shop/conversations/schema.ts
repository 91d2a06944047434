import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { Attachment, channels, conversationStatuses, sentiments } from '../../inbox/schema.ts'

const name = text(200)

export const ChatMessage = z.object({
  id: id.describe('Id of the message.'),
  conversationId: id.describe('Id of the conversation.'),
  sender: z
    .enum(['user', 'ai', 'seller'])
    .describe('Author of the message: the customer (`user`), the assistant (`ai`) or a member (`seller`).'),
  senderId: id.nullable().describe('User id of the member who wrote it. `null` for the customer and the assistant.'),
  text: z.string().describe('Text of the message.'),
  attachment: Attachment.nullable().describe('The attached file, if any.'),
  status: z.string().describe('Delivery status: `queued`, `sent`, `delivered`, `read` or `failed`.'),
  error: z.string().nullable().describe('Why the message could not be sent.'),
  clientId: z
    .string()
    .nullable()
    .describe(
      'Idempotency key chosen by the sender. Sending a message again with the same key returns the first message.',
    ),
  internal: z.boolean().describe('True for an internal note, which the customer never sees.'),
  timestamp: z.number().describe('When the message was written, in milliseconds since the Unix epoch.'),
})

export const Conversation = z.object({
  id: id.describe('Id of the conversation.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  customerId: id.describe('Id of the customer, a contact of the workspace.'),
  customerName: z.string().describe("The customer's name."),
  channel: z.enum(channels).describe('Channel of the conversation.'),
  status: z
    .enum(conversationStatuses)
    .describe(
      '`open`, `pending` while the team waits for the customer, or `closed`. A new message from the customer reopens it.',
    ),
  assigneeId: id.nullable().describe('User id of the member it is assigned to.'),
  tags: z.array(z.string()).describe('Labels.'),
  notes: z.string().nullable().describe("The team's notes about the conversation."),
  isAiActive: z.boolean().describe('True when the assistant should reply.'),
  aiUnavailableReason: z
    .string()
    .nullable()
    .describe('Why the assistant cannot reply although it is active; otherwise null.'),
  subject: z.string().nullable().describe('Subject, in a few words.'),
  messageCount: z.int().describe('Number of messages.'),
  unreadCount: z.int().describe('Number of messages from the customer that no member has read.'),
  lastMessageText: z.string().nullable().describe('Text of the newest message.'),
  lastMessageAt: instant.nullable().describe('When the newest message was written.'),
  campaignId: id.nullable().describe('Id of the campaign that started the conversation, if any.'),
  outcome: z.string().nullable().describe("Outcome, in the team's words."),
  sentiment: z.enum(sentiments).nullable().describe("The customer's sentiment."),
  handoffSuggested: z.boolean().describe('True when the assistant suggests that a member take over.'),
  createdAt: instant.describe('When the conversation was created.'),
  updatedAt: instant.describe('When the conversation was last changed.'),
  messages: z
    .array(ChatMessage)
    .describe('The newest 50 messages, oldest first. Get older ones with `GET …/messages`.'),
})

const assignee = z
  .string()
  .refine(
    (value) => value === 'me' || value === 'none' || id.safeParse(value).success,
    "Must be a member's id, me or none.",
  )

const notes = z
  .enum(['with', 'without'])
  .default('without')
  .describe("`with` to include the team's internal notes among the messages.")
/** Which messages a conversation contains. */
export const ThreadQuery = z.object({ notes })

export const ConversationQuery = page().extend({
  status: optional(z.enum(conversationStatuses)).describe('Only conversations with this status.'),
  assigneeId: optional(assignee).describe(
    'Only conversations assigned to this member; `me` is the caller, `none` means unassigned.',
  ),
  channel: optional(z.enum(channels)).describe('Only conversations on this channel.'),
  tag: optional(text(50)).describe('Only conversations with this label.'),
  customerId: optional(id).describe('Only conversations of this customer.'),
  q: optional(text(200)).describe(
    "Words to search for in the messages and the customer's name. The last word can be incomplete.",
  ),
  order: optional(z.enum(['recent', 'newest'])).describe(
    '`recent`: by newest message. `newest`: by creation time, newest first.',
  ),
  messages: z.coerce
    .number()
    .int()
    .min(0)
    .max(50)
    .default(50)
    .describe('Number of newest messages to include in each conversation.'),
  notes,
})
export type ConversationQuery = z.output<typeof ConversationQuery>

export const ConversationChanges = z.object({
  customerName: optional(name).describe("The customer's name."),
  status: optional(z.enum(conversationStatuses)).describe(
    '`open`, `pending` while the team waits for the customer, or `closed`.',
  ),
  assigneeId: clearable(id).describe('User id of the member to assign it to. `null` removes the assignment.'),
  tags: z.array(text(50)).max(50).optional().describe('Labels.'),
  notes: clearable(z.string().trim().max(10_000)).describe(
    "The team's notes about the conversation. `null` clears them.",
  ),
  isAiActive: optional(z.boolean()).describe('True when the assistant should reply.'),
  outcome: clearable(text(200)).describe("Outcome, in the team's words. `null` clears it."),
  sentiment: clearable(z.enum(sentiments)).describe("The customer's sentiment. `null` clears it."),
})
export type ConversationChanges = z.output<typeof ConversationChanges>

const clientId = optional(z.string().max(100))
const messageText = z.string().trim().max(10_000)
export const NewChatMessage = z
  .object({
    text: messageText.default('').describe('Text of the message.'),
    attachment: Attachment.nullish().describe('The attached file, if any.'),
    clientId: clientId.describe(
      'Idempotency key chosen by the sender. Sending a message again with the same key returns the first message.',
    ),
    internal: optional(z.boolean()).describe('True to add an internal note, which is not sent to the customer.'),
  })
  .refine(({ text, attachment }) => text !== '' || attachment, {
    message: 'A text or an attachment is required.',
    path: ['text'],
  })
export type NewChatMessage = z.output<typeof NewChatMessage>

/** `internal`: `true` for internal notes only, `false` to exclude them. Default: both. */
export const MessageQuery = page().extend({
  internal: optional(z.enum(['true', 'false'])).describe(
    '`true`: internal notes only. `false`: no internal notes. Default: all messages.',
  ),
})

export const NewVisit = z.object({
  customerName: optional(name).describe("The visitor's name. Default: `Visitor`."),
  text: optional(text(10_000)).describe('The first message.'),
})
export type NewVisit = z.output<typeof NewVisit>
export const VisitorMessage = ChatMessage.omit({ senderId: true, status: true, error: true, internal: true })
/** A conversation as shown to its visitor. */
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
    .describe('Bearer token that gives access to this conversation for 30 days, over HTTP and at `/ws`.'),
})
export const NewVisitorMessage = z.object({
  text: text(10_000).describe('Text of the message.'),
  clientId: clientId.describe(
    'Idempotency key chosen by the sender. Sending a message again with the same key returns the first message.',
  ),
})
