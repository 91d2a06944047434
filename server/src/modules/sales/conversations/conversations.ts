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
import { getProspect } from '../prospects/prospects.ts'

/** A conversation of the inbox in the words of sales. */
const toSales = (conversation: Conversation): SalesConversation => ({
  ...conversation,
  prospect_id: conversation.contact_id,
  prospect_name: conversation.customer_name,
  timestamp: conversation.occurred_at,
  duration: conversation.duration_seconds,
  assigned_to: conversation.assignee_id,
  ai_unavailable_reason: aiUnavailableReason(conversation),
})

const toTranscript = (message: Message): TranscriptMessage => ({ ...message, timestamp: message.created_at })

/** The newest first. */
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

/** Writes down a conversation with a prospect, with what was said in it. Throws 404 for what it refers to. */
export async function recordConversation(ctx: Ctx, input: NewSalesConversation) {
  const prospect = await getProspect(ctx, input.prospect_id)
  if (input.campaign_id) await getCampaign(ctx, input.campaign_id)
  const { id } = await openConversation(ctx, {
    contact: { id: prospect.id },
    channel: input.channel ?? 'phone',
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
    ai_confidence,
    handoff_suggested,
    notes,
    duration_seconds: duration,
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

/** Changes only what was sent. */
export async function changeConversation(ctx: Ctx, id: string, input: SalesConversationChanges) {
  if (input.campaign_id) await getCampaign(ctx, input.campaign_id)
  const { assigned_to, duration, ...same } = input
  await updateConversation(ctx, id, { ...same, assignee_id: assigned_to, duration_seconds: duration })
  return getSalesConversation(ctx, id)
}

/** Newest first. */
export async function listTranscript(ctx: Ctx, id: string, query: { limit: number; cursor?: string | undefined }) {
  const { data, next_cursor } = await listMessages(ctx, id, query, 'with')
  return { data: data.map(toTranscript), next_cursor }
}

/** Writes down what was said; nothing is sent. */
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

/** What was understood wrongly is put right; what a channel carried stays (409). */
export async function correctTranscriptMessage(
  ctx: Ctx,
  at: { conversationId: string; id: string },
  { timestamp: created_at, ...same }: TranscriptMessageChanges,
): Promise<TranscriptMessage> {
  return toTranscript(await correctMessage(ctx, at, { ...same, created_at }))
}
