import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channels, conversationStatuses, senders, sentiments } from '../../inbox/schema.ts'
import { dayOrInstant, moment } from '../schema.ts'

export const longText = z.string().max(20_000)
export const confidence = z.number().min(0).max(1)
/** What an agent noted for itself, by name. */
export const facts = z.record(z.string().max(100), z.unknown())

export const SalesConversation = z
  .object({
    id: id.describe('Id of the conversation.'),
    prospect_id: id.describe('The prospect.'),
    prospect_name: z.string().describe("The prospect's name at the moment."),
    campaign_id: id.nullable().describe('The campaign it came from, if any.'),
    timestamp: instant.describe('When it took place.'),
    duration: z.int().nullable().describe('Length in seconds; null for a written one.'),
    channel: z.enum(channels).describe('The channel it took place on.'),
    outcome: z.string().nullable().describe("Result in the team's words, like `visit agreed`."),
    sentiment: z.enum(sentiments).nullable().describe("The prospect's mood."),
    ai_confidence: z.number().nullable().describe('How sure the agent is of its answers, 0 to 1.'),
    handoff_suggested: z.boolean().describe('True when the agent thinks that a person should take over.'),
    message_count: z.int().describe('How many messages it has.'),
    status: z.enum(conversationStatuses).describe('`closed` when it needs no more attention.'),
    assigned_to: id.nullable().describe('The member who looks after it.'),
    tags: z.array(z.string()).describe('Labels.'),
    notes: z.string().nullable().describe('Remarks of the team.'),
    subject: z.string().nullable().describe('What it is about, in a few words.'),
    is_ai_active: z.boolean().describe('True when the assistant is to answer.'),
    ai_unavailable_reason: z
      .string()
      .nullable()
      .describe('Why the assistant will not answer although it is to; null when it answers, or is not to.'),
    created_at: instant.describe('When the conversation was created.'),
    updated_at: instant.describe('When the conversation was last changed.'),
  })
  .meta({ id: 'SalesConversation' })

/** One by itself also bears its transcript, which a list would be too long with. */
export const SalesConversationInFull = SalesConversation.extend({
  transcript: z.string().nullable().describe('The whole conversation as text.'),
}).meta({
  id: 'SalesConversationInFull',
})

const outcome = z.string().trim().max(100)
const transcript = z.string().max(500_000)
const duration = z.int().min(0).max(864_000)
const newMessage = {
  sender: z.enum(senders).describe('Who spoke or wrote: the customer, the assistant, a member or the system.'),
  text: z.string().min(1).max(20_000).describe('The words.'),
  timestamp: optional(moment).describe('When it was said. Default: now.'),
  client_id: optional(z.string().max(100)).describe("The sender's own name for it: sent twice, it is stored once."),
}

export const NewSalesMessage = z
  .object({
    ...newMessage,
    internal: optional(z.boolean()).describe('A note of the team rather than something said.'),
  })
  .refine(({ internal, sender }) => !internal || sender !== 'customer', {
    message: 'An internal note comes from the team, not from the customer.',
    path: ['sender'],
  })
  .meta({ id: 'NewTranscriptMessage' })

export const TranscriptMessageChanges = z
  .object({
    sender: optional(newMessage.sender).describe(
      'Who spoke or wrote: the customer, the assistant, a member or the system.',
    ),
    text: optional(newMessage.text).describe('The words.'),
    timestamp: newMessage.timestamp.describe('When it was said or written.'),
  })
  .meta({ id: 'TranscriptMessageChanges' })

export const NewSalesConversation = z
  .object({
    prospect_id: id.describe('The prospect.'),
    campaign_id: optional(id).describe('The campaign it came from, if any.'),
    channel: optional(z.enum(channels)).describe('The channel it took place on.'),
    timestamp: optional(moment).describe('When it took place.'),
    duration: optional(duration).describe('Length in seconds; null for a written one.'),
    outcome: optional(outcome).describe("Result in the team's words, like `visit agreed`."),
    sentiment: optional(z.enum(sentiments)).describe("The prospect's mood."),
    transcript: optional(transcript).describe('The whole conversation as text.'),
    ai_confidence: optional(confidence).describe('How sure the agent is of its answers, 0 to 1.'),
    handoff_suggested: optional(z.boolean()).describe('True when the agent thinks that a person should take over.'),
    subject: optional(z.string().max(500)).describe('What it is about, in a few words.'),
    notes: optional(longText).describe('Remarks of the team.'),
    is_ai_active: optional(z.boolean()).describe('True when the assistant is to answer.'),
    messages: optional(z.array(NewSalesMessage).max(200)).describe('Messages to write down with it, in their order.'),
  })
  .meta({ id: 'NewSalesConversation' })

