import { z } from 'zod'
import { id, numeric, optional, success } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { type CallOperation, composite } from '../composite.ts'
import { setStatus, statusOperations } from './status.ts'
import { transferNumberOperations, withTransferNumber } from './transfer-number.ts'

const job = z.object({ id })

const started = z.object({
  jobId: id.describe('The campaign.'),
  success: z.literal(true),
  message: z.string(),
})

/** How far the dialer is: the campaign's counts. */
const dialStatus = z.object({
  status: z.enum(['idle', 'running', 'stopped', 'completed']),
  totalCalls: z.int(),
  completedCalls: z.int(),
  answeredCalls: z.int(),
  failedCalls: z.int(),
})

const dialStatuses: Record<string, z.input<typeof dialStatus>['status']> = {
  pending: 'idle',
  active: 'running',
  paused: 'stopped',
  completed: 'completed',
  stopped: 'stopped',
}

/** A greeting by its id, its address or the name of its file. */
async function greetingOf(call: CallOperation<'listGreetingFiles'>, given: string): Promise<object | null> {
  const greetings = (await call('listGreetingFiles')) as { id: string; url: string; filename: string }[]
  const found = greetings.find(({ id, url, filename }) => [id, url, filename].includes(given))
  return found ? { greeting_file_id: found.id } : null
}

/** The requests of the dialer form. A job of the form is the campaign itself. */
export const dialerRequests = {
  startDialing: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/start-dialing',
    access: 'campaigns:write',
    summary: 'Start or resume a campaign with the settings of the form',
    operations: [
      'getCampaign',
      'updateCampaign',
      'listGreetingFiles',
      ...statusOperations,
      ...transferNumberOperations,
    ],
    body: z.object({
      campaign_id: id,
      contact_list_id: optional(id),
      sip_provider_id: optional(id),
      transfer_number: optional(z.string().trim().min(3).max(50)),
      greeting_file: optional(z.string().max(2000)),
      max_concurrent_calls: optional(numeric(z.int().min(1).max(5000))),
    }),
    example: { campaign_id: '0199b0a0-0000-7000-8000-000000000001', max_concurrent_calls: 3 },
    response: started,
    errors: [409],
    async handler(call, { body: { campaign_id, greeting_file, transfer_number, ...settings }, request }) {
      const params = { id: campaign_id }
      const campaign = await call('getCampaign', { params })
      const greeting = greeting_file === undefined ? {} : await greetingOf(call, greeting_file)
      // Its form names a greeting of its own when none is chosen.
      if (greeting === null) request.unknownFields.push('body.greetingFile')
      const chosen = Object.entries({ ...settings, ...greeting }).filter(
        ([name, value]) => value !== undefined && value !== campaign[name],
      )
      if (chosen.length > 0 || transfer_number !== undefined) {
        await withTransferNumber(call, transfer_number, campaign.title, (number) =>
          call('updateCampaign', { params, body: { ...Object.fromEntries(chosen), transfer_number: number } }),
        )
      }
      await setStatus(call, campaign, 'running')
      return { jobId: campaign_id, success: true as const, message: 'The campaign is calling.' }
    },
  }),
  stopDialing: adapt({
    operation: 'pauseCampaign',
    path: '/api/stop-dialing/:id',
    summary: 'Make no new calls; the form can start the campaign again',
    params: job,
    toRequest: ({ params }) => ({ params }),
    response: success,
    toResponse: () => ({ success: true as const }),
  }),
  dialingStatus: adapt({
    operation: 'getCampaign',
    path: '/api/dialing-status/:id',
    summary: 'How far a campaign is',
    params: job,
    toRequest: ({ params }) => ({ params }),
    response: dialStatus,
    toResponse: (campaign) => ({
      status: dialStatuses[campaign.status] ?? 'stopped',
      totalCalls: campaign.contacts,
      completedCalls: campaign.answered_calls + campaign.failed_calls,
      answeredCalls: campaign.answered_calls,
      failedCalls: campaign.failed_calls,
    }),
  }),
}
