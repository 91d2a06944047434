import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { getCall, rangOut } from './calls.ts'
import { CallAccepted, CallDeclined, CallEnded, CallMissed, CallRinging } from './events.ts'
import { closeProviderRoom } from './provider-jobs.ts'
import type { VideoCall } from './schema.ts'
import { type CallSignal, type CallStatus, transitions } from './transitions.ts'

export interface Locked {
  id: string
  chat_id: string | null
  room_name: string
  initiator_id: string
  provider: VideoCall['provider']
  status: CallStatus
  rang_out: boolean
  my_state: string | null
}
const myState = sql`(select p.state from video.participants p where p.call_id = c.id and p.user_id = app.user_id())`
// Every change of a call locks its row first.
const lock = (
  name: string,
  which: (p: { room_name: string | null; chat_id: string | null; id: string | null }) => RawBuilder<unknown>,
  first: RawBuilder<unknown> = sql`c.id desc`,
) =>
  statement(
    name,
    (_, p: { room_name: string | null; chat_id: string | null; id: string | null }) => sql<Locked>`
      select c.id, c.chat_id, c.room_name, c.initiator_id, c.provider, c.status, ${rangOut} as rang_out,
             ${myState} as my_state
        from video.calls c where ${which(p)}
       order by ${first}, c.id desc limit 1 for no key update of c`,
  )
const isOpen = sql`c.status in ('ringing', 'accepted')`
export const lockOpenInChat = lock('video.calls.lock_open_in_chat', (p) => sql`c.chat_id = ${p.chat_id} and ${isOpen}`)
// A name finds a room of the workspace. The call of a chat is found only by its generated name: otherwise a user could add
// others to a chat and start a call there under the name of a room that they use.
const byMadeName = sql`c.room_name = 'call-' || c.id`
export const lockOpenRoom = lock(
  'video.calls.lock_open_room',
  (p) => sql`c.room_name = ${p.room_name} and ${isOpen}
    and (c.workspace_id = app.workspace_id() or c.chat_id is not null and ${byMadeName})`,
  sql`(${byMadeName}) desc`,
)
const lockRoom = lock(
  'video.calls.lock_room',
  (p) => sql`c.room_name = ${p.room_name}`,
  sql`(${myState} = 'joined') desc nulls last, (${isOpen}) desc`,
)
const lockById = lock('video.calls.lock', (p) => sql`c.id = ${p.id}`)

export const nowhere = { room_name: null, chat_id: null, id: null }
export const lockCall = async (ctx: Ctx, id: string) =>
  (await ctx.db.maybe(lockById, { ...nowhere, id })) ?? missing('call')
/** Returns the call of the room in which the caller is, or an open one, or the last. Throws 404. */
export const lockCallOf = async (ctx: Ctx, room_name: string) =>
  (await ctx.db.maybe(lockRoom, { ...nowhere, room_name })) ?? missing('room')

const setStatus = statement(
  'video.calls.set_status',
  (_, p: { id: string; status: CallStatus; at: string | null }) => sql`
    update video.calls c
       set status = ${p.status}, answered_at = case when ${p.status} = 'accepted' then now() else c.answered_at end,
           ended_at = case when ${p.status} = 'accepted' then null else coalesce(${p.at}::timestamptz, now()) end
     where c.id = ${p.id}`,
)
const closeParticipants = statement(
  'video.participants.close',
  (_, p: { call_id: string }) => sql`
    update video.participants p
       set state = case when p.state = 'joined' then 'left' else 'missed' end,
           left_at = case when p.state = 'joined' then now() end
     where p.call_id = ${p.call_id} and p.state in ('joined', 'invited')`,
)

const eventOf: Record<CallStatus, typeof CallEnded> = {
  ringing: CallRinging,
  accepted: CallAccepted,
  declined: CallDeclined,
  missed: CallMissed,
  ended: CallEnded,
}

/**
 * Applies a signal to a locked call by the table `transitions` and emits the event of its new status. `endedAt` is the time
 * of the end, if not now. Throws 409 for a signal that the status does not accept.
 */
export async function run(
  ctx: Ctx,
  call: Pick<Locked, 'id' | 'status' | 'provider'>,
  signal: CallSignal,
  endedAt: string | null = null,
): Promise<VideoCall> {
  const status = transitions[call.status][signal]
  if (!status) throw conflict('call_over', 'This call has ended.')
  await ctx.db.all(setStatus, { id: call.id, status, at: endedAt })
  if (status !== 'accepted') {
    await ctx.db.all(closeParticipants, { call_id: call.id })
    if (call.provider !== 'mesh') await ctx.services.jobs.enqueue(ctx, closeProviderRoom, { call_id: call.id })
  }
  return emitCall(ctx, call.id, eventOf[status])
}

export async function emitCall(ctx: Ctx, id: string, type: typeof CallEnded): Promise<VideoCall> {
  const call = await getCall(ctx, id)
  emit(ctx, type, call)
  return call
}
