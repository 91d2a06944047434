import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events.ts'
import { getCampaign } from '../../campaigns/index.ts'
import {
  addMessage,
  aiUnavailableReason,
  correctMessage,
  getConversation,
  getTranscript,
  listConversations,
  listMessages,
  openConversation,
  updateConversation,
} from '../../inbox/index.ts'
import type { Conversation, Message } from '../../inbox/schema.ts'
import type {
  NewSalesConversation,
  NewSalesMessage,
  SalesConversation,
  SalesConversationChanges,
  SalesConversationQuery,
  TranscriptMessage,
  TranscriptMessageChanges,
} from './schema.ts'
import { ConversationRecorded } from '../events.ts'
import { endOf, startOf } from '../schema.ts'
import { confidenceColumns, confidenceFields } from './confidence.ts'
import { getProspect } from '../prospects/prospects.ts'

/** Converts a conversation of the inbox to the sales API's form. */
const toSales = (conversation: Conversation): SalesConversation => ({
  ...conversation,
  prospect_id: conversation.contact_id,
  prospect_name: conversation.customer_name,
  timestamp: conversation.occurred_at,
  duration: conversation.duration_seconds ?? 0,
  message_count: conversation.message_count || (conversation.stated_message_count ?? 0),
  ...confidenceFields(conversation),
  assigned_to: conversation.assignee_id,
  ai_unavailable_reason: aiUnavailableReason(conversation),
})

const toTranscript = (message: Message): TranscriptMessage => ({ ...message, timestamp: message.created_at })

/** Returns a page of conversations, newest first. */
export async function listSalesConversations(ctx: Ctx, query: SalesConversationQuery) {
  const { prospectId, campaignId, channel, outcome, q, from, to, limit, cursor } = query
  const page = await listConversations(ctx, {
    order: 'newest',
    contactId: prospectId,
    campaignId,
    channel,
    outcome,
    q,
    from: from && startOf(from),
    to: to && endOf(to),
    limit,
    cursor,
  })
  return { data: page.data.map(toSales), next_cursor: page.next_cursor }
}

export async function getSalesConversation(ctx: Ctx, id: string) {
  return { ...toSales(await getConversation(ctx, id)), transcript: await getTranscript(ctx, id) }
}

/** Records a conversation with its messages. Nothing is sent. Throws 404 for an unknown prospect or campaign. */
export async function recordConversation(ctx: Ctx, input: NewSalesConversation) {
  const prospect = await getProspect(ctx, input.prospect_id)
  if (input.campaign_id) await getCampaign(ctx, input.campaign_id)
  const { id } = await openConversation(ctx, {
    contact: { id: prospect.id },
    channel: input.channel ?? 'phone',
    ...(input.prospect_name !== undefined && { customerName: input.prospect_name }),
    ...(input.subject !== undefined && { subject: input.subject }),
    ...(input.is_ai_active !== undefined && { isAiActive: input.is_ai_active }),
    ...(input.campaign_id !== undefined && { campaignId: input.campaign_id }),
    ...(input.timestamp !== undefined && { occurredAt: input.timestamp }),
  })
  for (const message of input.messages ?? []) await addTranscriptMessage(ctx, id, message)
  const { outcome, sentiment, transcript, ai_confidence, handoff_suggested, notes, duration } = input
  const opened = await updateConversation(ctx, id, {
    outcome,
    sentiment,
    transcript,
    ...confidenceColumns(ai_confidence),
    handoff_suggested,
    notes,
    duration_seconds: duration,
    stated_message_count: input.message_count,
  })
  emit(ctx, ConversationRecorded, {
    contact_id: prospect.id,
    conversation_id: id,
    channel: opened.channel,
    outcome: opened.outcome,
    occurred_at: opened.occurred_at,
  })
  return getSalesConversation(ctx, id)
}

/** Updates the given fields. Throws 404. */
export async function changeConversation(ctx: Ctx, id: string, input: SalesConversationChanges) {
  if (input.campaign_id) await getCampaign(ctx, input.campaign_id)
  const { assigned_to, duration, ai_confidence, ...same } = input
  await updateConversation(ctx, id, {
    ...same,
    ...confidenceColumns(ai_confidence),
    assignee_id: assigned_to,
    duration_seconds: duration,
  })
  return getSalesConversation(ctx, id)
}

/** Returns a page of messages with the internal notes, newest first. Throws 404. */
export async function listTranscript(ctx: Ctx, id: string, query: { limit: number; cursor?: string | undefined }) {
  const { data, next_cursor } = await listMessages(ctx, id, query, 'with')
  return { data: data.map(toTranscript), next_cursor }
}

/** Adds a message to the transcript. It is not sent. Throws 404. */
export async function addTranscriptMessage(
  ctx: Ctx,
  conversationId: string,
  input: NewSalesMessage,
): Promise<TranscriptMessage> {
  const { sender, text, client_id, internal, timestamp } = input
  return toTranscript(
    await addMessage(ctx, { conversationId, sender, text, clientId: client_id, internal, createdAt: timestamp }),
  )
}

/** Corrects a message of the transcript. Throws 404, and 409 for a message that was sent or received on a channel. */
export async function correctTranscriptMessage(
  ctx: Ctx,
  at: { conversationId: string; id: string },
  { timestamp: created_at, ...same }: TranscriptMessageChanges,
): Promise<TranscriptMessage> {
  return toTranscript(await correctMessage(ctx, at, { ...same, created_at }))
}
