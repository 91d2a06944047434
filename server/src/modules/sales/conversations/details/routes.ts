import { z } from 'zod'
import { wrapped } from '../../../../platform/http/page.ts'
import { clampedPage, id, succeeded, success } from '../../../../platform/http/fields.ts'
import { type Route, route } from '../../../../platform/http/route.ts'
import { type DetailStore, actions, entities, planSteps, reviews } from './details.ts'
import * as schema from './schema.ts'
import { dataOf, listOf } from '../../schema.ts'

interface Kind {
  store: DetailStore<unknown>
  /** For operation ids: `PlanStep`, `PlanSteps`. */
  one: string
  many: string
  path: string
  /** For summaries: `plan step`, `plan steps`. */
  noun: [one: string, many: string]
  write: 'conversations:write' | 'conversations:review'
  response: z.ZodType
  adding: z.ZodType<Record<string, unknown>>
  example: Record<string, unknown>
  changing: z.ZodType<Record<string, unknown>>
  changeExample: Record<string, unknown>
}

const ofConversation = z.object({ id: id.describe('Id of the conversation.') })
const ofItem = z.object({ id: id.describe('Id of the conversation.'), itemId: id.describe('Id of the item.') })

const withArticle = (noun: string) => `${noun.startsWith('a') ? 'an' : 'a'} ${noun}`

/** Returns the routes to list, create, update and delete one type of details. */
function detailRoutes({ store, one, many, path, noun, write, ...shapes }: Kind): Record<string, Route> {
  const collection = `/api/conversations/:id/${path}`
  const item = `${collection}/:itemId`
  return {
    [`list${many}`]: route({
      kind: 'read',
      method: 'GET',
      path: collection,
      access: 'conversations:read',
      summary: `List the ${noun[1]} of a conversation`,
      params: ofConversation,
      query: clampedPage(),
      response: listOf(shapes.response),
      handler: async (ctx, { params, query, request }) => wrapped(await store.list(ctx, params.id, query), request.url),
    }),
    [`create${one}`]: route({
      kind: 'write',
      method: 'POST',
      path: collection,
      access: write,
      summary: `Add ${withArticle(noun[0])} to a conversation`,
      params: ofConversation,
      body: shapes.adding,
      example: shapes.example,
      status: 201,
      response: dataOf(shapes.response),
      handler: async (ctx, { params, body }) => ({ data: await store.add(ctx, params.id, body) }),
    }),
    [`update${one}`]: route({
      kind: 'write',
      method: 'PATCH',
      path: item,
      access: write,
      summary: `Update ${withArticle(noun[0])}; omitted fields keep their values`,
      params: ofItem,
      body: shapes.changing,
      example: shapes.changeExample,
      response: dataOf(shapes.response),
      handler: async (ctx, { params, body }) => ({ data: await store.change(ctx, params.id, params.itemId, body) }),
    }),
    [`delete${one}`]: route({
      kind: 'write',
      method: 'DELETE',
      path: item,
      access: write,
      summary: `Delete ${withArticle(noun[0])}`,
      params: ofItem,
      response: success,
      async handler(ctx, { params }) {
        await store.remove(ctx, params.id, params.itemId)
        return succeeded
      },
    }),
  }
}

export const conversationDetailRoutes: Record<string, Route> = {
  ...detailRoutes({
    store: entities,
    one: 'DetectedEntity',
    many: 'DetectedEntities',
    path: 'entities',
    noun: ['detected entity', 'detected entities'],
    write: 'conversations:write',
    response: schema.DetectedEntity,
    adding: schema.NewDetectedEntity,
    example: { type: 'bedrooms', value: '3', confidence: 0.92 },
    changing: schema.DetectedEntityChanges,
    changeExample: { value: '4' },
  }),
  ...detailRoutes({
    store: actions,
    one: 'AgentAction',
    many: 'AgentActions',
    path: 'actions',
    noun: ['agent action', 'agent actions'],
    write: 'conversations:write',
    response: schema.AgentAction,
    adding: schema.NewAgentAction,
    example: { type: 'search_properties', description: 'Looked for villas in Dubai', details: { found: 7 } },
    changing: schema.AgentActionChanges,
    changeExample: { status: 'failed' },
  }),
  ...detailRoutes({
    store: planSteps,
    one: 'PlanStep',
    many: 'PlanSteps',
    path: 'plan-steps',
    noun: ['plan step', 'plan steps, in order,'],
    write: 'conversations:write',
    response: schema.PlanStep,
    adding: schema.NewPlanStep,
    example: { position: 1, description: 'Find out the budget', status: 'in_progress' },
    changing: schema.PlanStepChanges,
    changeExample: { status: 'completed' },
  }),
  ...detailRoutes({
    store: reviews,
    one: 'ConversationReview',
    many: 'ConversationReviews',
    path: 'reviews',
    noun: ['quality review', 'quality reviews'],
    write: 'conversations:review',
    response: schema.Review,
    adding: schema.NewReview,
    example: { note: 'Should have asked who decides', score: 70 },
    changing: schema.ReviewChanges,
    changeExample: { score: 75 },
  }),
}
