import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { HandoffClaimed, HandoffCompleted, HandoffReleased } from '../events.ts'
import { expiryHours } from './package.ts'
import { getHandoff } from './handoffs.ts'
import type { Handoff } from './schema.ts'
import { type HandoffAction, handoffTransitions } from '../transitions.ts'

const claim = statement(
  'sales.claim_handoff',
  (_, p: { id: string }) =>
    sql<{ id: string }>`
    update sales.handoffs set status = 'claimed', claimed_by = app.user_id(), claimed_at = now()
     where id = ${p.id} and status = 'pending' and expires_at > now() returning id`,
)

/** Claims a handoff for the caller. Throws 404, and 409 when it is already claimed, completed or expired. */
export async function claimHandoff(ctx: Ctx, id: string): Promise<Handoff> {
  const claimed = await ctx.db.maybe(claim, { id })
  const handoff = await getHandoff(ctx, id)
  if (!claimed) throw refusal(handoff, 'claim')
  emit(ctx, HandoffClaimed, eventData(handoff, handoff.claimed_by))
  return handoff
}

const complete = statement(
  'sales.complete_handoff',
  (_, p: { id: string; outcome: string | null }) =>
    sql<{ id: string }>`
    update sales.handoffs set status = 'completed', completed_at = now(), outcome = ${p.outcome}
     where id = ${p.id} and status = 'claimed' returning id`,
)

/** Completes a handoff. Only its claimant or a manager can (403). Throws 404, and 409 when it is not claimed. */
export async function completeHandoff(ctx: Ctx, id: string, outcome: string | null): Promise<Handoff> {
  const by = await requireClaimant(ctx, await getHandoff(ctx, id))
  const completed = await ctx.db.maybe(complete, { id, outcome })
  const handoff = await getHandoff(ctx, id)
  if (!completed) throw refusal(handoff, 'complete')
  emit(ctx, HandoffCompleted, eventData(handoff, by))
  return handoff
}

const release = statement(
  'sales.release_handoff',
  (_, p: { id: string; expires_at: string }) =>
    sql<{ id: string }>`
    update sales.handoffs set status = 'pending', claimed_by = null, claimed_at = null, expires_at = greatest(expires_at, ${p.expires_at}::timestamptz)
     where id = ${p.id} and status = 'claimed' returning id`,
)

/** Releases a handoff and restarts its expiry. Only its claimant or a manager can (403). Throws 404, 409. */
export async function releaseHandoff(ctx: Ctx, id: string): Promise<Handoff> {
  const before = await getHandoff(ctx, id)
  const by = await requireClaimant(ctx, before)
  const expires = new Date(ctx.now().getTime() + expiryHours[before.priority] * 3_600_000)
  const released = await ctx.db.maybe(release, { id, expires_at: expires.toISOString() })
  const handoff = await getHandoff(ctx, id)
  if (!released) throw refusal(handoff, 'release')
  emit(ctx, HandoffReleased, eventData(handoff, by))
  return handoff
}

const managers = new Set<string | null>(['owner', 'admin', 'sales_manager'])

async function requireClaimant(ctx: Ctx, handoff: Handoff): Promise<string | null> {
  const { user_id, role } = await ctx.db.actor()
  if (handoff.status === 'claimed' && handoff.claimed_by !== user_id && !managers.has(role)) {
    throw forbidden(`${handoff.claimed_by_name ?? 'Another member'} has claimed this handoff.`)
  }
  return user_id
}

const verbs: Record<HandoffAction, string> = {
  claim: 'claimed',
  release: 'released',
  complete: 'completed',
  expire: 'expired',
}

function refusal(handoff: Handoff, action: HandoffAction) {
  const possible = Object.keys(handoffTransitions[handoff.status]).filter((possible) => possible !== 'expire')
  const claimant = handoff.status === 'claimed' ? ` by ${handoff.claimed_by_name ?? 'a former member'}` : ''
  const code = action === 'claim' && handoff.status === 'claimed' ? 'already_claimed' : 'wrong_status'
  const hint = possible.length > 0 ? ` Possible actions: ${possible.join(', ')}.` : ''
  return conflict(code, `This handoff is ${handoff.status}${claimant}, so it cannot be ${verbs[action]}.${hint}`)
}

const eventData = (handoff: Handoff, by: string | null) => ({
  handoff_id: handoff.id,
  prospect_id: handoff.prospect_id,
  assigned_to: handoff.assigned_to,
  by,
})
