import { z } from 'zod'
import { id, page, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import * as details from './conversation-details.ts'
import * as schema from './conversation-schema.ts'
import {
  addTranscriptMessage,
  changeConversation,
  getSalesConversation,
  listSalesConversations,
  listTranscript,
  recordConversation,
} from './conversations.ts'
import { wrapped } from './lists.ts'
import { changeLive, getLive, listLive } from './live-conversations.ts'
import { dataOf, listOf } from './schema.ts'

const byId = z.object({ id })
const Answer = dataOf(schema.SalesConversationInFull)
const someId = '0199aaaa-0000-7000-8000-000000000001'

const changes = (method: 'PUT' | 'PATCH') =>
  route({
    kind: 'write',
    method,
    path: '/api/conversations/:id',
    access: 'conversations:write',
    summary: 'Change a conversation; what is not sent stays',
    params: byId,
    body: schema.SalesConversationChanges,
    example: { outcome: 'qualified', sentiment: 'positive', handoff_suggested: true },
    answer: Answer,
    handler: async (ctx, { params, body }) => ({ data: await changeConversation(ctx, params.id, body) }),
  })

const liveChanges = (method: 'PUT' | 'PATCH') =>
  route({
    kind: 'write',
    method,
    path: '/api/conversations/:id/live',
    access: 'conversations:write',
    summary: 'Tell how a conversation goes on; the first time makes it live',
    params: byId,
    body: schema.LiveConversationChanges,
    example: { status: 'active', stage: 'qualification', intent: 'buy', ai_confidence: 0.83, next_action: 'Ask for the budget' },
    answer: dataOf(schema.LiveConversation),
    handler: async (ctx, { params, body }) => ({ data: await changeLive(ctx, params.id, body) }),
  })

interface Kept<R> {
  list(ctx: Parameters<typeof details.entities.list>[0], id: string, query: { limit: number; cursor?: string | undefined }): Promise<{ data: R[]; next_cursor: string | null }>
  add(ctx: Parameters<typeof details.entities.list>[0], id: string, input: Record<string, unknown>): Promise<R>
  change(ctx: Parameters<typeof details.entities.list>[0], id: string, itemId: string, input: Record<string, unknown>): Promise<R>
  remove(ctx: Parameters<typeof details.entities.list>[0], id: string, itemId: string): Promise<void>
}

interface Nouns {
  /** For operation ids: `Entity`. */
  one: string
  many: string
  path: string
  inWords: string
  write: 'conversations:write' | 'conversations:review'
}

/** List, add, change and delete for one kind of thing that is kept about a conversation. */
function detailRoutes<R, A extends z.ZodType<unknown, R>, N extends z.ZodType<Record<string, unknown>>, C extends z.ZodType<Record<string, unknown>>>(
  kept: Kept<R>,
  { one, many, path, inWords, write }: Nouns,
  { answer, adding, example, changing, changeExample }: { answer: A; adding: N; example: z.output<N>; changing: C; changeExample: z.output<C> },
): Record<string, Route> {
  const collection = `/api/conversations/:id/${path}`
  const item = `${collection}/:itemId`
  const byItem = z.object({ id, itemId: id })
  return {
    [`list${many}`]: route({
      kind: 'read',
      method: 'GET',
      path: collection,
      access: 'conversations:read',
      summary: `${inWords}: all of a conversation`,
      params: byId,
      query: page(),
      answer: z.object({ data: z.array(answer) }),
      handler: async (ctx, { params, query, request }) => wrapped(await kept.list(ctx, params.id, query), request.url) as never,
    }),
    [`create${one}`]: route({
      kind: 'write',
      method: 'POST',
      path: collection,
      access: write,
      summary: `${inWords}: add one`,
      params: byId,
      body: adding,
      example: example as never,
      status: 201,
      answer: z.object({ data: answer }),
      handler: async (ctx, { params, body }) => ({ data: await kept.add(ctx, params.id, body as Record<string, unknown>) }) as never,
    }),
    [`update${one}`]: route({
      kind: 'write',
      method: 'PATCH',
      path: item,
      access: write,
      summary: `${inWords}: change one; what is not sent stays`,
      params: byItem,
      body: changing,
      example: changeExample as never,
      answer: z.object({ data: answer }),
      handler: async (ctx, { params, body }) =>
        ({ data: await kept.change(ctx, params.id, params.itemId, body as Record<string, unknown>) }) as never,
    }),
    [`delete${one}`]: route({
      kind: 'write',
      method: 'DELETE',
      path: item,
      access: write,
      summary: `${inWords}: delete one`,
      params: byItem,
      answer: success,
      async handler(ctx, { params }) {
        await kept.remove(ctx, params.id, params.itemId)
        return succeeded
      },
    }),
  }
}

export const conversationRoutes: Record<string, Route> = {
  listSalesConversations: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations',
    access: 'conversations:read',
    summary: 'Conversations, newest first',
    query: schema.SalesConversationQuery,
    answer: listOf(schema.SalesConversation),
    handler: async (ctx, { query, request }) => wrapped(await listSalesConversations(ctx, query), request.url),
  }),
  createSalesConversation: route({
    kind: 'write',
    method: 'POST',
    path: '/api/conversations',
    access: 'conversations:write',
    summary: 'Write down a conversation with a prospect',
    body: schema.NewSalesConversation,
    example: {
      prospect_id: someId,
      channel: 'phone',
      duration: 342,
      outcome: 'qualified',
      sentiment: 'positive',
      ai_confidence: 0.87,
      handoff_suggested: true,
      messages: [
        { sender: 'assistant', text: 'Good morning, this is Palm Homes. What are you looking for?' },
        { sender: 'customer', text: 'A villa with three bedrooms in Dubai.' },
      ],
    },
    status: 201,
    answer: Answer,
    handler: async (ctx, { body }) => ({ data: await recordConversation(ctx, body) }),
  }),
  listLiveConversations: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/live',
    access: 'conversations:read',
    summary: 'The conversations that go on at the moment',
    query: page(),
    answer: listOf(schema.LiveConversation),
    handler: async (ctx, { query, request }) => wrapped(await listLive(ctx, query), request.url),
  }),
  getSalesConversation: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id',
    access: 'conversations:read',
    summary: 'One conversation, with its transcript',
    params: byId,
    answer: Answer,
    handler: async (ctx, { params }) => ({ data: await getSalesConversation(ctx, params.id) }),
  }),
  updateSalesConversation: changes('PATCH'),
  putSalesConversation: changes('PUT'),
  listTranscriptMessages: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id/messages',
    access: 'conversations:read',
    summary: 'What was said, newest first',
    params: byId,
    query: page(),
    answer: listOf(schema.TranscriptMessage),
    handler: async (ctx, { params, query, request }) => wrapped(await listTranscript(ctx, params.id, query), request.url),
  }),
  createTranscriptMessage: route({
    kind: 'write',
    method: 'POST',
    path: '/api/conversations/:id/messages',
    access: 'conversations:write',
    summary: 'Write down what was said; nothing is sent',
    params: byId,
    body: schema.NewSalesMessage,
    example: { sender: 'customer', text: 'Is there a pool?', client_id: 'utterance-17' },
    status: 201,
    answer: dataOf(schema.TranscriptMessage),
    handler: async (ctx, { params, body }) => ({ data: await addTranscriptMessage(ctx, params.id, body) }),
  }),
  getLiveConversation: route({
    kind: 'read',
    method: 'GET',
    path: '/api/conversations/:id/live',
    access: 'conversations:read',
    summary: 'The state of a conversation in progress',
    params: byId,
    answer: dataOf(schema.LiveConversation),
    handler: async (ctx, { params }) => ({ data: await getLive(ctx, params.id) }),
  }),
  updateLiveConversation: liveChanges('PATCH'),
  putLiveConversation: liveChanges('PUT'),
  ...detailRoutes(
    details.entities,
    { one: 'DetectedEntity', many: 'DetectedEntities', path: 'entities', inWords: 'What the agent understood', write: 'conversations:write' },
    {
      answer: schema.DetectedEntity,
      adding: schema.NewDetectedEntity,
      example: { type: 'bedrooms', value: '3', confidence: 0.92 },
      changing: schema.DetectedEntityChanges,
      changeExample: { value: '4' },
    },
  ),
  ...detailRoutes(
    details.actions,
    { one: 'AgentAction', many: 'AgentActions', path: 'actions', inWords: 'What the agent did', write: 'conversations:write' },
    {
      answer: schema.AgentAction,
      adding: schema.NewAgentAction,
      example: { type: 'search_properties', description: 'Looked for villas in Dubai', details: { found: 7 } },
      changing: schema.AgentActionChanges,
      changeExample: { status: 'failed' },
    },
  ),
  ...detailRoutes(
    details.planSteps,
    { one: 'PlanStep', many: 'PlanSteps', path: 'plan-steps', inWords: "The agent's plan, in its order", write: 'conversations:write' },
    {
      answer: schema.PlanStep,
      adding: schema.NewPlanStep,
      example: { position: 1, description: 'Find out the budget', status: 'in_progress' },
      changing: schema.PlanStepChanges,
      changeExample: { status: 'completed' },
    },
  ),
  ...detailRoutes(
    details.reviews,
    { one: 'ConversationReview', many: 'ConversationReviews', path: 'reviews', inWords: 'What quality assurance says', write: 'conversations:review' },
    {
      answer: schema.Review,
      adding: schema.NewReview,
      example: { note: 'Should have asked who decides', score: 70 },
      changing: schema.ReviewChanges,
      changeExample: { score: 75 },
    },
  ),
}
