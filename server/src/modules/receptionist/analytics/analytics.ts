import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { limitsOf } from '../../billing/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { getClient } from '../clients/clients.ts'
import type { AnalyticsQuery } from './schema.ts'

export interface Range {
  client_id: string | null
  tz: string
  days: number
}

const ofClient = (p: Range, shape: { of_client: boolean }) =>
  shape.of_client ? sql`client_id = ${p.client_id}::uuid` : sql`client_id is null`
const localDate = (p: Range) => sql`(quarter at time zone ${p.tz})::date`
export const today = (p: Range) => sql`(now() at time zone ${p.tz})::date`

interface SumsRow {
  slice: 'all' | 'today' | 'yesterday' | 'period' | 'previous'
  from: string
  to: string
  calls: number
  seconds: number
  judged: number
  successes: number
  positive: number
  neutral: number
  negative: number
  stt: number
  llm: number
  tts: number
}

const totals = sql`
  coalesce(sum(calls), 0)::float8 as calls, coalesce(sum(seconds), 0)::float8 as seconds,
  coalesce(sum(judged), 0)::float8 as judged, coalesce(sum(successes), 0)::float8 as successes,
  coalesce(sum(positive), 0)::float8 as positive, coalesce(sum(neutral), 0)::float8 as neutral,
  coalesce(sum(negative), 0)::float8 as negative,
  coalesce(sum(stt_ms) / nullif(sum(stt_calls), 0), 0)::float8 as stt,
  coalesce(sum(llm_ms) / nullif(sum(llm_calls), 0), 0)::float8 as llm,
  coalesce(sum(tts_ms) / nullif(sum(tts_calls), 0), 0)::float8 as tts`

// The dashboard reads only the sums: 96 rows per day, and one row for all time.
export const sums = variants(
  'receptionist.sums',
  (_, p: Range, shape: { of_client: boolean }) => sql<SumsRow>`
    with slices (slice, first, last) as (values
      ('today', ${today(p)}, ${today(p)}), ('yesterday', ${today(p)} - 1, ${today(p)} - 1),
      ('period', ${today(p)} - (${p.days}::int - 1), ${today(p)}),
      ('previous', ${today(p)} - (2 * ${p.days}::int - 1), ${today(p)} - ${p.days}::int))
    select slice, to_char(first, 'YYYY-MM-DD') as from, to_char(last, 'YYYY-MM-DD') as to, t.*
      from slices cross join lateral (
        select ${totals} from receptionist.call_sums
         where ${ofClient(p, shape)} and quarter >= first::timestamp at time zone ${p.tz}
           and quarter < (last + 1)::timestamp at time zone ${p.tz}) t
    union all
    select 'all', null, null, ${totals} from receptionist.call_sums where ${ofClient(p, shape)} and quarter is null`,
)

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits
const share = (part: number, whole: number) => (whole > 0 ? rounded(part / whole, 4) : 0)

const metrics = (row: SumsRow) => ({
  calls: row.calls,
  minutes: rounded(row.seconds / 60, 2),
  avg_duration_seconds: row.calls > 0 ? rounded(row.seconds / row.calls, 1) : 0,
  success_rate: share(row.successes, row.judged),
  sentiment: { positive: row.positive, neutral: row.neutral, negative: row.negative },
})

async function analyticsOf(ctx: Ctx, range: Range) {
  const rows = await ctx.db.all(sums({ of_client: range.client_id !== null }), range)
  const slice = (name: SumsRow['slice']) => rows.find((row) => row.slice === name) as SumsRow
  const [all, period, previous] = [slice('all'), slice('period'), slice('previous')]
  const { calls, minutes, ...rest } = metrics(all)
  return {
    total_calls: calls,
    calls_today: slice('today').calls,
    calls_yesterday: slice('yesterday').calls,
    total_minutes: minutes,
    total_seconds: rounded(all.seconds, 3),
    ...rest,
    avg_stt_latency_ms: rounded(all.stt, 1),
    avg_llm_latency_ms: rounded(all.llm, 1),
    avg_tts_latency_ms: rounded(all.tts, 1),
    period: { from: period.from, to: period.to, ...metrics(period) },
    previous_period: { from: previous.from, to: previous.to, ...metrics(previous) },
  }
}

