import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../platform/http/page.ts'
import type { VideoCall } from './schema.ts'

const iso = (time: RawBuilder<unknown>) => sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
/** The ringing has timed out, but the job has not marked the call as missed yet. */
export const rangOut = sql`(c.status = 'ringing' and c.ring_expires_at <= now())`

/** The columns of calls `c` in the API. */
const columns = sql`
  c.id, c.room_name, c.chat_id, c.initiator_id, c.provider, c.started_at, c.answered_at,
  case when ${rangOut} then 'missed' else c.status end as status,
  case when ${rangOut} then c.ring_expires_at else c.ended_at end as ended_at,
  case when c.answered_at is null then 0
       else greatest(0, round(extract(epoch from coalesce(c.ended_at, now()) - c.answered_at)))::int end as duration_seconds,
  (select min(p.user_id::text)::uuid from video.participants p
    where p.call_id = c.id and p.user_id <> c.initiator_id having count(*) = 1) as participant_id,
  coalesce((
    select jsonb_agg(jsonb_build_object('user_id', p.user_id, 'name', h.name, 'avatar_url', h.avatar_url, 'state', p.state,
             'joined_at', ${iso(sql`p.joined_at`)}, 'left_at', ${iso(sql`p.left_at`)}) order by p.user_id)
      from video.participants p
      join app.people(array(select user_id from video.participants where call_id = c.id)) h on h.id = p.user_id
     where p.call_id = c.id), '[]') as participants`

const find = statement(
  'video.calls.find',
  (_, p: { id: string }) => sql<VideoCall>`select ${columns} from video.calls c where c.id = ${p.id}`,
)
export const getCall = async (ctx: Ctx, id: string): Promise<VideoCall> =>
  (await ctx.db.maybe(find, { id })) ?? missing('call')

const list = variants(
  'video.calls.list',
  (
    _,
    p: { before: string | null; chat_id: string | null },
    shape: { rows: string; continued: boolean; in_chat: boolean },
  ) => sql<VideoCall>`
    select ${columns}
      from video.participants me join video.calls c on c.id = me.call_id
     where me.user_id = app.user_id() ${shape.continued ? sql`and me.call_id < ${p.before}` : sql``}
           ${shape.in_chat ? sql`and c.chat_id = ${p.chat_id}` : sql``}
     order by me.call_id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns the calls of the caller, newest first. */
export async function listCalls(
  ctx: Ctx,
  {
    limit,
    cursor,
    chat_id = null,
  }: { limit: number; cursor?: string | undefined; chat_id?: string | null | undefined },
) {
  const before = readCursor(cursor)
  const rows = await ctx.db.all(
    list({ rows: rowsToRead(limit), continued: before !== null, in_chat: chat_id !== null }),
    {
      before,
      chat_id,
    },
  )
  return toPage(rows, limit)
}
