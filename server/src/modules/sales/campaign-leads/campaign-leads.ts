import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { beginning } from '../../../platform/text.ts'
import { getCampaign, listCalls, updateCampaign, withdrawTarget } from '../../campaigns/index.ts'
import {
  addToContactList,
  createContactList,
  getContact,
  listContacts,
  removeFromContactList,
  wholeName,
} from '../../contacts/index.ts'

/** Seed 004's view of the campaign engine: how a campaign runs, and who still waits to be contacted. */

export const CampaignRun = z
  .object({
    id: id.describe('Id of the run.'),
    campaign_id: id.describe('The campaign.'),
    status: z.enum(['active', 'paused', 'completed', 'stopped']).describe('State of the campaign.'),
    progress: z.int().describe('Contacts that are finished, in percent of all.'),
    contacts: z.int().describe('How many contacts the campaign has.'),
    attempts: z.int().describe('Calls made, repeated ones included.'),
    total_calls: z.int().describe('Contacts that were dialled.'),
    answered_calls: z.int().describe('Contacts that answered.'),
    transferred_calls: z.int().describe('Contacts that were connected to the transfer number.'),
    failed_calls: z.int().describe('Dialled contacts that are finished without an answer.'),
    connect_rate: z.number().describe('Answered contacts in percent of the dialled ones, with one decimal.'),
    booked_appointments: z.int().describe('Appointments made with contacts of the campaign.'),
    started_at: instant.nullable().describe('When it was started.'),
    ended_at: instant.nullable().describe('When it was completed or stopped; null while it runs.'),
  })
  .meta({ id: 'CampaignRun' })

export const QueuedLead = z
  .object({
    id: id.describe('Id of the queued lead.'),
    campaign_id: id.describe('The campaign.'),
    prospect_id: id.nullable().describe('The prospect; null for a contact who is none.'),
    name: z.string().describe('Name of the person.'),
    phone: z.string().nullable().describe('Number that is going to be called.'),
    status: z.literal('queued').describe("Always `queued`: who was called is in the campaign's calls."),
    attempts: z.int().describe('How many times it has been tried.'),
    scheduled_at: instant.nullable().describe('When the next try is due.'),
  })
  .meta({ id: 'QueuedLead' })
type QueuedLead = z.output<typeof QueuedLead>

export const NewQueuedLead = z
  .object({
    prospect_id: optional(id).describe('The prospect to contact.'),
    contact_id: optional(id).describe('The contact to contact, instead of a prospect.'),
  })
  .refine((body) => body.prospect_id !== undefined || body.contact_id !== undefined, {
    message: 'Say who: prospect_id (or contact_id).',
    path: ['prospect_id'],
  })
  .meta({ id: 'NewQueuedLead' })

/** A campaign is run once, from its start to its end; pauses belong to the run. None before the start. */
export async function listRuns(ctx: Ctx, campaignId: string): Promise<z.output<typeof CampaignRun>[]> {
  const campaign = await getCampaign(ctx, campaignId)
  const { status } = campaign
  return status === 'pending' ? [] : [{ ...campaign, status, campaign_id: campaign.id }]
}

/** Who still waits to be contacted: before the start everybody on its list. */
export async function listQueuedLeads(
  ctx: Ctx,
  campaignId: string,
  query: { limit: number; cursor?: string | undefined },
) {
  const campaign = await getCampaign(ctx, campaignId)
  if (campaign.status !== 'pending') {
    const { data, next_cursor } = await listCalls(ctx, campaign.id, { ...query, status: 'queued' })
    const leads = data.map((call): QueuedLead => {
      const { first_name, last_name } = call as { first_name?: string | null; last_name?: string | null }
      return {
        id: call.id,
        campaign_id: campaign.id,
        prospect_id: call.contact_id,
        name: wholeName({ first_name: first_name ?? '', last_name: last_name ?? '' }),
        phone: call.phone_number,
        status: 'queued',
        attempts: call.attempts,
        scheduled_at: call.next_attempt_at,
      }
    })
    return { data: leads, next_cursor }
  }
  if (campaign.contact_list_id === null) return { data: [], next_cursor: null }
  const { data, next_cursor } = await listContacts(ctx, { ...query, contact_list_id: campaign.contact_list_id })
  return { data: data.map((contact) => waiting(campaign.id, contact)), next_cursor }
}

type Waiting = { id: string; first_name: string; last_name: string; phone_number: string | null }

const waiting = (campaign_id: string, contact: Waiting): QueuedLead => ({
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
 * Has somebody contacted by the campaign no more. Throws 404, and 409 `not_queued` when they are being called, or have
 * been.
 */
export async function withdrawLead(ctx: Ctx, campaignId: string, leadId: string): Promise<void> {
  const campaign = await getCampaign(ctx, campaignId)
  if (campaign.status !== 'pending') return withdrawTarget(ctx, campaign.id, leadId)
  const list = campaign.contact_list_id
  if (list === null || (await removeFromContactList(ctx, list, [leadId])) === 0) missing('lead')
}

/**
 * Puts somebody on the campaign's list, which a running campaign goes on with; a campaign without one gets a list of its
 * own. Throws 409 when it was started without a list.
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
    // `createContactList` commits when it is by itself.
    list = (await transaction(ctx, (ctx) => createContactList(ctx, { name }))).id
    await updateCampaign(ctx, campaign.id, { contact_list_id: list })
  }
  await addToContactList(ctx, list, [contact.id])
  return waiting(campaign.id, contact)
}
