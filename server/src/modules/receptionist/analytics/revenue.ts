import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { type Range, rangeOf, today } from './analytics.ts'
import type { RevenueQuery } from './schema.ts'

interface Sums {
  revenue: number
  calls: number
  booked: number
}

type Shape = { of_client: boolean }

const sums = sql`coalesce(sum(revenue_value), 0)::float8 as revenue, count(c.started_at)::int as calls,
  (count(*) filter (where booked))::int as booked`

const valued = (p: Range, shape: Shape) => sql`
  revenue_value is not null ${shape.of_client ? sql`and client_id = ${p.client_id}::uuid` : sql``}`
const firstDay = (p: Range) => sql`(${today(p)} - (${p.days}::int - 1))`

const byCurrency = variants(
  'receptionist.revenue.by_currency',
  (_, p: Range, shape: Shape) => sql<Sums & { currency: string }>`
    select currency, ${sums} from receptionist.calls c
     where ${valued(p, shape)} and started_at >= ${firstDay(p)}::timestamp at time zone ${p.tz}
       and started_at < (${today(p)} + 1)::timestamp at time zone ${p.tz}
     group by currency order by currency`,
)

const byDay = variants(
  'receptionist.revenue.by_day',
  (_, p: Range & { currency: string }, shape: Shape) => sql<Sums & { date: string }>`
    select to_char(day, 'YYYY-MM-DD') as date, ${sums}
      from generate_series(${firstDay(p)}, ${today(p)}, interval '1 day') day
      left join receptionist.calls c
        on ${valued(p, shape)} and currency = ${p.currency}
       and started_at >= day::timestamp at time zone ${p.tz}
       and started_at < (day + interval '1 day')::timestamp at time zone ${p.tz}
     group by day order by day`,
)

/** Returns the value of the calls of the last `days` days, of one currency by day. Throws 404 for an unknown client. */
export async function revenueReport(ctx: Ctx, query: RevenueQuery) {
  const range = await rangeOf(ctx, query)
  const currency = query.currency ?? (await workspaceDefaults(ctx)).currency
  const shape = { of_client: range.client_id !== null }
  const [totals, data] = await ctx.db.together([
    byCurrency(shape).call(range),
    byDay(shape).call({ ...range, currency }),
  ])
  const { revenue, calls, booked } = totals.find((one) => one.currency === currency) ?? none
  const other_currencies = totals.filter((one) => one.currency !== currency)
  return { currency, revenue, calls, booked, other_currencies, data }
}

const none: Sums = { revenue: 0, calls: 0, booked: 0 }
