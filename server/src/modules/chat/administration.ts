import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import type { AdminCounter, FindSubject, ReportSubject } from '../../platform/module.ts'

// The number of messages in a chat is its last message number, so nothing is counted. The messages of the last days are
// found by their ids, which are in the order of time.
const totals = statement(
  'chat.analytics.totals',
  () => sql<Record<string, number>>`
    select count(*) as chats, count(*) filter (where type = 'group') as groups, coalesce(sum(last_number), 0)::bigint as messages,
           (select count(*) from chat.messages
             where id >= app.first_id_at(date_trunc('day', now(), 'UTC'))) as messages_today,
           (select coalesce(sum(size_bytes), 0)::bigint from chat.files) as storage_bytes
      from chat.chats`,
)

const perDay = statement(
  'chat.analytics.per_day',
  (_, p: { days: number }) => sql<{ date: string; messages: number }>`
    select (created_at at time zone 'UTC')::date::text as date, count(*) as messages from chat.messages
     where id >= app.first_id_at(date_trunc('day', now(), 'UTC') - make_interval(days => ${p.days}::int - 1)) group by 1`,
)

export const chatCounter: AdminCounter = { totals: () => totals.call({}), perDay: (p) => perDay.call(p) }

const findMessage = statement(
  'chat.reports.find_message',
  (_, p: { id: string }) => sql<ReportSubject>`
    select sender_id as user_id, case when not encrypted then content end as quote from chat.messages
     where id = ${p.id} and deleted_at is null and (expires_at is null or expires_at > now())`,
)
const findChat = statement(
  'chat.reports.find_chat',
  (_, p: { id: string }) =>
    sql<ReportSubject>`select null::uuid as user_id, name as quote from chat.chats where id = ${p.id}`,
)

/** What a member can report. Row-level security limits the messages to those of their chats. */
export const chatSubjects: Record<string, FindSubject> = {
  message: (ctx, id) => ctx.db.maybe(findMessage, { id }),
  chat: (ctx, id) => ctx.db.maybe(findChat, { id }),
}
