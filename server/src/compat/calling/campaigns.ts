import { z } from 'zod'
import { id } from '../../platform/http/fields.ts'
import { CampaignChanges, NewCampaign } from '../../modules/campaigns/input-schema.ts'
import { setByServer, wizardNames } from '../../modules/campaigns/index.ts'
import { Campaign } from '../../modules/campaigns/schema.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import { notSettable, settableStatuses, setStatus, statusOperations, toWord } from './status.ts'
import { transferNumberOperations, withTransferNumber } from './transfer-number.ts'

const names = {
  contactListId: 'contact_list_id',
  sipProviderId: 'sip_provider_id',
  greetingFileId: 'greeting_file_id',
  greetingFileUrl: 'greeting_file_url',
  greetingFileName: 'greeting_file_name',
  transferNumber: 'transfer_number',
  totalCalls: 'total_calls',
  answeredCalls: 'answered_calls',
  transferredCalls: 'transferred_calls',
  failedCalls: 'failed_calls',
  createdAt: 'created_at',
  dateCreated: 'created_at',
  dateUpdated: 'updated_at',
} as const

/** A campaign with the names and the words for its status that the front-end reads. */
const CallingCampaign = Campaign.extend({
  ...Object.fromEntries(Object.entries(names).map(([name, own]) => [name, Campaign.shape[own]])),
  status: z.enum(['pending', 'running', 'paused', 'completed', 'cancelled']),
  schedule: z.object({ startDate: Campaign.shape.start_at, maxConcurrentCalls: Campaign.shape.max_concurrent_calls }),
})
export type CallingCampaign = z.input<typeof CallingCampaign>

type Stored = z.output<typeof Campaign>

const toCalling = (campaign: Stored): CallingCampaign =>
  ({
    ...campaign,
    ...Object.fromEntries(Object.entries(names).map(([name, own]) => [name, campaign[own]])),
    status: toWord(campaign.status),
    schedule: { startDate: campaign.start_at, maxConcurrentCalls: campaign.max_concurrent_calls },
  }) as CallingCampaign

const byId = z.object({ id })

const answersCampaign = (operation: string) =>
  adapt({ operation, response: CallingCampaign, toResponse: (campaign) => toCalling(campaign) })

const changes = composite({
  kind: 'nontransactional',
  method: 'PATCH',
  path: '/api/campaigns/:id',
  access: 'campaigns:write',
  summary: 'Update a campaign; with a status also start, pause, resume or stop it',
  operations: ['getCampaign', 'updateCampaign', ...statusOperations, ...transferNumberOperations],
  params: byId,
  body: CampaignChanges.extend({ status: z.string().max(50).optional() }),
  accepts: wizardNames,
  ignores: { body: setByServer.body.filter((name) => name !== 'status') },
  example: { description: 'Customers of March and April' },
  response: CallingCampaign,
  errors: [409],
  async handler(call, { params, body }) {
    const { status, ...others } = body
    const wanted = status === undefined ? undefined : settableStatuses.find((word) => word === toWord(status))
    let campaign: Stored = await call('getCampaign', { params })
    // A form sends the status that it read along with what changed.
    if (status !== undefined && !wanted && toWord(status) !== toWord(campaign.status)) throw notSettable(status)
    if (Object.values(others).some((value) => value !== undefined)) {
      campaign = await withTransferNumber(call, others.transfer_number, campaign.title, (transfer_number) =>
        call('updateCampaign', { params, body: { ...others, transfer_number } }),
      )
    }
    return toCalling(wanted ? await setStatus(call, campaign, wanted) : campaign)
  },
})

/** The requests for campaigns. */
export const campaignRequests = {
  listCampaigns: adapt({
    operation: 'listCampaigns',
    summary: "List a member's campaigns, newest first",
    query: z.object({
      userId: id.optional(),
      status: z.string().max(50).optional(),
      limit: z.string().max(10).optional(),
      cursor: z.string().max(500).optional(),
    }),
    toRequest: ({ query: { userId, limit, cursor } }) => ({ query: { userId, limit, cursor } }),
    response: z.array(CallingCampaign),
    toResponse(answer, { query: { status } }) {
      const campaigns = (Array.isArray(answer) ? answer : answer.data).map(toCalling) as CallingCampaign[]
      return status === undefined ? campaigns : campaigns.filter((campaign) => campaign.status === toWord(status))
    },
  }),
  createCampaign: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/campaigns',
    access: 'campaigns:write',
    summary: 'Create a campaign',
    operations: ['createCampaign', ...transferNumberOperations],
    body: NewCampaign,
    accepts: wizardNames,
    ignores: setByServer,
    example: { title: 'Spring offer', description: 'Customers of March and April' },
    status: 201,
    response: CallingCampaign,
    async handler(call, { body: { name, title = name, ...body } }) {
      return toCalling(
        await withTransferNumber(call, body.transfer_number, title ?? '', (transfer_number) =>
          call('createCampaign', { body: { ...body, title, transfer_number } }),
        ),
      )
    },
  }),
  getCampaign: answersCampaign('getCampaign'),
  updateCampaign: changes,
  putCampaign: (find: Parameters<typeof changes>[0]) => ({ ...changes(find), method: 'PUT' as const }),
  startCampaign: answersCampaign('startCampaign'),
  pauseCampaign: answersCampaign('pauseCampaign'),
  resumeCampaign: answersCampaign('resumeCampaign'),
  stopCampaign: answersCampaign('stopCampaign'),
}
