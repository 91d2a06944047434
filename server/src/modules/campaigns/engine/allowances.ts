import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { formatMicros } from '../../../platform/money.ts'
import { type Entitlements, limitsOf, limitsOfWorkspaces, planLimit } from '../../billing/index.ts'
import { conflict } from '../../../platform/errors.ts'
import { serverContext, type Services } from '../../../platform/services.ts'
import { type DestinationRules, installationLimits, limitColumns, usageColumns } from '../../telephony/index.ts'
import { isInProgress } from './transitions.ts'

/** The calls that a workspace may still make under its own limits and the installation's. */
export interface Allowance extends DestinationRules {
  workspace_id: string
  max_concurrent_calls: number | null
  min_minutes_between_calls: number
  /** The workspace has a spend limit, and so calls only numbers that have a rate. */
  spend_limited: boolean
  /** The calls that the plan allows in a month. */
  max_calls_per_month: number | null
  /** Calls in progress have reserved all that is left to spend or to call. No call begins before the next poll. */
  spend_reserved: boolean
  /** Why no further call may be made, as a sentence. Null when calls may be made. */
  exhausted: string | null
}

interface AllowanceRow extends Omit<Allowance, 'exhausted' | 'max_calls_per_month'> {
  max_minutes_per_day: number | null
  max_minutes_per_month: number | null
  max_spend_per_day_micros: number | null
  max_spend_per_month_micros: number | null
  spend_today_micros: number
  spend_this_month_micros: number
  currency: string
  calls_this_month: number
  calls_under_way: number
  seconds_today: number
  seconds_this_month: number
  seconds_under_way: number
}

const select = ({ ids, now }: { ids: string[]; now: string }) => sql<AllowanceRow>`
    select w.id as workspace_id, ${limitColumns}, ${usageColumns(now)}, w.currency, spend.spend_left is not null as spend_limited,
           coalesce(spend.spend_left <= 0, false) as spend_reserved,
           coalesce((select sum(greatest(0, extract(epoch from ${now}::timestamptz - a.answered_at))) from campaigns.attempts a
                      where a.workspace_id = w.id and ${isInProgress('a')} and a.answered_at is not null), 0)::float8 as seconds_under_way,
           (select count(*) from campaigns.attempts a where a.workspace_id = w.id and ${isInProgress('a')}) as calls_under_way
      from identity.workspaces w
      cross join lateral (select campaigns.spend_left(w.id, ${now}::timestamptz) as spend_left) spend
      left join telephony.calling_limits l on l.workspace_id = w.id
     where w.id = any(${ids}::uuid[])`

const find = statement('campaigns.allowances.system', (_, p: { ids: string[]; now: string }) => select(p))
const findOne = statement('campaigns.allowance', (_, p: { ids: string[]; now: string }) => select(p))

/** Returns the allowances by workspace. Calls in progress count up to `now` (ISO 8601). */
export async function findAllowances(services: Services, ids: string[], now: string): Promise<Map<string, Allowance>> {
  if (ids.length === 0) return new Map()
  const rows = await serverContext(services, { workspaceId: null }).db.all(find, { ids, now })
  const plans = await limitsOfWorkspaces(services, ids)
  const installation = installationLimits(services)
  return new Map(
    rows.map((row) => {
      const plan = plans.get(row.workspace_id) as Entitlements
      const { max_calls_per_month } = plan
      const planned = max_calls_per_month !== null && row.calls_this_month + row.calls_under_way >= max_calls_per_month
      return [
        row.workspace_id,
        {
          ...row,
          max_calls_per_month,
          spend_reserved: row.spend_reserved || planned,
          exhausted: usedUpPlan(row, plan) ?? exhaustion(row, installation.max_minutes_per_day),
        },
      ]
    }),
  )
}

/** Throws when the current workspace may make no further call: 402 for its plan's limit, 409 for its own limits. */
export async function checkExhaustion(ctx: Ctx): Promise<void> {
  const { workspace_id } = await ctx.db.actor()
  const row = await ctx.db.one(findOne, { ids: [workspace_id as string], now: ctx.now().toISOString() })
  const usedUp = usedUpPlan(row, await limitsOf(ctx))
  if (usedUp !== null) throw planLimit(usedUp)
  const exhausted = exhaustion(row, installationLimits(ctx.services).max_minutes_per_day)
  if (exhausted !== null) throw conflict('calling_limit_reached', exhausted)
}

/** Returns the reason for which a campaign is paused when the plan allows no further call this month. */
function usedUpPlan(
  { calls_this_month }: AllowanceRow,
  { max_calls_per_month: most, plan_name }: Entitlements,
): string | null {
  if (most === null || calls_this_month < most) return null
  return `The ${most} calls that the plan ${plan_name} allows in a month are used up. Resume next month (UTC), or choose another plan.`
}

/** Returns the reason for which a campaign is paused, or its start is refused. */
function exhaustion(row: AllowanceRow, installationPerDay: number | null): string | null {
  const { max_minutes_per_day: perDay, max_minutes_per_month: perMonth, seconds_under_way } = row
  const today = row.seconds_today + seconds_under_way
  const isUsedUp = (minutes: number | null, seconds: number) => minutes !== null && seconds >= minutes * 60
  if (isUsedUp(perDay, today))
    return `The ${perDay} minutes of calls that the workspace allows itself in a day are used up (max_minutes_per_day of /api/calling-limits). Resume after midnight UTC, or raise the limit.`
  if (isUsedUp(installationPerDay, today))
    return `The ${installationPerDay} minutes of calls that this installation allows a workspace in a day are used up. Resume after midnight UTC.`
  if (isUsedUp(perMonth, row.seconds_this_month + seconds_under_way))
    return `The ${perMonth} minutes of calls that the workspace allows itself in a month are used up (max_minutes_per_month of /api/calling-limits). Resume next month, or raise the limit.`
  const isSpent = (limit: number | null, spent: number): limit is number => limit !== null && spent >= limit
  const { max_spend_per_day_micros: spendPerDay, max_spend_per_month_micros: spendPerMonth, currency } = row
  if (isSpent(spendPerDay, row.spend_today_micros))
    return `The ${formatMicros(spendPerDay, currency)} that the workspace allows itself for calls in a day are spent (max_spend_per_day_micros of /api/calling-limits). Resume after midnight UTC, or raise the limit.`
  if (isSpent(spendPerMonth, row.spend_this_month_micros))
    return `The ${formatMicros(spendPerMonth, currency)} that the workspace allows itself for calls in a month are spent (max_spend_per_month_micros of /api/calling-limits). Resume next month, or raise the limit.`
  return null
}
