import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { lockCall, run, emitCall } from './call-state.ts'
import { CallChanged } from './events.ts'

// Runs as the server, since the caller may have left the chat meanwhile.
const timeOut = (services: Services, callId: string) =>
  transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
    const call = await lockCall(ctx, callId)
    if (call.rang_out || call.status === 'accepted') await run(ctx, call, 'time_out')
  })

const findRinging = statement(
  'video.calls.rang_out.system',
  (_, p: { call_id: string }) => sql<{ id: string }>`
    select id from video.calls where id = ${p.call_id} and status = 'ringing' and ring_expires_at <= now()`,
)

/** Marks a call as missed that no one has answered in time. */
export const missRinging = job({
  name: 'video.miss_ringing',
  input: z.object({ call_id: z.uuid() }),
  async run({ services }, { call_id }) {
    const late = await serverContext(services, { workspaceId: null }).db.maybe(findRinging, { call_id })
    if (late) await timeOut(services, call_id)
  },
})

const findLeftOpen = statement(
  'video.calls.left_open.system',
  () => sql<{ id: string }>`
    (select id from video.calls where status = 'ringing' and ring_expires_at < now() - interval '1 minute' limit 500)
    union all (select id from video.calls where status = 'accepted' and expires_at < now() limit 500)`,
)

/** Ends calls whose last token has expired. */
export const endStaleCalls = job({
  name: 'video.end_forgotten_calls',
  input: z.object({}),
  schedule: '*/5 * * * *',
  async run(ctx) {
    for (const { id } of await ctx.db.all(findLeftOpen, {})) await timeOut(ctx.services, id)
  },
})

// Participants whose last socket has closed during the call. Media connections survive a short outage of the server, so a
// client has 30 seconds to reconnect.
const absent = sql`
  select p.call_id, p.user_id, max(h.online_until) as left_at
    from video.participants p join chat.presence h on h.user_id = p.user_id
   where p.state = 'joined'
   group by p.call_id, p.user_id
  having max(h.online_until) between max(p.joined_at) and now() - interval '30 seconds'`

// Other providers carry media without our sockets and track participants themselves.
const findAbandoned = statement(
  'video.calls.abandoned.system',
  () => sql<{ id: string }>`
    select distinct c.id from video.calls c join (${absent}) a on a.call_id = c.id
     where c.status = 'accepted' and c.provider = 'mesh' limit 500`,
)
const removeAbsent = statement(
  'video.participants.remove_absent.system',
  (_, p: { call_id: string }) => sql<{ left_at: string }>`
    update video.participants p set state = 'left', left_at = a.left_at
      from (${absent}) a where a.call_id = ${p.call_id} and p.call_id = a.call_id and p.user_id = a.user_id
    returning a.left_at`,
)
const countJoined = statement(
  'video.participants.count_joined.system',
  (_, p: { call_id: string }) => sql<{ joined: number }>`
    select count(*) as joined from video.participants where call_id = ${p.call_id} and state = 'joined'`,
)

/** Removes participants who closed the page without hanging up. A call with fewer than two participants ends. */
export const endAbandonedCalls = job({
  name: 'video.end_deserted_calls',
  input: z.object({}),
  schedule: '* * * * *',
  async run({ db, services }) {
    for (const { id } of await db.all(findAbandoned, {})) {
      await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
        const call = await lockCall(ctx, id)
        if (call.status !== 'accepted') return
        const absentees = await ctx.db.all(removeAbsent, { call_id: id })
        if (absentees.length === 0) return
        const { joined } = await ctx.db.one(countJoined, { call_id: id })
        if (joined > 1) await emitCall(ctx, id, CallChanged)
        else
          await run(
            ctx,
            call,
            'hang_up',
            absentees
              .map(({ left_at }) => left_at)
              .sort()
              .at(-1),
          )
      })
    }
  },
})
