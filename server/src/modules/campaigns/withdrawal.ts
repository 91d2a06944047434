import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { change, isUnclaimed, targetTransitions } from './engine/transitions.ts'
import { CampaignChanged } from './events.ts'

const withdrawal = change(targetTransitions, 'cancelled', ['queued'])

// A target that a node has claimed is about to be dialled. The row lock serialises the two.
// Moves the campaign's counters: trigger campaigns.count_targets.
const withdraw = statement(
  'campaigns.withdraw_target',
  (_, p: { id: string; campaign_id: string; now: string }) =>
    sql<{ id: string }>`
    update campaigns.targets t set status = ${withdrawal.to}, cause = 'withdrawn', finished_at = ${p.now}::timestamptz
     where id = ${p.id} and campaign_id = ${p.campaign_id} and ${withdrawal.guard('t.status')} and ${isUnclaimed('t')}
    returning id`,
)

const find = statement(
  'campaigns.find_target',
  (_, p: { id: string; campaign_id: string }) =>
    sql<{ status: string }>`
    select status from campaigns.targets where id = ${p.id} and campaign_id = ${p.campaign_id}`,
)

/**
 * Removes a queued contact from a started campaign. Needs a transaction. Throws 404, and 409 `not_queued` when the contact
 * is not waiting to be called.
 */
export async function withdrawTarget(ctx: Ctx, campaign_id: string, id: string): Promise<void> {
  if (!(await ctx.db.maybe(withdraw, { id, campaign_id, now: ctx.now().toISOString() }))) {
    const { status } = (await ctx.db.maybe(find, { id, campaign_id })) ?? missing('lead')
    throw conflict('not_queued', `This lead is not waiting to be called: its status is ${status}.`)
  }
  // It may have been the last contact that the campaign waited for.
  emit(ctx, CampaignChanged, { campaign_id })
}
