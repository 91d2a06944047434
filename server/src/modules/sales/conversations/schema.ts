import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channels, conversationStatuses, senders, sentiments } from '../../inbox/schema.ts'
import { dayOrInstant, moment } from '../schema.ts'

export const longText = z.string().max(20_000)
export const confidence = z.number().min(0).max(1)
/** What an agent noted for itself, by name. */
export const facts = z.record(z.string().max(100), z.json())

export const SalesConversation = z
  .object({
    id,
    prospect_id: id,
    prospect_name: z.string(),
    campaign_id: id.nullable(),
    /** When it took place. */
    timestamp: instant,
    /** Seconds. */
    duration: z.int().nullable(),
    channel: z.enum(channels),
    outcome: z.string().nullable(),
    sentiment: z.enum(sentiments).nullable(),
    /** 0 to 1. */
    ai_confidence: z.number().nullable(),
    handoff_suggested: z.boolean(),
    message_count: z.int(),
    status: z.enum(conversationStatuses),
    assigned_to: id.nullable(),
    tags: z.array(z.string()),
    notes: z.string().nullable(),
    subject: z.string().nullable(),
    is_ai_active: z.boolean(),
    /** Why the assistant will not answer although it is to; null when it answers, or is not to. */
    ai_unavailable_reason: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'SalesConversation' })

/** One by itself also bears its transcript, which a list would be too long with. */
export const SalesConversationInFull = SalesConversation.extend({ transcript: z.string().nullable() }).meta({
  id: 'SalesConversationInFull',
})

const outcome = z.string().trim().max(100)
const transcript = z.string().max(500_000)
const duration = z.int().min(0).max(864_000)
const newMessage = {
  sender: z.enum(senders),
  text: z.string().min(1).max(20_000),
  /** When it was said; default now. */
  timestamp: optional(moment),
  /** The sender's own id: sent twice, kept once. */
  client_id: optional(z.string().max(100)),
}

export const NewSalesMessage = z
  .object({
    ...newMessage,
    /** A note of the team rather than something said. */
    internal: optional(z.boolean()),
  })
  .refine(({ internal, sender }) => !internal || sender !== 'customer', {
    message: 'An internal note comes from the team, not from the customer.',
    path: ['sender'],
  })
  .meta({ id: 'NewTranscriptMessage' })

export const TranscriptMessageChanges = z
  .object({
    sender: optional(newMessage.sender),
    text: optional(newMessage.text),
    timestamp: newMessage.timestamp,
  })
  .meta({ id: 'TranscriptMessageChanges' })

export const NewSalesConversation = z
  .object({
    prospect_id: id,
    campaign_id: optional(id),
    channel: optional(z.enum(channels)),
    timestamp: optional(moment),
    duration: optional(duration),
    outcome: optional(outcome),
    sentiment: optional(z.enum(sentiments)),
    transcript: optional(transcript),
    ai_confidence: optional(confidence),
    handoff_suggested: optional(z.boolean()),
    subject: optional(z.string().max(500)),
    notes: optional(longText),
    is_ai_active: optional(z.boolean()),
    messages: optional(z.array(NewSalesMessage).max(200)),
  })
  .meta({ id: 'NewSalesConversation' })

export const SalesConversationChanges = z
  .object({
    campaign_id: clearable(id),
    duration: clearable(duration),
    outcome: clearable(outcome),
    sentiment: clearable(z.enum(sentiments)),
    transcript: clearable(transcript),
    ai_confidence: clearable(confidence),
    handoff_suggested: optional(z.boolean()),
    status: optional(z.enum(conversationStatuses)),
    assigned_to: clearable(id),
    tags: optional(z.array(text(100)).max(50)),
    notes: clearable(longText),
    subject: clearable(z.string().max(500)),
    is_ai_active: optional(z.boolean()),
  })
  .meta({ id: 'SalesConversationChanges' })

export const SalesConversationQuery = page().extend({
  prospectId: optional(id),
  campaignId: optional(id),
  channel: optional(z.enum(channels)),
  outcome: optional(outcome),
  /** Words of what was said or of the prospect's name; the last one may be half typed. */
  q: optional(text(200)),
  /** When it took place. Until a time: before it; until a day: to its end. */
  from: optional(dayOrInstant),
  to: optional(dayOrInstant),
})

export const TranscriptMessage = z
  .object({
    id,
    conversation_id: id,
    sender: z.enum(senders),
    sender_id: id.nullable(),
    text: z.string(),
    timestamp: instant,
    client_id: z.string().nullable(),
    internal: z.boolean(),
  })
  .meta({ id: 'TranscriptMessage' })

const liveStatus = z.enum(['active', 'waiting', 'ended'])
export const LiveConversation = z
  .object({
    conversation_id: id,
    prospect_id: id,
    prospect_name: z.string(),
    channel: z.enum(channels),
    message_count: z.int(),
    last_message_text: z.string().nullable(),
    status: liveStatus,
    stage: z.string().nullable(),
    intent: z.string().nullable(),
    sentiment: z.enum(sentiments).nullable(),
    ai_confidence: z.number().nullable(),
    next_action: z.string().nullable(),
    state: z.record(z.string(), z.unknown()),
    started_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'LiveConversation' })
export const LiveConversationChanges = z
  .object({
    status: optional(liveStatus),
    stage: clearable(z.string().max(200)),
    intent: clearable(z.string().max(200)),
    sentiment: clearable(z.enum(sentiments)),
    ai_confidence: clearable(confidence),
    next_action: clearable(z.string().max(2000)),
    state: optional(facts),
  })
  .meta({ id: 'LiveConversationChanges' })

export type SalesConversation = z.output<typeof SalesConversation>
export type NewSalesConversation = z.output<typeof NewSalesConversation>
export type SalesConversationChanges = z.output<typeof SalesConversationChanges>
export type SalesConversationQuery = z.output<typeof SalesConversationQuery>
export type NewSalesMessage = z.output<typeof NewSalesMessage>
export type TranscriptMessageChanges = z.output<typeof TranscriptMessageChanges>
export type TranscriptMessage = z.output<typeof TranscriptMessage>
export type LiveConversation = z.output<typeof LiveConversation>
export type LiveConversationChanges = z.output<typeof LiveConversationChanges>