/** Throws 404 for an unknown client. */
export async function rangeOf(ctx: Ctx, query: AnalyticsQuery): Promise<Range> {
  if (query.client_id !== undefined) await getClient(ctx, query.client_id)
  return rangeFor(ctx, query.client_id ?? null, query)
}

const rangeFor = async (ctx: Ctx, client_id: string | null, { days, tz }: AnalyticsQuery): Promise<Range> => ({
  client_id,
  days,
  tz: tz ?? (await workspaceDefaults(ctx)).time_zone,
})

const countClients = statement(
  'receptionist.clients.count',
  () =>
    sql<{ total_clients: number; active_clients: number }>`
    select count(*) as total_clients, count(*) filter (where is_active) as active_clients
      from receptionist.clients where deleted_at is null`,
)

export const dashboard = async (ctx: Ctx, query: AnalyticsQuery) => ({
  ...(await ctx.db.one(countClients, {})),
  ...(await analyticsOf(ctx, await rangeOf(ctx, query))),
})

/** Throws 404 for an unknown client. */
export async function clientAnalytics(ctx: Ctx, client_id: string, query: AnalyticsQuery) {
  const { name } = await getClient(ctx, client_id)
  return { client_id, client_name: name, ...(await analyticsOf(ctx, await rangeFor(ctx, client_id, query))) }
}

const perDay = variants(
  'receptionist.calls_per_day',
  (_, p: Range, shape: { of_client: boolean }) => sql<{ date: string; calls: number; minutes: number }>`
    select to_char(day, 'YYYY-MM-DD') as date, coalesce(s.calls, 0)::float8 as calls, coalesce(s.minutes, 0)::float8 as minutes
      from generate_series(${today(p)} - (${p.days}::int - 1), ${today(p)}, interval '1 day') day
      left join (
        select ${localDate(p)} as date, sum(calls) as calls, round(sum(seconds) / 60, 2) as minutes from receptionist.call_sums
         where ${ofClient(p, shape)} and quarter >= (${today(p)} - (${p.days}::int - 1))::timestamp at time zone ${p.tz}
         group by 1) s on s.date = day::date
     order by day`,
)

/** Returns calls and minutes per day, oldest first, including days without calls. Throws 404 for an unknown client. */
export async function callsPerDay(ctx: Ctx, query: AnalyticsQuery) {
  const range = await rangeOf(ctx, query)
  return { data: await ctx.db.all(perDay({ of_client: range.client_id !== null }), range) }
}

const sentiments = ['positive', 'neutral', 'negative'] as const

/** Returns the distribution of sentiment over the assessed calls of the last `days` days. Throws 404. */
export async function sentimentShares(ctx: Ctx, query: AnalyticsQuery) {
  const { period } = await analyticsOf(ctx, await rangeOf(ctx, query))
  const whole = sentiments.reduce((sum, sentiment) => sum + period.sentiment[sentiment], 0)
  return {
    data: sentiments.map((sentiment) => ({
      sentiment,
      count: period.sentiment[sentiment],
      share: share(period.sentiment[sentiment], whole),
    })),
  }
}

const monthMinutes = statement(
  'receptionist.month_minutes',
  (_, p: { tz: string }) =>
    sql<{ minutes: number }>`
    select round(coalesce(sum(seconds), 0) / 60, 2)::float8 as minutes from receptionist.call_sums
     where client_id is null and quarter >= date_trunc('month', now() at time zone ${p.tz}) at time zone ${p.tz}`,
)

/** Returns the workspace's usage of its plan. */
export async function usage(ctx: Ctx) {
  const { time_zone } = await workspaceDefaults(ctx)
  const limits = await limitsOf(ctx)
  const { total_clients } = await ctx.db.one(countClients, {})
  const { minutes } = await ctx.db.one(monthMinutes, { tz: time_zone })
  return { clients: total_clients, minutes_this_month: minutes, ...limits }
}
