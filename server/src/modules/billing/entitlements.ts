import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError } from '../../platform/errors.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { plansOf } from './plans.ts'
import type { Plan } from './schema.ts'

const activePlan = statement(
  'billing.active_plan',
  () => sql<{ plan_id: string }>`select plan_id from billing.subscriptions where status = 'active'`,
)

const activePlans = statement(
  'billing.active_plans.system',
  (_, p: { ids: string[] }) =>
    sql<{ workspace_id: string; plan_id: string }>`
    select workspace_id, plan_id from billing.subscriptions where status = 'active' and workspace_id = any(${p.ids}::uuid[])`,
)

export type Limits = Plan['limits']

export const noLimits: Limits = {
  max_clients: null,
  max_minutes_per_month: null,
  max_calls_per_month: null,
  max_contacts_per_campaign: null,
}

/** The limits of a workspace, and the name of the plan they are from. */
export interface Entitlements extends Limits {
  plan_name: string | null
}

/**
 * Returns the limits of the workspace's active plan; null is no limit. Without a subscription, or when the plan is no
 * longer offered, these are the limits of the default plan (`DEFAULT_PLAN`), or no limits without one.
 */
export async function limitsOf(ctx: Ctx): Promise<Entitlements> {
  return entitlements(ctx.services, (await ctx.db.maybe(activePlan, {}))?.plan_id)
}

/** Returns the limits of several workspaces, by workspace. See `limitsOf`. */
export async function limitsOfWorkspaces(services: Services, ids: string[]): Promise<Map<string, Entitlements>> {
  const rows = await serverContext(services, { workspaceId: null }).db.all(activePlans, { ids })
  const plans = new Map(rows.map(({ workspace_id, plan_id }) => [workspace_id, plan_id]))
  return new Map(ids.map((id) => [id, entitlements(services, plans.get(id))]))
}

function entitlements({ config }: Pick<Services, 'config'>, planId: string | undefined): Entitlements {
  const plans = plansOf(config)
  const plan = plans.find(({ id }) => id === planId) ?? plans.find(({ id }) => id === config.defaultPlan)
  return { ...(plan?.limits ?? noLimits), plan_name: plan?.name ?? null }
}

/** Returns a 402 error for a limit of the plan. */
export const planLimit = (message: string) =>
  new AppError(402, 'plan_limit', `${message} A larger plan allows more: see /api/plans.`)
