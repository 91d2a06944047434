import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import {
  CampaignRun,
  NewQueuedLead,
  QueuedLead,
  listQueuedLeads,
  listRuns,
  queueLead,
  withdrawLead,
} from './campaign-leads.ts'

const byId = z.object({ id: id.describe('Id of the campaign.') })
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const leadRoutes: Record<string, Route> = {
  listCampaignRuns: route({
    kind: 'read',
    method: 'GET',
    path: '/api/campaigns/:id/runs',
    access: 'campaigns:read',
    summary: 'List the runs of a campaign; none before its start',
    params: byId,
    response: pageOf(CampaignRun),
    handler: async (ctx, { params }) => ({ data: await listRuns(ctx, params.id), next_cursor: null }),
  }),
  listQueuedLeads: route({
    kind: 'read',
    method: 'GET',
    path: '/api/campaigns/:id/queued-leads',
    access: 'campaign-calls:read',
    summary: 'List the leads that are waiting to be contacted',
    params: byId,
    query: page(),
    response: pageOf(QueuedLead),
    handler: (ctx, { params, query }) => listQueuedLeads(ctx, params.id, query),
  }),
  createQueuedLead: route({
    kind: 'write',
    method: 'POST',
    path: '/api/campaigns/:id/queued-leads',
    access: 'prospects:write',
    summary: 'Add a lead to a campaign',
    params: byId,
    body: NewQueuedLead,
    example: { prospect_id: someId },
    status: 201,
    response: QueuedLead,
    errors: [409],
    handler: (ctx, { params, body }) => queueLead(ctx, params.id, body),
  }),
  withdrawQueuedLead: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/campaigns/:id/queued-leads/:leadId',
    access: 'prospects:write',
    summary: 'Remove a queued lead from a campaign',
    params: z.object({ id: id.describe('Id of the campaign.'), leadId: id.describe('Id of the queued lead.') }),
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await withdrawLead(ctx, params.id, params.leadId)
      return succeeded
    },
  }),
}
