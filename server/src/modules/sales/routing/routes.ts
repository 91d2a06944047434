import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { clampedPage, id, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { dataOf, listOf } from '../schema.ts'
import { createRule, deleteRule, getRule, listRules, updateRule } from './rules.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the routing rule.') })

/** The names of the sales front-end: smaller numbers are tried first, as with `position`. */
const accepts = { body: { enabled: 'active', priority: 'position' } }
const names = {
  enabled: 'active',
  priority: 'position',
  assign_to: {
    schema: z.string().describe('The only member it assigns to, or `auto` for several in turn.'),
    from: ({ strategy, member_ids }: schema.RoutingRule) =>
      strategy === 'member' ? (member_ids[0] ?? 'auto') : 'auto',
  },
}
const alsoInData = [{ at: 'data', names }]
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const routingRoutes: Record<string, Route> = {
  listRoutingRules: route({
    kind: 'read',
    method: 'GET',
    path: '/api/routing-rules',
    access: 'routing:read',
    summary: 'List routing rules, in the order in which they are tried',
    query: clampedPage(),
    response: listOf(schema.RoutingRule),
    alsoReturns: [{ at: 'data[]', names }],
    handler: async (ctx, { query, request }) => wrapped(await listRules(ctx, query), request.url),
  }),
  createRoutingRule: route({
    kind: 'write',
    method: 'POST',
    path: '/api/routing-rules',
    access: 'routing:write',
    summary: 'Create a routing rule that assigns to one member, or to several in turn',
    body: schema.NewRoutingRule,
    example: {
      name: 'Dubai above two million',
      member_ids: [someId],
      strategy: 'round_robin',
      position: 10,
      applies_to: ['prospect', 'handoff'],
      conditions: { city: ['Dubai'], budget_min: 2_000_000, currency: 'AED' },
    },
    status: 201,
    response: dataOf(schema.RoutingRule),
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { body }) => ({ data: await createRule(ctx, body) }),
  }),
  getRoutingRule: route({
    kind: 'read',
    method: 'GET',
    path: '/api/routing-rules/:id',
    access: 'routing:read',
    summary: 'Get a routing rule',
    params: byId,
    response: dataOf(schema.RoutingRule),
    alsoReturns: alsoInData,
    handler: async (ctx, { params }) => ({ data: await getRule(ctx, params.id) }),
  }),
  ...patchAndPut('RoutingRule', {
    path: '/api/routing-rules/:id',
    access: 'routing:write',
    summary: 'Update a routing rule; omitted fields keep their values',
    params: byId,
    body: schema.RoutingRuleChanges,
    example: { position: 10, conditions: { city: ['Dubai'] } },
    response: dataOf(schema.RoutingRule),
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { params, body }) => ({ data: await updateRule(ctx, params.id, body) }),
  }),
  deleteRoutingRule: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/routing-rules/:id',
    access: 'routing:write',
    summary: 'Delete a routing rule',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteRule(ctx, params.id)
      return succeeded
    },
  }),
}
