import { z } from 'zod'
import { roles } from '../../platform/access.ts'
import { wrapped } from '../../platform/http/link.ts'
import { id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, type RouteTable, route } from '../../platform/http/route.ts'
import { appointmentRoutes } from './appointments/routes.ts'
import {
  CampaignRun,
  NewQueuedLead,
  QueuedLead,
  listQueuedLeads,
  listRuns,
  queueLead,
  withdrawLead,
} from './campaign-leads.ts'
import { conversationRoutes } from './conversations/routes.ts'
import { handoffRoutes } from './handoffs/routes.ts'
import { propertyRoutes } from './properties/routes.ts'
import { prospectRoutes } from './prospects/routes.ts'
import { routingRoutes } from './routing/routes.ts'
import { dataOf, listOf } from './schema.ts'
import { TeamMember, changeTeamRole, getTeamMember, listTeam } from './team.ts'
import { DatabaseTest, testDatabase } from './test-db.ts'

const byId = z.object({ id })
const someId = '0199aaaa-0000-7000-8000-000000000001'

const leadRoutes: Record<string, Route> = {
  listCampaignRuns: route({
    kind: 'read',
    method: 'GET',
    path: '/api/campaigns/:id/runs',
    access: 'campaigns:read',
    summary: 'How a campaign runs; nothing before its start',
    params: byId,
    answer: pageOf(CampaignRun),
    handler: async (ctx, { params }) => ({ data: await listRuns(ctx, params.id), next_cursor: null }),
  }),
  listQueuedLeads: route({
    kind: 'read',
    method: 'GET',
    path: '/api/campaigns/:id/queued-leads',
    access: 'campaign-calls:read',
    summary: 'Who still waits to be contacted',
    params: byId,
    query: page(),
    answer: pageOf(QueuedLead),
    handler: (ctx, { params, query }) => listQueuedLeads(ctx, params.id, query),
  }),
  createQueuedLead: route({
    kind: 'write',
    method: 'POST',
    path: '/api/campaigns/:id/queued-leads',
    access: 'prospects:write',
    summary: 'Have somebody contacted by a campaign',
    params: byId,
    body: NewQueuedLead,
    example: { prospect_id: someId },
    status: 201,
    answer: QueuedLead,
    errors: [409],
    handler: (ctx, { params, body }) => queueLead(ctx, params.id, body),
  }),
  withdrawQueuedLead: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/campaigns/:id/queued-leads/:leadId',
    access: 'prospects:write',
    summary: 'Have somebody who waits contacted by a campaign no more',
    params: z.object({ id, leadId: id }),
    answer: success,
    errors: [409],
    async handler(ctx, { params }) {
      await withdrawLead(ctx, params.id, params.leadId)
      return succeeded
    },
  }),
}

const teamRoutes: Record<string, Route> = {
  listTeam: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users',
    access: 'members:read',
    summary: 'The team: members of the workspace',
    query: page(),
    answer: listOf(TeamMember),
    handler: async (ctx, { query, request }) => wrapped(await listTeam(ctx, query), request.url),
  }),
  getTeamMember: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users/:id',
    access: 'members:read',
    summary: 'One member of the team',
    params: byId,
    answer: dataOf(TeamMember),
    handler: async (ctx, { params }) => ({ data: await getTeamMember(ctx, params.id) }),
  }),
  changeTeamRole: route({
    kind: 'write',
    method: 'PATCH',
    path: '/api/users/:id',
    access: 'members:write',
    summary: "Change a member's role. Only an owner changes owners",
    params: byId,
    body: z.object({ role: z.enum(roles) }),
    example: { role: 'sales_manager' },
    answer: dataOf(TeamMember),
    errors: [409],
    handler: async (ctx, { params, body }) => ({ data: await changeTeamRole(ctx, params.id, body.role) }),
  }),
}

export const salesRoutes: RouteTable = {
  tag: 'Sales',
  routes: {
    ...propertyRoutes,
    ...prospectRoutes,
    ...conversationRoutes,
    ...appointmentRoutes,
    ...handoffRoutes,
    ...routingRoutes,
    ...leadRoutes,
    ...teamRoutes,
    testDatabase: route({
      kind: 'read',
      method: 'GET',
      path: '/api/test-db',
      access: 'public',
      summary: 'Is the database there? Counts what anybody may read',
      answer: DatabaseTest,
      handler: (ctx) => testDatabase(ctx),
    }),
  },
}
