import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError } from '../../platform/errors.ts'
import { plansOf } from './plans.ts'
import type { Plan } from './schema.ts'

const activePlan = statement(
  'billing.active_plan',
  () => sql<{ plan_id: string }>`select plan_id from billing.subscriptions where status = 'active'`,
)

export type Limits = Plan['limits']

/**
 * Returns the limits of the workspace's active plan; null is no limit. Without a subscription, or when the plan is no
 * longer offered, these are the limits of the default plan (`DEFAULT_PLAN`), or no limits without one.
 */
export async function limitsOf(ctx: Ctx): Promise<Limits> {
  const { config } = ctx.services
  const row = await ctx.db.maybe(activePlan, {})
  const plans = plansOf(config)
  const plan = plans.find(({ id }) => id === row?.plan_id) ?? plans.find(({ id }) => id === config.defaultPlan)
  return plan?.limits ?? { max_clients: null, max_minutes_per_month: null }
}

/** Returns a 402 error for a limit of the plan. */
export const planLimit = (message: string) =>
  new AppError(402, 'plan_limit', `${message} A larger plan allows more: see /api/plans.`)
