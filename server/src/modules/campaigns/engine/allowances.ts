import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext, type Services } from '../../../platform/services.ts'
import { type DestinationRules, installationLimits, limitColumns, usageColumns } from '../../telephony/index.ts'
import { isInProgress } from './transitions.ts'

/** The calls that a workspace may still make under its own limits and the installation's. */
export interface Allowance extends DestinationRules {
  workspace_id: string
  max_concurrent_calls: number | null
  min_minutes_between_calls: number
  /** Why no further call may be made, as a sentence. Null when calls may be made. */
  exhausted: string | null
}

interface AllowanceRow extends Omit<Allowance, 'exhausted'> {
  max_minutes_per_day: number | null
  max_minutes_per_month: number | null
  seconds_today: number
  seconds_this_month: number
  seconds_under_way: number
}

const select = (ids: string[]) => sql<AllowanceRow>`
    select w.id as workspace_id, ${limitColumns}, ${usageColumns},
           coalesce((select sum(greatest(0, extract(epoch from now() - a.answered_at))) from campaigns.attempts a
                      where a.workspace_id = w.id and ${isInProgress('a')} and a.answered_at is not null), 0)::float8 as seconds_under_way
      from unnest(${ids}::uuid[]) w (id) left join telephony.calling_limits l on l.workspace_id = w.id`

const find = statement('campaigns.allowances.system', (_, p: { ids: string[] }) => select(p.ids))
const findOne = statement('campaigns.allowance', (_, p: { ids: string[] }) => select(p.ids))

/** Returns the allowances by workspace. Calls in progress count up to now. */
export async function findAllowances(services: Services, ids: string[]): Promise<Map<string, Allowance>> {
  if (ids.length === 0) return new Map()
  const rows = await serverContext(services, { workspaceId: null }).db.all(find, { ids })
  const installation = installationLimits(services)
  return new Map(
    rows.map((row) => [row.workspace_id, { ...row, exhausted: exhaustion(row, installation.max_minutes_per_day) }]),
  )
}

/** Returns why the current workspace may make no further call, as a sentence, or null when it may. */
export async function findExhaustion(ctx: Ctx): Promise<string | null> {
  const { workspace_id } = await ctx.db.actor()
  const row = await ctx.db.one(findOne, { ids: [workspace_id as string] })
  return exhaustion(row, installationLimits(ctx.services).max_minutes_per_day)
}

/** Returns the reason for which a campaign is paused, or its start is refused. */
function exhaustion(
  row: Pick<
    AllowanceRow,
    'max_minutes_per_day' | 'max_minutes_per_month' | 'seconds_today' | 'seconds_this_month' | 'seconds_under_way'
  >,
  installationPerDay: number | null,
): string | null {
  const { max_minutes_per_day: perDay, max_minutes_per_month: perMonth, seconds_under_way } = row
  const today = row.seconds_today + seconds_under_way
  const isUsedUp = (minutes: number | null, seconds: number) => minutes !== null && seconds >= minutes * 60
  if (isUsedUp(perDay, today))
    return `The ${perDay} minutes of calls that the workspace allows itself in a day are used up (max_minutes_per_day of /api/calling-limits). Resume after midnight UTC, or raise the limit.`
  if (isUsedUp(installationPerDay, today))
    return `The ${installationPerDay} minutes of calls that this installation allows a workspace in a day are used up. Resume after midnight UTC.`
  if (isUsedUp(perMonth, row.seconds_this_month + seconds_under_way))
    return `The ${perMonth} minutes of calls that the workspace allows itself in a month are used up (max_minutes_per_month of /api/calling-limits). Resume next month, or raise the limit.`
  return null
}
