import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import type { Route } from '../../../platform/http/route.ts'
import { listMessages, markRead, sendMessage } from '../../inbox/index.ts'
import { changeConversation, findThread, listThreads } from './conversations.ts'
import { listOf } from '../schema.ts'
import { withData, withSuccess } from '../also-returns.ts'
import * as schema from './schema.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { toChatMessage } from './serializers.ts'
import { toList } from '../serializers.ts'

const notesOf = (internal: 'true' | 'false' | undefined) =>
  internal === undefined ? 'with' : internal === 'true' ? 'only' : 'without'
const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofConversation = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  conversationId: id.describe('Id of the conversation.'),
})

export const conversationRoutes: Record<string, Route> = {
  listConversations: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/conversations',
    access: 'conversations:read',
    summary: 'List the inbox, newest message first',
    params: ofShop,
    query: schema.ConversationQuery,
    response: listOf(schema.Conversation),
    alsoReturns: withSuccess,
    handler: (ctx, { query }) => listThreads(ctx, query),
  }),
  getConversation: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/conversations/:conversationId',
    access: 'conversations:read',
    summary: 'Get a conversation with its newest 50 messages',
    params: ofConversation,
    query: schema.ThreadQuery,
    response: schema.Conversation,
    alsoReturns: withData(schema.Conversation),
    handler: (ctx, { params, query }) => findThread(ctx, params.conversationId, query.notes),
  }),
  updateConversation: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/conversations/:conversationId',
    access: 'conversations:write',
    summary:
      'Assign, close, tag or annotate a conversation, or hand it to the assistant; omitted fields keep their values',
    params: ofConversation,
    body: schema.ConversationChanges,
    example: { status: 'pending', tags: ['wholesale'], notes: 'Wants 200 mugs by May', isAiActive: false },
    response: schema.Conversation,
    alsoReturns: withData(schema.Conversation),
    handler: (ctx, { params, body }) => changeConversation(ctx, params.conversationId, body),
  }),
  readConversation: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/conversations/:conversationId/read',
    access: 'conversations:write',
    summary: 'Mark a conversation as read',
    params: ofConversation,
    response: schema.Conversation,
    alsoReturns: withData(schema.Conversation),
    async handler(ctx, { params }) {
      await markRead(ctx, params.conversationId)
      return findThread(ctx, params.conversationId)
    },
  }),
  listConversationMessages: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/conversations/:conversationId/messages',
    access: 'conversations:read',
    summary: "List messages of a conversation, newest first, with the team's internal notes",
    params: ofConversation,
    query: schema.MessageQuery,
    response: listOf(schema.ChatMessage),
    alsoReturns: withSuccess,
    handler: async (ctx, { params, query }) =>
      toList(await listMessages(ctx, params.conversationId, query, notesOf(query.internal)), toChatMessage),
  }),
  sendConversationMessage: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/conversations/:conversationId/messages',
    access: 'conversations:write',
    summary: 'Reply to the customer by the channel they wrote on, or write an internal note',
    params: ofConversation,
    body: schema.NewChatMessage,
    accepts: { body: { isNote: 'internal' } },
    example: { text: 'Yes, the blue one is in stock. Should I reserve one for you?' },
    status: 201,
    response: schema.ChatMessage,
    alsoReturns: withData(schema.ChatMessage),
    errors: [409],
    async handler(ctx, { params, body }) {
      const { text, attachment, clientId, internal } = body
      const message = { conversationId: params.conversationId, sender: 'member' as const, text, clientId, internal }
      return toChatMessage(await sendMessage(ctx, { ...message, attachment: attachment ?? undefined }))
    },
  }),
}