export const SalesConversationChanges = z
  .object({
    campaign_id: clearable(id).describe('The campaign it came from, if any. `null` empties it.'),
    duration: clearable(duration).describe('Length in seconds; null for a written one. `null` empties it.'),
    outcome: clearable(outcome).describe("Result in the team's words, like `visit agreed`. `null` empties it."),
    sentiment: clearable(z.enum(sentiments)).describe("The prospect's mood. `null` empties it."),
    transcript: clearable(transcript).describe('The whole conversation as text. `null` empties it.'),
    ai_confidence: clearable(confidence).describe('How sure the agent is of its answers, 0 to 1. `null` empties it.'),
    handoff_suggested: optional(z.boolean()).describe('True when the agent thinks that a person should take over.'),
    status: optional(z.enum(conversationStatuses)).describe('`closed` when it needs no more attention.'),
    assigned_to: clearable(id).describe('The member who looks after it. `null` empties it.'),
    tags: optional(z.array(text(100)).max(50)).describe('Labels.'),
    notes: clearable(longText).describe('Remarks of the team. `null` empties it.'),
    subject: clearable(z.string().max(500)).describe('What it is about, in a few words. `null` empties it.'),
    is_ai_active: optional(z.boolean()).describe('True when the assistant is to answer.'),
  })
  .meta({ id: 'SalesConversationChanges' })

export const SalesConversationQuery = page().extend({
  prospectId: optional(id).describe('Only those of this prospect.'),
  campaignId: optional(id).describe('Only those of this campaign.'),
  channel: optional(z.enum(channels)).describe('Only those on this channel.'),
  outcome: optional(outcome).describe('Only those with exactly this outcome.'),
  q: optional(text(200)).describe("Words of the transcript or of the prospect's name; the last one may be half typed."),
  from: optional(dayOrInstant).describe('Only those that took place from this day or time on.'),
  to: optional(dayOrInstant).describe('Only those that took place before this time; a day counts to its end.'),
})

export const TranscriptMessage = z
  .object({
    id: id.describe('Id of the message.'),
    conversation_id: id.describe('The conversation it belongs to, if any.'),
    sender: z.enum(senders).describe('Who spoke or wrote: the customer, the assistant, a member or the system.'),
    sender_id: id.nullable().describe('The member who wrote; null for others.'),
    text: z.string().describe('The words.'),
    timestamp: instant.describe('When it was said or written.'),
    client_id: z.string().nullable().describe("The sender's own name for it."),
    internal: z.boolean().describe('True for a note of the team, which the customer never sees.'),
  })
  .meta({ id: 'TranscriptMessage' })

const liveStatus = z.enum(['active', 'waiting', 'ended'])
export const LiveConversation = z
  .object({
    conversation_id: id.describe('The conversation it belongs to, if any.'),
    prospect_id: id.describe('The prospect.'),
    prospect_name: z.string().describe("The prospect's name at the moment."),
    channel: z.enum(channels).describe('The channel it took place on.'),
    message_count: z.int().describe('How many messages it has.'),
    last_message_text: z.string().nullable().describe('The newest words.'),
    status: liveStatus.describe('`waiting` when the prospect waits for an answer.'),
    stage: z.string().nullable().describe("Where the talk is, in the agent's words, like `qualification`."),
    intent: z.string().nullable().describe("What the prospect wants, in the agent's words."),
    sentiment: z.enum(sentiments).nullable().describe("The prospect's mood."),
    ai_confidence: z.number().nullable().describe('How sure the agent is of its answers, 0 to 1.'),
    next_action: z.string().nullable().describe('What the agent does next.'),
    state: z.record(z.string(), z.unknown()).describe('Anything else the agent keeps, as JSON.'),
    started_at: instant.describe('When it became live.'),
    updated_at: instant.describe('When the conversation was last changed.'),
  })
  .meta({ id: 'LiveConversation' })
export const LiveConversationChanges = z
  .object({
    status: optional(liveStatus).describe('`ended` closes the live view.'),
    stage: clearable(z.string().max(200)).describe(
      "Where the talk is, in the agent's words, like `qualification`. `null` empties it.",
    ),
    intent: clearable(z.string().max(200)).describe(
      "What the prospect wants, in the agent's words. `null` empties it.",
    ),
    sentiment: clearable(z.enum(sentiments)).describe("The prospect's mood. `null` empties it."),
    ai_confidence: clearable(confidence).describe('How sure the agent is of its answers, 0 to 1. `null` empties it.'),
    next_action: clearable(z.string().max(2000)).describe('What the agent does next. `null` empties it.'),
    state: optional(facts).describe('Anything else the agent keeps, as JSON.'),
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
