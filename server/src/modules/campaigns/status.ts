import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { badRequest, conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { getCampaign } from './campaigns.ts'
import { CampaignStatusChanged } from './events.ts'
import { checkExhaustion } from './engine/allowances.ts'
import { checkReadiness, findReadiness } from './readiness.ts'
import type { Campaign, CampaignProgress, CampaignStatus } from './schema.ts'
import { checkListSize, enrolContacts, startEnrolment } from './targets.ts'
import { type CampaignAction, transitions } from './transitions.ts'

const lock = statement(
  'campaigns.lock_status',
  (_, p: { id: string }) =>
    sql<{
      status: CampaignStatus
      start_at: string | null
    }>`select status, start_at from campaigns.campaigns where id = ${p.id} for no key update`,
)

interface StatusChange {
  id: string
  status: CampaignStatus
  reason: string | null
  now: string
}
const setStatus = statement(
  'campaigns.set_status',
  (_, p: StatusChange) =>
    sql`update campaigns.campaigns
         set status = ${p.status}, status_reason = ${p.reason},
             started_at = case when ${p.status} = 'active' then coalesce(started_at, ${p.now}::timestamptz) else started_at end,
             ended_at = case when ${p.status} in ('completed', 'stopped') then ${p.now}::timestamptz end
       where id = ${p.id}`,
)

const setProvider = statement(
  'campaigns.set_provider',
  (_, p: { id: string; sip_provider_id: string | null }) =>
    sql`update campaigns.campaigns set sip_provider_id = ${p.sip_provider_id} where id = ${p.id}`,
)

/**
 * Starts, pauses, resumes or stops a campaign. Repeating an action has no effect. Needs a transaction. Throws 409 when the
 * status does not allow the action, and 400 with all missing settings when the campaign cannot call. `reason` is stored
 * when the server pauses a campaign itself.
 */
export async function changeStatus(
  ctx: Ctx,
  id: string,
  action: Exclude<CampaignAction, 'complete'>,
  reason: string | null = null,
): Promise<Campaign> {
  const { status: from, start_at } = (await ctx.db.maybe(lock, { id })) ?? missing('campaign')
  const to = transitions[from][action]
  if (!to) throw conflict('wrong_status', refusals[action](from))
  if (to === from) return getCampaign(ctx, id)
  if (to === 'active') await prepare(ctx, id, from, start_at !== null && Date.parse(start_at) > ctx.now().getTime())
  await ctx.db.all(setStatus, { id, status: to, reason, now: ctx.now().toISOString() })
  const campaign = await getCampaign(ctx, id)
  publishStatus(ctx, campaign)
  return campaign
}

/** Publishes the campaign's status to live clients and subscribers, and logs it. */
export function publishStatus(ctx: Ctx, campaign: Campaign): void {
  emit(ctx, CampaignStatusChanged, progressOf(campaign))
  ctx.afterCommit(() =>
    ctx.log.info(
      { campaign_id: campaign.id, ...(campaign.status_reason && { reason: campaign.status_reason }) },
      `A campaign ${has[campaign.status]}.`,
    ),
  )
}

async function prepare(ctx: Ctx, id: string, from: CampaignStatus, isWaiting: boolean): Promise<void> {
  const { faults: all, sip_provider_id } = checkReadiness(await ctx.db.one(findReadiness, { id }))
  // The contact list is fixed at the start. It may have been deleted since.
  const faults = from === 'pending' ? all : all.filter(({ path }) => path !== 'contact_list_id')
  if (faults.length > 0) {
    throw badRequest(
      'not_ready',
      `The campaign cannot ${from === 'pending' ? 'start yet' : 'resume'}. ${faults.map(({ message }) => message).join(' ')}`,
      faults,
    )
  }
  // A campaign that begins later calls under the limits of that time.
  if (!isWaiting) await checkExhaustion(ctx)
  if (from === 'pending') await checkListSize(ctx, id)
  await ctx.db.all(setProvider, { id, sip_provider_id })
  // Enrols only the first contacts of a long list. The engine enrols the rest.
  await (from === 'pending' ? startEnrolment : enrolContacts)(ctx, id)
}

const has: Record<CampaignStatus, string> = {
  pending: 'has not been started',
  active: 'is running',
  paused: 'is paused',
  completed: 'has been completed',
  stopped: 'was stopped',
}
const refusals: Record<Exclude<CampaignAction, 'complete'>, (from: CampaignStatus) => string> = {
  start: (from) =>
    from === 'paused'
      ? 'The campaign is paused: resume it.'
      : `The campaign ${has[from]}; create a new one to call again.`,
  pause: (from) => `The campaign ${has[from]}, so there is nothing to pause.`,
  resume: (from) => `The campaign ${has[from]}, so there is nothing to resume.`,
  stop: (from) => `The campaign ${has[from]}, so there is nothing to stop.`,
}

export const progressOf = (campaign: Campaign): CampaignProgress => ({
  campaign_id: campaign.id,
  status: campaign.status,
  waiting_until: campaign.waiting_until,
  progress: campaign.progress,
  contacts: campaign.contacts,
  total_calls: campaign.total_calls,
  answered_calls: campaign.answered_calls,
  transferred_calls: campaign.transferred_calls,
  failed_calls: campaign.failed_calls,
  transfers_requested: campaign.transfers_requested,
  transfers_waiting: campaign.transfers_waiting,
  transfers_waited: campaign.transfers_waited,
  transfers_lost: campaign.transfers_lost,
  average_transfer_wait_seconds: campaign.average_transfer_wait_seconds,
  longest_transfer_wait_seconds: campaign.longest_transfer_wait_seconds,
})
