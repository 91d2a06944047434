import { z } from 'zod'
import { id, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import {
  CampaignRun,
  NewQueuedLead,
  QueuedLead,
  QueuedLeadQuery,
  listQueuedLeads,
  listRuns,
  queueLead,
  withdrawLead,
} from './campaign-leads.ts'

import { listOf } from '../schema.ts'
import { ContactedProspect, ContactedProspectQuery, listContactedProspects } from './contacted-prospects.ts'

const byId = z.object({ id: id.describe('Id of the campaign.') })
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const leadRoutes: Record<string, Route> = {
  listContactedProspects: route({
    kind: 'read',
    method: 'GET',
    path: '/api/campaigns/contacted-prospects',
    access: 'prospects:read',
    summary: 'List people that campaigns have contacted, up to twenty of each campaign',
    query: ContactedProspectQuery,
    exampleQuery: { campaign_ids: someId },
    response: listOf(ContactedProspect),
    handler: async (ctx, { query }) => ({ data: await listContactedProspects(ctx, query.campaign_ids) }),
  }),
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
    summary: 'List the leads that are waiting to be contacted, or those in another state',
    params: byId,
    query: QueuedLeadQuery,
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
