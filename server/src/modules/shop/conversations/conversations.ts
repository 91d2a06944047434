import type { Ctx } from '../../../platform/context.ts'
import {
  addMessage,
  createVisitorToken,
  getConversation,
  listConversations,
  newestMessages,
  openConversation,
  updateConversation,
} from '../../inbox/index.ts'
import type { Conversation } from '../../inbox/schema.ts'
import type { ConversationChanges, ConversationQuery, NewVisit } from './schema.ts'
import { toConversation, toVisitorConversation } from './serializers.ts'

/** How many of its newest messages one conversation brings along. */
const embedded = 50

/** The inbox as the shop shows it, each conversation with its newest messages. */
export async function listThreads(ctx: Ctx, { customerId, messages: count, ...query }: ConversationQuery) {
  const assigneeId = query.assigneeId === 'me' ? ((await ctx.db.actor()).user_id ?? 'none') : query.assigneeId
  const { data, next_cursor } = await listConversations(ctx, { ...query, assigneeId, contactId: customerId })
  const messages = await newestMessages(
    ctx,
    data.map(({ id }) => id),
    count,
  )
  return { data: data.map((row) => toConversation(row, messages.get(row.id) ?? [])), nextCursor: next_cursor }
}

/** Throws 404. */
export async function findThread(ctx: Ctx, id: string) {
  return withMessages(ctx, await getConversation(ctx, id))
}

async function withMessages(ctx: Ctx, conversation: Conversation) {
  const messages = await newestMessages(ctx, [conversation.id], embedded)
  return toConversation(conversation, messages.get(conversation.id) ?? [])
}

/** Throws 404 for an unknown conversation, and for an assignee who is no member. */
export async function changeConversation(ctx: Ctx, id: string, input: ConversationChanges) {
  const { customerName, assigneeId, isAiActive, ...same } = input
  const renamed = { customer_name: customerName, assignee_id: assigneeId, is_ai_active: isAiActive, ...same }
  return withMessages(ctx, await updateConversation(ctx, id, renamed))
}

/** A visitor of the shop's website begins to write: a conversation of their own, and the token that opens it. */
export async function beginVisit(ctx: Ctx, { customerName = 'Visitor', text }: NewVisit) {
  const contact = { name: customerName, identities: [] }
  const opened = await openConversation(ctx, { contact, channel: 'web', customerName })
  if (text) await addMessage(ctx, { conversationId: opened.id, sender: 'customer', text })
  const messages = await newestMessages(ctx, [opened.id], embedded)
  return {
    conversation: toVisitorConversation(opened, messages.get(opened.id) ?? []),
    visitorToken: createVisitorToken(ctx.services, { workspaceId: opened.workspace_id, conversationId: opened.id }),
  }
}
