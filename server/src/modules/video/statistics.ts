import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { AdminCounter } from '../../platform/module.ts'

const totals = statement(
  'video.analytics.totals',
  () => sql<{ video_calls: number }>`select count(*) as video_calls from video.calls`,
)

const perDay = statement(
  'video.analytics.per_day',
  (_, p: { days: number }) => sql<{ date: string; video_calls: number }>`
    select (started_at at time zone 'UTC')::date::text as date, count(*) as video_calls from video.calls
     where id >= app.first_id_at(date_trunc('day', now(), 'UTC') - make_interval(days => ${p.days}::int - 1)) group by 1`,
)

export const videoCounter: AdminCounter = { totals: () => totals.call({}), perDay: (p) => perDay.call(p) }
