import { z } from 'zod'
import { clampedPage, clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { channels, confidenceLevels, conversationStatuses, senders, sentiments } from '../../inbox/schema.ts'
import { dayOrInstant, moment } from '../schema.ts'

export const longText = z.string().max(20_000)
export const confidence = z.number().min(0).max(1)

/** The agent's confidence as its word or its number. A response has both: `ai_confidence` and `ai_confidence_score`. */
const givenConfidence = z.union([z.enum(confidenceLevels), confidence], {
  error: 'Must be high, medium or low, or a number from 0 to 1.',
})
const aboutConfidence =
  "The agent's confidence in its answers: `high`, `medium` or `low`, or a number from 0 to 1, which is returned as `ai_confidence_score` too."
const confidences = {
  ai_confidence: z
    .enum(confidenceLevels)
    .nullable()
    .describe(
      "The agent's confidence in its answers. A score counts as `high` from 0.8, as `medium` from 0.5, otherwise as `low`.",
    ),
  ai_confidence_score: z
    .number()
    .nullable()
    .describe('The confidence as a number, 0 to 1. Null when the agent stated only a word.'),
}
/** Data that an agent stores, by name. */
export const facts = z.record(z.string().max(100), z.unknown())

export const SalesConversation = z
  .object({
    id: id.describe('Id of the conversation.'),
    prospect_id: id.describe('Id of the prospect.'),
    prospect_name: z.string().describe("The prospect's name."),
    campaign_id: id.nullable().describe('Id of the campaign that started the conversation, if any.'),
    timestamp: instant.describe('When the conversation took place.'),
    duration: z.int().describe('Duration in seconds. 0 when it is not known, and for a written conversation.'),
    channel: z.enum(channels).describe('Channel of the conversation.'),
    outcome: z.string().nullable().describe("Outcome in the team's words, such as `visit agreed`."),
    sentiment: z.enum(sentiments).nullable().describe("The prospect's sentiment."),
    ...confidences,
    handoff_suggested: z.boolean().describe('True when the agent suggests that a member take over.'),
    message_count: z
      .int()
      .describe('Number of messages; without any, the number that was stated when the conversation was recorded.'),
    status: z.enum(conversationStatuses).describe('Status of the conversation. `closed`: it needs no more attention.'),
    assigned_to: id.nullable().describe('User id of the member it is assigned to.'),
    tags: z.array(z.string()).describe('Labels.'),
    notes: z.string().nullable().describe("The team's notes."),
    subject: z.string().nullable().describe('Subject, in a few words.'),
    is_ai_active: z.boolean().describe('True when the assistant should reply.'),
    ai_unavailable_reason: z
      .string()
      .nullable()
      .describe('Why the assistant cannot reply although it is active; otherwise null.'),
    created_at: instant.describe('When the conversation was created.'),
    updated_at: instant.describe('When the conversation was last changed.'),
  })
  .meta({ id: 'SalesConversation' })

/** A single conversation includes its transcript, which is too long for lists. */
export const SalesConversationInFull = SalesConversation.extend({
  transcript: z.string().nullable().describe('The whole conversation as text.'),
}).meta({
  id: 'SalesConversationInFull',
})

const outcome = z.string().trim().max(100)
const transcript = z.string().max(500_000)
const duration = z.int().min(0).max(864_000)
/** Front-ends that know two speakers call them the agent and the prospect. */
const speakers: Record<string, unknown> = { agent: 'assistant', prospect: 'customer' }
const sender = z.preprocess(
  (given) => (typeof given === 'string' && Object.hasOwn(speakers, given) ? speakers[given] : given),
  z.enum(senders),
)
const newMessage = {
  sender: sender.describe('Author of the message: the customer, the assistant, a member or the system.'),
  text: z.string().min(1).max(20_000).describe('Text of the message.'),
  timestamp: optional(moment).describe('When the message was written or spoken. Default: now.'),
  client_id: optional(z.string().max(100)).describe(
    'Idempotency key chosen by the sender. A message that is sent again with the same key is stored once.',
  ),
}

export const NewSalesMessage = z
  .object({
    ...newMessage,
    internal: optional(z.boolean()).describe('True for an internal note instead of a message.'),
  })
  .refine(({ internal, sender }) => !internal || sender !== 'customer', {
    message: 'An internal note cannot have the sender customer.',
    path: ['sender'],
  })
  .meta({ id: 'NewTranscriptMessage' })

export const TranscriptMessageChanges = z
  .object({
    sender: optional(newMessage.sender).describe(
      'Author of the message: the customer, the assistant, a member or the system.',
    ),
    text: optional(newMessage.text).describe('Text of the message.'),
    timestamp: newMessage.timestamp.describe('When the message was written or spoken.'),
  })
  .meta({ id: 'TranscriptMessageChanges' })

export const NewSalesConversation = z
  .object({
    prospect_id: id.describe('Id of the prospect.'),
    prospect_name: optional(z.string().trim().max(255)).describe(
      "The prospect's name in this conversation. Default: the name of the prospect.",
    ),
    campaign_id: optional(id).describe('Id of the campaign that started the conversation, if any.'),
    channel: optional(z.enum(channels)).describe('Channel of the conversation.'),
    timestamp: optional(moment).describe('When the conversation took place.'),
    duration: optional(duration).describe('Duration in seconds.'),
    outcome: optional(outcome).describe("Outcome in the team's words, such as `visit agreed`."),
    sentiment: optional(z.enum(sentiments)).describe("The prospect's sentiment."),
    transcript: optional(transcript).describe('The whole conversation as text.'),
    ai_confidence: optional(givenConfidence).describe(aboutConfidence),
    handoff_suggested: optional(z.boolean()).describe('True when the agent suggests that a member take over.'),
    subject: optional(z.string().max(500)).describe('Subject, in a few words.'),
    notes: optional(longText).describe("The team's notes."),
    is_ai_active: optional(z.boolean()).describe('True when the assistant should reply.'),
    messages: optional(z.array(NewSalesMessage).max(200)).describe('Messages of the conversation, oldest first.'),
    message_count: optional(z.int().min(0).max(1_000_000)).describe(
      'Number of messages of a conversation that is recorded without them.',
    ),
  })
  .meta({ id: 'NewSalesConversation' })

export const SalesConversationChanges = z
  .object({
    campaign_id: clearable(id).describe('Id of the campaign that started the conversation, if any. `null` clears it.'),
    duration: clearable(duration).describe('Duration in seconds. `null` clears it.'),
    outcome: clearable(outcome).describe("Outcome in the team's words, such as `visit agreed`. `null` clears it."),
    sentiment: clearable(z.enum(sentiments)).describe("The prospect's sentiment. `null` clears it."),
    transcript: clearable(transcript).describe('The whole conversation as text. `null` clears it.'),
    ai_confidence: clearable(givenConfidence).describe(`${aboutConfidence} \`null\` clears it.`),
    handoff_suggested: optional(z.boolean()).describe('True when the agent suggests that a member take over.'),
    status: optional(z.enum(conversationStatuses)).describe(
      'Status of the conversation. `closed`: it needs no more attention.',
    ),
    assigned_to: clearable(id).describe('User id of the member to assign it to. `null` removes the assignment.'),
    tags: optional(z.array(text(100)).max(50)).describe('Labels.'),
    notes: clearable(longText).describe("The team's notes. `null` clears them."),
    subject: clearable(z.string().max(500)).describe('Subject, in a few words. `null` clears it.'),
    is_ai_active: optional(z.boolean()).describe('True when the assistant should reply.'),
  })
  .meta({ id: 'SalesConversationChanges' })

export const SalesConversationQuery = clampedPage().extend({
  prospectId: optional(id).describe('Only conversations with this prospect.'),
  campaignId: optional(id).describe('Only conversations of this campaign.'),
  channel: optional(z.enum(channels)).describe('Only conversations on this channel.'),
  outcome: optional(outcome).describe('Only conversations with exactly this outcome.'),
  q: optional(text(200)).describe(
    "Words to search for in the transcript and the prospect's name. The last word can be incomplete.",
  ),
  from: optional(dayOrInstant).describe('Only conversations at or after this date or time.'),
  to: optional(dayOrInstant).describe('Only conversations before this time, or up to and including this date.'),
})

export const TranscriptMessage = z
  .object({
    id: id.describe('Id of the message.'),
    conversation_id: id.describe('Id of the conversation, if any.'),
    sender: z.enum(senders).describe('Author of the message: the customer, the assistant, a member or the system.'),
    sender_id: id.nullable().describe('User id of the member who wrote it. Null for other senders.'),
    text: z.string().describe('Text of the message.'),
    timestamp: instant.describe('When the message was written or spoken.'),
    client_id: z.string().nullable().describe('Idempotency key chosen by the sender.'),
    internal: z.boolean().describe('True for an internal note, which the customer never sees.'),
  })
  .meta({ id: 'TranscriptMessage' })

const liveStatus = z.enum(['active', 'waiting', 'ended', 'dialing', 'ringing', 'connected', 'typing'])
export const LiveConversation = z
  .object({
    conversation_id: id.describe('Id of the conversation, if any.'),
    prospect_id: id.describe('Id of the prospect.'),
    prospect_name: z.string().describe("The prospect's name."),
    channel: z.enum(channels).describe('Channel of the conversation.'),
    message_count: z.int().describe('Number of messages.'),
    last_message_text: z.string().nullable().describe('Text of the newest message.'),
    status: liveStatus.describe('State of the conversation. `waiting`: the prospect is waiting for a reply.'),
    stage: z.string().nullable().describe("Stage of the conversation, in the agent's words, such as `qualification`."),
    intent: z.string().nullable().describe("The prospect's intent, in the agent's words."),
    sentiment: z.enum(sentiments).nullable().describe("The prospect's sentiment."),
    ...confidences,
    next_action: z.string().nullable().describe("The agent's next action."),
    state: z.record(z.string(), z.unknown()).describe('Other state of the agent, as JSON.'),
    started_at: instant.describe('When the conversation became live.'),
    updated_at: instant.describe('When the conversation was last changed.'),
  })
  .meta({ id: 'LiveConversation' })
export const LiveConversationChanges = z
  .object({
    status: optional(liveStatus).describe(
      'State of the conversation. `ended` removes it from the list of conversations in progress.',
    ),
    stage: clearable(z.string().max(200)).describe(
      "Stage of the conversation, in the agent's words, such as `qualification`. `null` clears it.",
    ),
    intent: clearable(z.string().max(200)).describe("The prospect's intent, in the agent's words. `null` clears it."),
    sentiment: clearable(z.enum(sentiments)).describe("The prospect's sentiment. `null` clears it."),
    ai_confidence: clearable(givenConfidence).describe(`${aboutConfidence} \`null\` clears it.`),
    next_action: clearable(z.string().max(2000)).describe("The agent's next action. `null` clears it."),
    state: optional(facts).describe('Other state of the agent, as JSON.'),
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
