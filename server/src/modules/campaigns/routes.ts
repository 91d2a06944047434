import { z } from 'zod'
import { bareList, bareListLimit, toPage, wrapped } from '../../platform/http/page.ts'
import { clampedLimit, id, page, pageOf, succeeded, success, textFile } from '../../platform/http/fields.ts'
import { type RouteTable, patchAndPut, route } from '../../platform/http/route.ts'
import { listCalls } from './calls.ts'
import {
  countCallsOf,
  createCampaign,
  deleteCampaign,
  getCampaign,
  listCampaigns,
  updateCampaign,
} from './campaigns.ts'
import { campaignReport } from './report.ts'
import { CampaignCall, callStatuses } from './call-schema.ts'
import { CampaignChanges, NewCampaign } from './input-schema.ts'
import * as schema from './schema.ts'
import { changeStatus } from './status.ts'
import { testCallRoutes } from './test-calls/routes.ts'
import { setByServer, wizardNames } from './wizard-names.ts'

const byId = z.object({ id: id.describe('Id of the campaign.') })

/** Sales front-ends call a campaign that has not begun a draft. */
const toSales = (campaign: schema.Campaign) => ({
  ...campaign,
  status: campaign.status === 'pending' ? ('draft' as const) : campaign.status,
})

/** Further names of a campaign, which the sales front-end reads. */
const salesNames = {
  target_segment: 'segment',
  record_conversations: 'record',
  active_window_start: {
    schema: z.string().nullable().describe('The same as `calling_hours.start`; null: any time.'),
    from: ({ calling_hours }: schema.Campaign) => calling_hours?.start ?? null,
  },
  active_window_end: {
    schema: z.string().nullable().describe('The same as `calling_hours.end`; null: any time.'),
    from: ({ calling_hours }: schema.Campaign) => calling_hours?.end ?? null,
  },
  respect_dnc: {
    schema: z.literal(true).describe('Always true: numbers on the do-not-call list are never called.'),
    from: () => true,
  },
  require_consent: {
    schema: z
      .literal(false)
      .describe('Always false: consent is recorded with a prospect, and a campaign calls without it too.'),
    from: () => false,
  },
}
const salesFields = { target_segment: 'segment', record_conversations: 'record' }
const statusChange = (action: 'start' | 'pause' | 'resume' | 'stop', summary: string) =>
  route({
    kind: 'write',
    method: 'POST',
    path: `/api/campaigns/:id/${action}`,
    access: 'campaigns:write',
    summary,
    params: byId,
    response: schema.Campaign,
    errors: action === 'start' || action === 'resume' ? [402, 409] : [409],
    handler: (ctx, { params }) => changeStatus(ctx, params.id, action),
  })

/** What the wizard of the calling front-end and the sales front-end send. */
const otherNames = {
  body: {
    ...wizardNames.body,
    ...salesFields,
    active_window_start: 'calling_hours.start',
    active_window_end: 'calling_hours.end',
  },
}

