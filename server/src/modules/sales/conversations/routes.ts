import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { clampedPage, id } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { conversationDetailRoutes } from './details/routes.ts'
import * as schema from './schema.ts'
import {
  addTranscriptMessage,
  changeConversation,
  correctTranscriptMessage,
  getSalesConversation,
  listSalesConversations,
  listTranscript,
  recordConversation,
} from './conversations.ts'
import { changeLive, getLive, listLive } from './live-conversations.ts'
import { dataOf, listOf } from '../schema.ts'

const byId = z.object({ id: id.describe('Id of the conversation.') })
const ofMessage = z.object({ id: id.describe('Id of the conversation.'), messageId: id.describe('Id of the message.') })
/** The names of the sales front-end. */
const acceptedOfMessage = { body: { speaker: 'sender', message: 'text' } }
const acceptedOfLive = { body: { next_best_question: 'next_action' } }
const liveNames = { next_best_question: 'next_action' }

const DataResponse = dataOf(schema.SalesConversationInFull)
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const conversationRoutes: Record<string, Route> = {
  listSalesConversations: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations',
    access: 'conversations:read',
    summary: 'List conversations, newest first',
    query: schema.SalesConversationQuery,
    response: listOf(schema.SalesConversation),
    handler: async (ctx, { query, request }) => wrapped(await listSalesConversations(ctx, query), request.url),
  }),
  createSalesConversation: route({
    kind: 'write',
    method: 'POST',
    path: '/api/conversations',
    access: 'conversations:write',
    summary: 'Record a conversation with a prospect',
    body: schema.NewSalesConversation,
    example: {
      prospect_id: someId,
      channel: 'phone',
      duration: 342,
      outcome: 'qualified',
      sentiment: 'positive',
      ai_confidence: 'high',
      handoff_suggested: true,
      messages: [
        { sender: 'assistant', text: 'Good morning, this is Palm Homes. What are you looking for?' },
        { sender: 'customer', text: 'A villa with three bedrooms in Dubai.' },
      ],
    },
    status: 201,
    response: DataResponse,
    handler: async (ctx, { body }) => ({ data: await recordConversation(ctx, body) }),
  }),
  listLiveConversations: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/live',
    access: 'conversations:read',
    summary: 'List the conversations in progress',
    query: clampedPage(),
    response: listOf(schema.LiveConversation),
    alsoReturns: [{ at: 'data[]', names: liveNames }],
    handler: async (ctx, { query, request }) => wrapped(await listLive(ctx, query), request.url),
  }),
  getSalesConversation: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id',
    access: 'conversations:read',
    summary: 'Get a conversation with its transcript',
    params: byId,
    response: DataResponse,
    handler: async (ctx, { params }) => ({ data: await getSalesConversation(ctx, params.id) }),
  }),
  ...patchAndPut('SalesConversation', {
    path: '/api/conversations/:id',
    access: 'conversations:write',
    summary: 'Update a conversation; omitted fields keep their values',
    params: byId,
    body: schema.SalesConversationChanges,
    example: { outcome: 'qualified', sentiment: 'positive', handoff_suggested: true },
    response: DataResponse,
    handler: async (ctx, { params, body }) => ({ data: await changeConversation(ctx, params.id, body) }),
  }),
  listTranscriptMessages: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id/messages',
    access: 'conversations:read',
    summary: 'List the messages of a conversation, newest first',
    params: byId,
    query: clampedPage(),
    response: listOf(schema.TranscriptMessage),
    handler: async (ctx, { params, query, request }) =>
      wrapped(await listTranscript(ctx, params.id, query), request.url),
  }),
  createTranscriptMessage: route({
    kind: 'write',
    method: 'POST',
    path: '/api/conversations/:id/messages',
    access: 'conversations:write',
    summary: 'Add a message to the transcript; it is not sent',
    params: byId,
    body: schema.NewSalesMessage,
    example: { sender: 'customer', text: 'Is there a pool?', client_id: 'utterance-17' },
    status: 201,
    response: dataOf(schema.TranscriptMessage),
    accepts: acceptedOfMessage,
    handler: async (ctx, { params, body }) => ({ data: await addTranscriptMessage(ctx, params.id, body) }),
  }),
  updateTranscriptMessage: route({
    kind: 'write',
    method: 'PATCH',
    path: '/api/conversations/:id/messages/:messageId',
    access: 'conversations:write',
    summary: 'Correct a message of the transcript; messages of a channel cannot be changed',
    params: ofMessage,
    body: schema.TranscriptMessageChanges,
    example: { text: 'Is there a pool, and a garden?' },
    response: dataOf(schema.TranscriptMessage),
    errors: [409],
    handler: async (ctx, { params, body }) => ({
      data: await correctTranscriptMessage(ctx, { conversationId: params.id, id: params.messageId }, body),
    }),
  }),
  getLiveConversation: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id/live',
    access: 'conversations:read',
    summary: 'Get the live state of a conversation',
    params: byId,
    response: dataOf(schema.LiveConversation),
    alsoReturns: [{ at: 'data', names: liveNames }],
    handler: async (ctx, { params }) => ({ data: await getLive(ctx, params.id) }),
  }),
  ...patchAndPut('LiveConversation', {
    path: '/api/conversations/:id/live',
    access: 'conversations:write',
    summary: 'Update the live state of a conversation; the first update makes it live',
    params: byId,
    body: schema.LiveConversationChanges,
    example: {
      status: 'active',
      stage: 'qualification',
      intent: 'buy',
      ai_confidence: 0.83,
      next_action: 'Ask for the budget',
    },
    response: dataOf(schema.LiveConversation),
    accepts: acceptedOfLive,
    alsoReturns: [{ at: 'data', names: liveNames }],
    handler: async (ctx, { params, body }) => ({ data: await changeLive(ctx, params.id, body) }),
  }),
  ...conversationDetailRoutes,
}
