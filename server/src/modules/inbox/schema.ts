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
export const senders = ['customer', 'assistant', 'member', 'system'] as const

export const Attachment = z.object({
  url: z
    .string()
    .max(2000)
    .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.'),
  /** `image`, `file`, or a MIME type. */
  type: z.string().max(100).optional(),
  name: z.string().max(200).optional(),
})
export type Attachment = z.output<typeof Attachment>

export const Message = z.object({
  id,
  conversation_id: id,
  sender: z.enum(senders),
  /** The member who wrote it. */
  sender_id: id.nullable(),
  text: z.string(),
  attachment: Attachment.nullable(),
  status: z.enum(['queued', 'sent', 'delivered', 'read', 'failed']),
  /** Why it could not be sent. */
  error: z.string().nullable(),
  client_id: z.string().nullable(),
  /** A note of the team, which the customer never sees. */
  internal: z.boolean().default(false),
  created_at: instant,
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
  /** Is the assistant to answer? */
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
  handoff_suggested: z.boolean(),
  duration_seconds: z.int().nullable(),
  occurred_at: instant,
  created_at: instant,
  updated_at: instant,
})
export type Conversation = z.output<typeof Conversation>
