import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

export const channels = [
  'web',
  'facebook',
  'instagram',
  'tiktok',
  'telegram',
  'viber',
  'whatsapp',
  'sms',
  'email',
  'phone',
] as const
export type ChannelName = (typeof channels)[number]

export const conversationStatuses = ['open', 'pending', 'closed'] as const
export const sentiments = ['positive', 'neutral', 'negative'] as const
/** How sure an agent is, in words. */
export const confidenceLevels = ['high', 'medium', 'low'] as const
export const senders = ['customer', 'assistant', 'member', 'system'] as const

export const Attachment = z.object({
  url: z
    .string()
    .max(2000)
    .regex(/^(https?:\/\/|\/(?!\/))/, 'Must be an http(s) URL or a path on this server.')
    .describe('`https://…` of a file that the channel can fetch, or the URL of an uploaded file.'),
  type: z.string().max(100).optional().describe('`image`, `file`, or a media type.'),
  name: z.string().max(200).optional().describe('Display name of the file.'),
})
export type Attachment = z.output<typeof Attachment>

export const Message = z.object({
  id: id.describe('Id of the message.'),
  conversation_id: id.describe('The conversation.'),
  sender: z.enum(senders).describe('Who wrote it: the customer, the assistant, a member or the system.'),
  sender_id: id.nullable().describe('The member who wrote it; null for the customer and the assistant.'),
  text: z.string().describe('The text.'),
  attachment: Attachment.nullable().describe('The file it carries, if any.'),
  status: z.enum(['queued', 'sent', 'delivered', 'read', 'failed']).describe('Delivery status.'),
  error: z.string().nullable().describe('Why it could not be sent.'),
  client_id: z
    .string()
    .nullable()
    .describe('An id that the client chooses. Sending a message with the same id again returns the first message.'),
  internal: z.boolean().default(false).describe('A note of the team, which the customer never sees.'),
  created_at: instant.describe('When the message was created.'),
})
export type Message = z.output<typeof Message>

export const Conversation = z.object({
  id,
  workspace_id: id,
  contact_id: id,
  customer_name: z.string(),
  channel: z.enum(channels),
  external_id: z.string().nullable(),
  status: z.enum(conversationStatuses),
  assignee_id: id.nullable(),
  tags: z.array(z.string()),
  notes: z.string().nullable(),
  /** True when the assistant is to answer. */
  is_ai_active: z.boolean(),
  subject: z.string().nullable(),
  message_count: z.int(),
  unread_count: z.int(),
  last_message_text: z.string().nullable(),
  last_message_at: instant.nullable(),
  campaign_id: id.nullable(),
  outcome: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  /** 0 to 1. */
  ai_confidence: z.number().nullable(),
  /** The confidence of an agent that stated a word instead of a number. */
  ai_confidence_level: z.enum(confidenceLevels).nullable().default(null),
  /** The number of messages of a conversation that was recorded without them. */
  stated_message_count: z.int().nullable().default(null),
  handoff_suggested: z.boolean(),
  duration_seconds: z.int().nullable(),
  occurred_at: instant,
  created_at: instant,
  updated_at: instant,
})
export type Conversation = z.output<typeof Conversation>
