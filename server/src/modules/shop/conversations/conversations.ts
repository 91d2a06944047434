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

/** Number of newest messages that a conversation contains. */
const embeddedMessages = 50

/** Returns a page of the shop's inbox, each conversation with its newest messages. */
export async function listThreads(ctx: Ctx, { customerId, messages: count, notes, ...query }: ConversationQuery) {
  const assigneeId = query.assigneeId === 'me' ? ((await ctx.db.actor()).user_id ?? 'none') : query.assigneeId
  const { data, next_cursor } = await listConversations(ctx, { ...query, assigneeId, contactId: customerId })
  const messages = await newestMessages(
    ctx,
    data.map(({ id }) => id),
    count,
    notes,
  )
  return { data: data.map((row) => toConversation(row, messages.get(row.id) ?? [])), nextCursor: next_cursor }
}

/** Returns a conversation with its newest messages. Throws 404. */
export async function findThread(ctx: Ctx, id: string, notes?: 'with' | 'without') {
  return withMessages(ctx, await getConversation(ctx, id), notes)
}

async function withMessages(ctx: Ctx, conversation: Conversation, notes?: 'with' | 'without') {
  const messages = await newestMessages(ctx, [conversation.id], embeddedMessages, notes)
  return toConversation(conversation, messages.get(conversation.id) ?? [])
}

/** Updates a conversation. Throws 404 for an unknown conversation, and for an assignee who is not a member. */
export async function changeConversation(ctx: Ctx, id: string, input: ConversationChanges) {
  const { customerName, assigneeId, isAiActive, ...same } = input
  const renamed = { customer_name: customerName, assignee_id: assigneeId, is_ai_active: isAiActive, ...same }
  return withMessages(ctx, await updateConversation(ctx, id, renamed))
}

/** Starts a conversation for a visitor of the shop's website. Returns it with the token that gives access to it. */
export async function startVisit(ctx: Ctx, { customerName = 'Visitor', text }: NewVisit) {
  const contact = { name: customerName, identities: [] }
  const opened = await openConversation(ctx, { contact, channel: 'web', customerName })
  if (text) await addMessage(ctx, { conversationId: opened.id, sender: 'customer', text })
  const messages = await newestMessages(ctx, [opened.id], embeddedMessages)
  return {
    conversation: toVisitorConversation(opened, messages.get(opened.id) ?? []),
    visitorToken: createVisitorToken(ctx.services, { workspaceId: opened.workspace_id, conversationId: opened.id }),
  }
}