export const campaignRoutes: RouteTable = {
  tag: 'Campaigns',
  routes: {
    listCampaigns: route({
      kind: 'read',
      method: 'GET',
      path: '/api/campaigns',
      access: 'campaigns:read',
      summary:
        "List a member's campaigns as a bare array with `userId`, else the workspace's as `{data}`; newest first, all of them without a limit",
      query: z.object({
        userId: id
          .optional()
          .describe("Only campaigns of this member, as a bare array. Without it: `{data}` with the whole workspace's."),
        createdBy: id.optional().describe('Only campaigns of this member, as `{data}`.'),
        status: z
          .enum([...schema.statuses, 'draft'])
          .optional()
          .describe('Only campaigns with this status. `draft` is the same as `pending`.'),
        limit: clampedLimit.optional().describe('How many items a page has at most. More than 200 count as 200.'),
        cursor: z
          .string()
          .max(500)
          .optional()
          .describe(
            'Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.',
          ),
      }),
      response: z.union([
        z.array(schema.Campaign),
        z.object({ data: z.array(schema.SalesCampaign).describe('The campaigns of the workspace, newest first.') }),
      ]),
      alsoReturns: [{ at: 'data[]', names: salesNames }],
      async handler(ctx, { query, request }) {
        const { userId, limit = bareListLimit } = query
        const status = query.status === 'draft' ? 'pending' : query.status
        const campaigns = await listCampaigns(ctx, { ...query, status, limit })
        return userId === undefined
          ? wrapped(toPage(campaigns.map(toSales), limit), request.url)
          : bareList(campaigns, request.url, limit)
      },
    }),
    createCampaign: route({
      kind: 'write',
      method: 'POST',
      path: '/api/campaigns',
      access: 'campaigns:write',
      summary: 'Create a campaign: returned bare with a title, as `{data}` with a name',
      body: NewCampaign,
      accepts: otherNames,
      ignores: setByServer,
      example: {
        title: 'Spring offer',
        description: 'Customers of March and April',
        caller_id: '+15550100100',
        calling_hours: { start: '09:00', end: '20:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
        key_map: { '1': 'transfer', '2': 'repeat', '9': 'opt_out' },
        retry: {
          max_attempts: 5,
          delay_minutes: 2,
          backoff: 'doubling',
          max_delay_minutes: 60,
          on: ['busy', 'no_answer'],
        },
        start_at: '2030-03-01T09:00:00Z',
        max_concurrent_calls: 10,
        calls_per_second: 1,
        ring_timeout_seconds: 30,
        voicemail: 'hang_up',
        record: false,
      },
      status: 201,
      response: z.union([
        schema.Campaign,
        z.object({ data: schema.SalesCampaign.describe('The campaign, when the request named it with `name`.') }),
      ]),
      alsoReturns: [{ at: 'data', names: salesNames }],
      async handler(ctx, { body }) {
        const campaign = await createCampaign(ctx, body)
        return body.title === undefined ? { data: toSales(campaign) } : campaign
      },
    }),
    countCampaignCalls: route({
      kind: 'read',
      method: 'GET',
      path: '/api/campaigns/call-count/:userId',
      access: 'campaigns:read',
      summary: "Count the contacts that a member's campaigns have dialled",
      params: z.object({ userId: id.describe('The member whose calls are counted.') }),
      response: z.object({ totalCalls: z.number().int().describe('Contacts dialled in all campaigns of the member.') }),
      handler: (ctx, { params }) => countCallsOf(ctx, params.userId),
    }),
    getCampaign: route({
      kind: 'read',
      method: 'GET',
      path: '/api/campaigns/:id',
      access: 'campaigns:read',
      summary: 'Get a campaign',
      params: byId,
      response: schema.Campaign,
      alsoReturns: [{ names: salesNames }],
      handler: (ctx, { params }) => getCampaign(ctx, params.id),
    }),
    ...patchAndPut('Campaign', {
      path: '/api/campaigns/:id',
      access: 'campaigns:write',
      summary: 'Update a campaign; omitted fields keep their values',
      params: byId,
      body: CampaignChanges,
      example: { calls_per_second: 2, retry: { max_attempts: 2, delay_minutes: 30, on: ['busy'] } },
      response: schema.Campaign,
      errors: [409],
      accepts: { body: salesFields },
      alsoReturns: [{ names: salesNames }],
      handler: (ctx, { params, body }) => updateCampaign(ctx, params.id, body),
    }),
    deleteCampaign: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/campaigns/:id',
      access: 'campaigns:write',
      summary: 'Delete a campaign that is not active, with its calls',
      params: byId,
      ignores: { query: ['userId'] },
      response: success,
      errors: [409],
      async handler(ctx, { params }) {
        await deleteCampaign(ctx, params.id)
        return succeeded
      },
    }),
    startCampaign: statusChange('start', 'Start calling; the error lists everything that is missing'),
    pauseCampaign: statusChange('pause', 'Pause a campaign: no new calls, and those in progress continue'),
    resumeCampaign: statusChange('resume', 'Resume a paused campaign'),
    stopCampaign: statusChange('stop', 'Stop a campaign permanently; calls that are still ringing are cancelled'),
    ...testCallRoutes,
    listCampaignCalls: route({
      kind: 'read',
      method: 'GET',
      path: '/api/campaigns/:id/calls',
      access: 'campaign-calls:read',
      summary: 'List the contacts of a campaign with the outcome of each call',
      params: byId,
      query: page().extend({ status: z.enum(callStatuses).optional().describe('Only calls in this state.') }),
      response: pageOf(CampaignCall),
      handler: (ctx, { params, query }) => listCalls(ctx, params.id, query),
    }),
    getCampaignReport: route({
      kind: 'read',
      method: 'GET',
      path: '/api/campaigns/:id/report.csv',
      access: 'campaign-calls:read',
      summary: 'Download the report of a campaign as CSV',
      params: byId,
      response: textFile('text/csv'),
      handler: (ctx, { params }) => campaignReport(ctx, params.id),
    }),
  },
}
