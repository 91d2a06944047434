import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import type { AdminCounter } from '../../platform/module.ts'
import { asAdministrator } from './administrator.ts'
import type { Statistics } from './schema.ts'

const days = 30

const countUsers = statement(
  'administration.statistics.users',
  () => sql<Record<string, number>>`
    select count(*) filter (where deleted_at is null) as users,
           count(*) filter (where last_active_at > now() - interval '24 hours') as active_users,
           count(*) filter (where suspended_at is not null and deleted_at is null) as suspended_users,
           count(*) filter (where banned_at is not null and deleted_at is null) as banned_users,
           (select count(*) from administration.reports) as reports,
           (select count(*) from administration.reports where status = 'open') as open_reports
      from identity.users`,
)

const usersPerDay = statement(
  'administration.statistics.users_per_day',
  (_, p: { days: number }) => sql<{ date: string; users: number }>`
    select (created_at at time zone 'UTC')::date::text as date, count(*) as users from identity.users
     where id >= app.first_id_at(date_trunc('day', now(), 'UTC') - make_interval(days => ${p.days}::int - 1)) group by 1`,
)

const usersPerMonth = statement(
  'administration.statistics.users_per_month',
  () => sql<{ month: string; users: number }>`
    with created as (
      select date_trunc('month', created_at, 'UTC') as month, count(*) as users from identity.users
       where deleted_at is null group by 1
    )
    select to_char(m at time zone 'UTC', 'YYYY-MM') as month,
           (select coalesce(sum(c.users), 0)::bigint from created c where c.month <= m) as users
      from generate_series(date_trunc('month', now(), 'UTC') - interval '11 months', date_trunc('month', now(), 'UTC'),
                           interval '1 month') m
     order by m`,
)

const userCounter: AdminCounter = { totals: () => countUsers.call({}), perDay: (p) => usersPerDay.call(p) }

type Day = Statistics['per_day'][number]

/** Reads all statistics in one round trip. */
export async function getStatistics(ctx: Ctx, others: readonly AdminCounter[]): Promise<Statistics> {
  const counters = [userCounter, ...others]
  const daily = counters.flatMap(({ perDay }) => (perDay ? [perDay({ days })] : []))
  const admin = await asAdministrator(ctx)
  const results = await admin.db.together([...counters.map(({ totals }) => totals()), ...daily, usersPerMonth.call({})])
  const perMonth = results.pop()
  const totals = results.slice(0, counters.length).flat() as Record<string, number>[]
  const perDay = results.slice(counters.length).flat() as unknown as ({ date: string } & Record<string, number>)[]
  const dates = lastDates(ctx.now(), days)
  return {
    ...addUp(totals),
    per_month: perMonth,
    per_day: dates.map((date) => ({ ...noDay, ...addUp(perDay.filter((row) => row.date === date)), date })),
  } as Statistics
}

const noDay: Omit<Day, 'date'> = { users: 0, messages: 0, video_calls: 0 }

function addUp(rows: Record<string, unknown>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (name !== 'date') sum[name] = (sum[name] ?? 0) + Number(value)
    }
  }
  return sum
}

function lastDates(now: Date, count: number): string[] {
  const dayMs = 24 * 60 * 60 * 1000
  return Array.from({ length: count }, (_, i) =>
    new Date(now.getTime() - (count - 1 - i) * dayMs).toISOString().slice(0, 10),
  )
}
