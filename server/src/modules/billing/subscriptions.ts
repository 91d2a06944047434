import { only } from '../../platform/database/scope.ts'
import type { Ctx } from '../../platform/context.ts'
import { conflict, invalidField, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { audited } from '../identity/index.ts'
import { SubscriptionChanged } from './events.ts'
import { noLimits } from './entitlements.ts'
import { issueInvoice, voidOtherInvoices } from './invoices.ts'
import { monthlyPrice, plansOf } from './plans.ts'
import type { Plan, Subscription } from './schema.ts'
import {
  findSubscription,
  lockSubscription,
  readSubscription,
  saveSubscription,
  type SubscriptionRow,
} from './subscription-queries.ts'
import { type Phase, phaseOf, type Signal, statusOf, transitions } from './transitions.ts'

function withTerms({ services }: Ctx, row: SubscriptionRow): Subscription {
  const plan = plansOf(services.config).find(({ id }) => id === row.plan_id)
  const starts_at = row.open_invoice_id === null ? row.current_period_end : null
  return {
    ...row,
    plan: row.plan_id,
    pending_change:
      row.next_plan_id === null || row.next_plan_name === null
        ? null
        : { plan_id: row.next_plan_id, plan_name: row.next_plan_name, starts_at },
    monthly_price: plan ? monthlyPrice(plan) : null,
    currency: plan?.currency ?? null,
    ...(plan?.limits ?? noLimits),
  }
}

/** Returns the active subscription of this member's workspace. Throws 404 without one or for an unknown member. */
export const getSubscription = async (ctx: Ctx, userId: string): Promise<Subscription> =>
  withTerms(
    ctx,
    (await ctx.db.maybe(findSubscription, { user_id: userId, status: 'active' })) ?? missing('subscription'),
  )

/** Returns the subscription that is active when its open invoice is paid. Throws 404 without one or for an unknown member. */
export const getUnpaidSubscription = async (ctx: Ctx, userId: string): Promise<Subscription> =>
  withTerms(
    ctx,
    (await ctx.db.maybe(findSubscription, { user_id: userId, status: 'incomplete' })) ?? missing('subscription'),
  )

/**
 * Chooses a plan for the workspace, or changes it. A free plan is active at once; a paid plan gets an invoice and is
 * active when its payment is recorded. A paid period continues until the other plan is paid, or to its end before a free
 * plan. Choosing the current plan undoes a pending change; choosing the pending plan again changes nothing. Throws 400 for
 * an unknown plan or member.
 */
export async function choosePlan(ctx: Ctx, input: { user_id?: string; plan_id: string }): Promise<Subscription> {
  const plan = plansOf(ctx.services.config).find(({ id }) => id === input.plan_id)
  if (!plan) throw invalidField('body.plan_id', `There is no plan ${input.plan_id}; see /api/plans.`)
  const { member, row } = await lockSubscription(ctx, input.user_id ?? null)
  if (!member) throw invalidField('body.user_id', 'This is not a member of the workspace.')
  const exists = row !== undefined && row.status !== 'canceled'
  if (exists && row.cancelled_at === null && (row.next_plan_id ?? row.plan_id) === plan.id) return withTerms(ctx, row)
  const isCurrent = exists && row.plan_id === plan.id
  const signal = isCurrent ? 'choose_current' : plan.price === 0 ? 'choose_free' : 'choose_paid'
  if (signal === 'choose_free') refuseToEnd(row)
  return change(ctx, row, { signal, plan, userId: member.user_id, action: 'subscription.plan_chosen' })
}

/**
 * Cancels the subscription at the end of the paid period, or at once without one. Voids the open invoice and drops a
 * pending change. Throws 404 without a subscription or for an unknown member.
 */
export async function cancelSubscription(ctx: Ctx, userId: string): Promise<Subscription> {
  const row = await lockUncanceled(ctx, userId)
  if (row.cancelled_at !== null) return withTerms(ctx, row)
  refuseToEnd(row)
  return change(ctx, row, { signal: 'cancel', userId: row.user_id, action: 'subscription.canceled' })
}

/** Undoes a cancellation before the period ends; otherwise changes nothing. Throws 404 without a subscription. */
export async function resumeSubscription(ctx: Ctx, userId: string): Promise<Subscription> {
  const row = await lockUncanceled(ctx, userId)
  if (row.cancelled_at === null) return withTerms(ctx, row)
  return change(ctx, row, { signal: 'resume', userId: row.user_id, action: 'subscription.resumed' })
}

/** Throws 409 for a plan that was paid once: nothing is charged again, and ending it would lose what was paid. */
function refuseToEnd(row: SubscriptionRow | undefined): void {
  if (row?.status === 'active' && row.paid_once_at !== null)
    throw conflict(
      'plan_without_end',
      `The plan ${row.plan_name} is paid and has no end, so there is nothing to cancel. Another paid plan replaces it when it is paid.`,
    )
}

async function lockUncanceled(ctx: Ctx, userId: string): Promise<SubscriptionRow> {
  const { member, row } = await lockSubscription(ctx, userId)
  return member && row && row.status !== 'canceled' ? row : missing('subscription')
}

interface PlanChange {
  signal: Signal
  /** The chosen plan. */
  plan?: Plan
  userId: string
  /** The action in the audit log. */
  action: string
}

async function change(ctx: Ctx, row: SubscriptionRow | undefined, request: PlanChange): Promise<Subscription> {
  const phase = phaseAfter(row, request.signal)
  const chosen = request.plan && { plan_id: request.plan.id, plan_name: request.plan.name }
  const begins = phase === 'free' || phase === 'incomplete'
  const follows = phase === 'switching' || phase === 'downgrading'
  const plan = begins ? chosen : row
  if (!plan) throw new Error(`A subscription becomes ${phase} without a plan.`)
  const ends = phase === 'cancelling' || phase === 'canceled'
  const { id = newId() } = row ?? {}
  const status = statusOf[phase]
  const saved = saveSubscription.call({
    id,
    user_id: request.userId,
    plan_id: plan.plan_id,
    plan_name: plan.plan_name,
    status,
    next_plan_id: (follows && chosen?.plan_id) || null,
    next_plan_name: (follows && chosen?.plan_name) || null,
    cancelled_at: ends ? ctx.now().toISOString() : null,
    keeps_period: !begins,
  })
  emit(ctx, SubscriptionChanged, { subscription_id: id, plan_id: plan.plan_id, status })
  const owed = (phase === 'incomplete' || phase === 'switching') && request.plan ? request.plan : null
  const line = audited({ action: request.action, target: `subscription:${id}`, details: chosen ?? {} })
  const calls = [saved, voidOtherInvoices(owed), ...(owed ? [issueInvoice(owed)] : []), line, readSubscription.call({})]
  const results = await ctx.db.together(calls, { commit: true })
  return withTerms(ctx, only(results.at(-1) as SubscriptionRow[]))
}

/** Returns the phase after a signal. If the period has already ended, a change at its end happens at once. */
function phaseAfter(row: SubscriptionRow | undefined, signal: Signal): Exclude<Phase, 'none'> {
  const phase = transitions[phaseOf(row)][signal]
  const next = (phase && row?.period_over && transitions[phase].period_over) || phase
  if (!next || next === 'none') throw new Error(`A subscription that is ${phaseOf(row)} does not accept ${signal}.`)
  return next
}
