import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { invalidField } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import type { Services } from '../../../platform/services.ts'
import { audited } from '../../identity/index.ts'
import { CallingLimitsChanged } from '../events.ts'
import { type DestinationRules, destinationFault } from './destinations.ts'
import type { CallingLimits, CallingLimitsChanges } from './schema.ts'

const columns = [
  'allowed_countries',
  'blocked_prefixes',
  'allow_premium',
  'max_minutes_per_day',
  'max_minutes_per_month',
  'max_spend_per_day_micros',
  'max_spend_per_month_micros',
  'max_concurrent_calls',
  'min_minutes_between_calls',
] as const

/** The limits of a workspace `w`. `l` is its row, which may not exist. */
export const limitColumns = sql`
  l.allowed_countries, coalesce(l.blocked_prefixes, '{}') as blocked_prefixes, coalesce(l.allow_premium, false) as allow_premium,
  l.max_minutes_per_day, l.max_minutes_per_month, l.max_spend_per_day_micros, l.max_spend_per_month_micros, l.max_concurrent_calls,
  coalesce(l.min_minutes_between_calls, 15) as min_minutes_between_calls`

/** The usage of a workspace `w` today and this month, in UTC days at `now` (ISO 8601). */
export const usageColumns = (now: string) => sql`
  ${usedToday('calls', now)} as calls_today, ${usedThisMonth('calls', now)} as calls_this_month, ${usedToday('seconds', now)} as seconds_today, ${usedThisMonth('seconds', now)} as seconds_this_month,
  ${usedToday('cost_micros', now)} as spend_today_micros, ${usedThisMonth('cost_micros', now)} as spend_this_month_micros`

type Usage = 'calls' | 'seconds' | 'cost_micros'

const usedToday = (usage: Usage, now: string) => sql`
  coalesce((select u.${sql.ref(usage)} from telephony.call_usage u
             where u.workspace_id = w.id and u.day = (${now}::timestamptz at time zone 'UTC')::date), 0)`
const usedThisMonth = (usage: Usage, now: string) => sql`
  coalesce((select sum(u.${sql.ref(usage)}) from telephony.call_usage u
             where u.workspace_id = w.id and u.day >= date_trunc('month', ${now}::timestamptz at time zone 'UTC')::date), 0)::bigint`

interface LimitsRow extends Omit<CallingLimits, 'installation' | 'used'> {
  calls_today: number
  seconds_today: number
  seconds_this_month: number
  spend_today_micros: number
  spend_this_month_micros: number
}

const find = statement(
  'telephony.calling_limits',
  (_, p: { now: string }) =>
    sql<LimitsRow>`
    select ${limitColumns}, ${usageColumns(p.now)}, w.currency
      from identity.workspaces w left join telephony.calling_limits l on l.workspace_id = w.id
     where w.id = app.workspace_id()`,
)

/** The limits of the workspace at hand, its own and the installation's, with what is used of them. */
export async function getCallingLimits(ctx: Ctx): Promise<CallingLimits> {
  const { calls_today, seconds_today, seconds_this_month, spend_today_micros, spend_this_month_micros, ...limits } =
    await ctx.db.one(find, { now: ctx.now().toISOString() })
  return {
    ...limits,
    installation: installationLimits(ctx.services),
    used: {
      calls_today,
      minutes_today: Math.ceil(seconds_today / 60),
      minutes_this_month: Math.ceil(seconds_this_month / 60),
      spend_today_micros,
      spend_this_month_micros,
    },
  }
}

export const installationLimits = ({ config: { sip } }: Pick<Services, 'config'>) => ({
  max_minutes_per_day: sip.workspaceMinutesPerDay,
  max_concurrent_calls: Math.max(1, Math.floor((sip.maxCalls * sip.workspaceShare) / 100)),
  max_calls_per_second: sip.workspaceCallsPerSecond,
})

const ensure = statement(
  'telephony.ensure_calling_limits',
  () => sql`insert into telephony.calling_limits default values on conflict do nothing`,
)
const update = statement(
  'telephony.update_calling_limits',
  (_, p: { changes: string }) =>
    sql`update telephony.calling_limits l set ${patch('l', columns, p.changes)} where workspace_id = app.workspace_id()`,
)

/** Changes only what was sent. Calls in progress go on; campaigns notice within a second. Needs a transaction. */
export async function updateCallingLimits(ctx: Ctx, changes: CallingLimitsChanges): Promise<CallingLimits> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const { workspace_id } = await ctx.db.actor()
  await ctx.db.together([
    ensure.call({}),
    update.call({ changes: JSON.stringify(given) }),
    audited({ action: 'calling_limits.changed', target: `workspace:${workspace_id}`, details: given }),
  ])
  emit(ctx, CallingLimitsChanged, {})
  return getCallingLimits(ctx)
}

export const destinationRules = statement(
  'telephony.destination_rules',
  () =>
    sql<DestinationRules>`
    select l.allowed_countries, coalesce(l.blocked_prefixes, '{}') as blocked_prefixes, coalesce(l.allow_premium, false) as allow_premium
      from (select app.workspace_id() as id) w left join telephony.calling_limits l on l.workspace_id = w.id`,
)

/** Throws 400 naming the field when the workspace does not call this number (E.164). */
export async function checkDestination(ctx: Ctx, number: string, path: string): Promise<void> {
  const fault = destinationFault(number, await ctx.db.one(destinationRules, {}))
  if (fault) throw invalidField(path, fault)
}
