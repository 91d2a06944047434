import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { clampedPage, id, instant, optional } from '../../../platform/http/fields.ts'
import { beginning } from '../../../platform/text.ts'
import {
  type CallStatus,
  callStatuses,
  getCampaign,
  listCalls,
  updateCampaign,
  withdrawTarget,
} from '../../campaigns/index.ts'
import {
  addToContactList,
  createContactList,
  getContact,
  listContacts,
  removeFromContactList,
  wholeName,
} from '../../contacts/index.ts'

/** The sales front-end's view of the campaign engine: the runs of a campaign and its queued leads. */

export const CampaignRun = z
  .object({
    id: id.describe('Id of the run.'),
    campaign_id: id.describe('Id of the campaign.'),
    status: z.enum(['active', 'paused', 'completed', 'stopped']).describe('State of the campaign.'),
    progress: z.int().describe('Completed contacts as a percentage of all contacts.'),
    contacts: z.int().describe('Number of contacts of the campaign.'),
    attempts: z.int().describe('Number of calls, including retries.'),
    total_calls: z.int().describe('Number of dialled contacts.'),
    answered_calls: z.int().describe('Number of contacts who answered.'),
    transferred_calls: z.int().describe('Number of contacts who were transferred.'),
    failed_calls: z.int().describe('Number of dialled contacts that are completed without an answer.'),
    connect_rate: z.number().describe('Answered contacts as a percentage of dialled contacts, with one decimal.'),
    booked_appointments: z.int().describe('Number of appointments booked with contacts of the campaign.'),
    started_at: instant.nullable().describe('When the campaign was started.'),
    ended_at: instant.nullable().describe('When the campaign was completed or stopped. Null while it runs.'),
  })
  .meta({ id: 'CampaignRun' })

export const leadStatuses = ['queued', 'dialing', 'connected', 'completed', 'failed'] as const
type LeadStatus = (typeof leadStatuses)[number]

const leadStatusOf: Record<CallStatus, LeadStatus> = {
  queued: 'queued',
  dialling: 'dialing',
  ringing: 'dialing',
  answered: 'connected',
  transferred: 'completed',
  completed: 'completed',
  busy: 'failed',
  no_answer: 'failed',
  failed: 'failed',
  cancelled: 'failed',
  do_not_call: 'failed',
  unknown: 'failed',
}

export const QueuedLead = z
  .object({
    id: id.describe('Id of the queued lead.'),
    campaign_id: id.describe('Id of the campaign.'),
    prospect_id: id.nullable().describe('Id of the contact, which is also the id of the prospect.'),
    name: z.string().describe('Name of the contact.'),
    phone: z.string().nullable().describe('Telephone number to call.'),
    status: z
      .enum(leadStatuses)
      .describe('`queued` waits; `dialing` and `connected` are in progress; `completed` and `failed` are final.'),
    attempts: z.int().describe('Number of attempts so far.'),
    scheduled_at: instant.nullable().describe('Time of the next attempt.'),
  })
  .meta({ id: 'QueuedLead' })
type QueuedLead = z.output<typeof QueuedLead>

export const QueuedLeadQuery = clampedPage().extend({
  status: optional(z.enum([...leadStatuses, 'sending', 'delivered', 'responded'])).describe(
    'Only leads in this state. Default: `queued`. The last three are those of messages, which campaigns do not send.',
  ),
})

export const NewQueuedLead = z
  .object({
    prospect_id: optional(id).describe('Id of the prospect to contact.'),
    contact_id: optional(id).describe('Id of the contact, instead of a prospect.'),
  })
  .refine((body) => body.prospect_id !== undefined || body.contact_id !== undefined, {
    message: 'prospect_id or contact_id is required.',
    path: ['prospect_id'],
  })
  .meta({ id: 'NewQueuedLead' })

/** Returns the runs of a campaign: none before its start, then one, which includes its pauses. Throws 404. */
export async function listRuns(ctx: Ctx, campaignId: string): Promise<z.output<typeof CampaignRun>[]> {
  const campaign = await getCampaign(ctx, campaignId)
  const { status } = campaign
  return status === 'pending' ? [] : [{ ...campaign, status, campaign_id: campaign.id }]
}

/**
 * Returns a page of the leads in a state, by default of those waiting to be contacted. Before the start these are all contacts
 * of the list. Throws 404.
 */
export async function listQueuedLeads(
  ctx: Ctx,
  campaignId: string,
  { status: wanted = 'queued', ...query }: z.output<typeof QueuedLeadQuery>,
) {
  const campaign = await getCampaign(ctx, campaignId)
  if (campaign.status !== 'pending') {
    const status = callStatuses.filter((status) => leadStatusOf[status] === wanted)
    if (status.length === 0) return { data: [], next_cursor: null }
    const { data, next_cursor } = await listCalls(ctx, campaign.id, { ...query, status })
    const leads = data.map((call): QueuedLead => {
      const { first_name, last_name } = call as { first_name?: string | null; last_name?: string | null }
      return {
        id: call.id,
        campaign_id: campaign.id,
        prospect_id: call.contact_id,
        name: wholeName({ first_name: first_name ?? '', last_name: last_name ?? '' }),
        phone: call.phone_number,
        status: leadStatusOf[call.status],
        attempts: call.attempts,
        scheduled_at: call.next_attempt_at,
      }
    })
    return { data: leads, next_cursor }
  }
  if (campaign.contact_list_id === null || wanted !== 'queued') return { data: [], next_cursor: null }
  const { data, next_cursor } = await listContacts(ctx, { ...query, contact_list_id: campaign.contact_list_id })
  return { data: data.map((contact) => toQueuedLead(campaign.id, contact)), next_cursor }
}

type ContactOfList = { id: string; first_name: string; last_name: string; phone_number: string | null }

const toQueuedLead = (campaign_id: string, contact: ContactOfList): QueuedLead => ({
  id: contact.id,
  campaign_id,
  prospect_id: contact.id,
  name: wholeName(contact),
  phone: contact.phone_number,
  status: 'queued',
  attempts: 0,
  scheduled_at: null,
})

/**
 * Removes a queued lead from a campaign. Throws 404, and 409 `not_queued` when the lead is being called or has been
 * called.
 */
export async function withdrawLead(ctx: Ctx, campaignId: string, leadId: string): Promise<void> {
  const campaign = await getCampaign(ctx, campaignId)
  if (campaign.status !== 'pending') return withdrawTarget(ctx, campaign.id, leadId)
  const list = campaign.contact_list_id
  if (list === null || (await removeFromContactList(ctx, list, [leadId])) === 0) missing('lead')
}

/**
 * Adds a contact to the campaign's list. A running campaign calls it too. Creates a list for a campaign without one. Throws
 * 404, and 409 when the campaign was started without a list.
 */
export async function queueLead(
  ctx: Ctx,
  campaignId: string,
  input: z.output<typeof NewQueuedLead>,
): Promise<QueuedLead> {
  const campaign = await getCampaign(ctx, campaignId)
  const wanted = input.prospect_id ?? input.contact_id
  if (wanted === undefined) throw notFound('prospect')
  const contact = await getContact(ctx, wanted)
  let list = campaign.contact_list_id
  if (list === null) {
    const name = beginning(`Leads of ${campaign.title}`, 255)
    // Outside a transaction `createContactList` would commit by itself.
    list = (await transaction(ctx, (ctx) => createContactList(ctx, { name }))).id
    await updateCampaign(ctx, campaign.id, { contact_list_id: list })
  }
  await addToContactList(ctx, list, [contact.id])
  return toQueuedLead(campaign.id, contact)
}
