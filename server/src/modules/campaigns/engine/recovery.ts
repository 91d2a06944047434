import { sql } from 'kysely'
import { transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { addToCallSums } from '../call-log.ts'
import { CampaignCallLogged } from '../events.ts'
import { addCosts, costOf, costsOf } from './spend.ts'
import { attemptTransitions, change, isInProgress, isQueued, targetTransitions } from './transitions.ts'

const orphaned = sql`node_id is not null and not exists (select from telephony.nodes n where n.id = node_id)`

const lostAttempt = change(attemptTransitions, 'unknown')
const lostTarget = change(targetTransitions, 'unknown')

const findWorkspaces = statement(
  'campaigns.orphans.system',
  () => sql<{ workspace_id: string }>`select distinct workspace_id from campaigns.targets where ${orphaned}`,
)

// Claims first, then attempts: a target that is begun in between is handled once, as an attempt.
const requeue = statement(
  'campaigns.requeue_orphans',
  () =>
    sql<{
      id: string
    }>`update campaigns.targets t set node_id = null where ${orphaned} and ${isQueued('t')} returning id`,
)

interface LostCall {
  campaign_id: string
  call_id: string
  attempt_id: string
  contact_id: string | null
  phone_number: string
  attempts: number
  key: string | null
  transferred: boolean
  cost_micros: number | null
}
// Moves the campaign's counters: trigger campaigns.count_targets.
const markUnknown = statement(
  'campaigns.mark_unknown',
  (_, p: { now: string }) =>
    sql<LostCall>`
    with lost as (
      update campaigns.attempts a set status = ${lostAttempt.to}, ended_at = ${p.now}::timestamptz, cause = 'lost',
             cost_micros = ${costOf({ answered: sql`a.answered_at`, transferred: sql`a.transferred_at`, ended: sql`${p.now}::timestamptz` })}
       where ${isInProgress('a')} and ${lostAttempt.guard('a.status')}
         and id in (select last_attempt_id from campaigns.targets where ${orphaned})
      returning id, target_id, key, transferred_at, cost_micros, invite_at, answered_at, duration_seconds, ended_at
    ), used as (
      insert into telephony.call_usage as u (day, cost_micros)
      select (${p.now}::timestamptz at time zone 'UTC')::date, sum(cost_micros)::bigint from lost having sum(cost_micros) > 0
      on conflict (workspace_id, day) do update set cost_micros = u.cost_micros + excluded.cost_micros
    ), summed as (${addToCallSums(sql`lost`)})
    update campaigns.targets t
       set status = ${lostTarget.to}, node_id = null, finished_at = ${p.now}::timestamptz, cause = 'lost',
           transferred_at = coalesce(t.transferred_at, l.transferred_at),
           -- The call ended with the node, so a contact who waited for a channel did not get one.
           transfer_lost = t.transfer_lost or coalesce(t.transfer_wait_began_at > coalesce(t.transfer_wait_ended_at, '-infinity'), false)
      from lost l where t.id = l.target_id and ${lostTarget.guard('t.status')}
    returning t.campaign_id, t.id as call_id, l.id as attempt_id, t.contact_id, t.phone_number, t.attempts, l.key,
              t.transferred_at is not null as transferred, l.cost_micros`,
)

/**
 * Recovers the claims and attempts of lost nodes. Claims without an attempt return to the queue. Attempts without a result
 * become `unknown`, for members to review, and are not dialled again. Returns the number of each.
 */
export async function recoverOrphans(services: Services): Promise<{ requeued: number; unknown: number }> {
  const found = { requeued: 0, unknown: 0 }
  for (const { workspace_id } of await serverContext(services, { workspaceId: null }).db.all(findWorkspaces, {})) {
    await transaction(serverContext(services, { workspaceId: workspace_id }), async (ctx) => {
      found.requeued += (await ctx.db.all(requeue, {})).length
      const lost = await ctx.db.all(markUnknown, { now: ctx.now().toISOString() })
      const costs = costsOf(lost)
      if (costs) await ctx.db.all(addCosts, costs)
      for (const { cost_micros: _, ...call } of lost) {
        found.unknown++
        emit(ctx, CampaignCallLogged, {
          ...call,
          status: 'unknown',
          final: true,
          duration_seconds: null,
          cause: 'lost',
        })
      }
    })
  }
  return found
}
