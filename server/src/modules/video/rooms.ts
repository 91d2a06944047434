import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../platform/errors.ts'
import { newId } from '../../platform/id.ts'
import {
  type Locked,
  lockCall,
  lockCallOf,
  lockOpenInChat,
  lockOpenRoom,
  nowhere,
  run,
  emitCall,
} from './call-state.ts'
import { getCall } from './calls.ts'
import { CallChanged, CallRinging } from './events.ts'
import { missRinging } from './jobs.ts'
import type { VideoCall } from './schema.ts'
import { tokenSeconds } from './tokens.ts'

const ringSeconds = 45

const insert = statement(
  'video.calls.insert',
  (_, p: { id: string; chat_id: string | null; room_name: string; provider: string }) => sql<{ id: string }>`
    with inserted as (
      insert into video.calls (id, chat_id, workspace_id, room_name, provider, status, ring_expires_at, expires_at)
      select ${p.id}::uuid, ${p.chat_id}::uuid, case when ${p.chat_id}::uuid is null then app.workspace_id() end,
             ${p.room_name}::text, ${p.provider}::text, 'ringing',
             now() + make_interval(secs => case when ${p.chat_id}::uuid is null then ${sql.lit(tokenSeconds)} else ${sql.lit(ringSeconds)} end),
             now() + make_interval(secs => ${sql.lit(tokenSeconds)})
      on conflict do nothing returning id
    )
    select id from inserted`,
)
const inviteAll = statement(
  'video.participants.invite',
  (_, p: { call_id: string; chat_id: string | null }) => sql`
    insert into video.participants (call_id, user_id, state)
    select ${p.call_id}::uuid, m.user_id, 'invited' from chat.members m where m.chat_id = ${p.chat_id}`,
)
const join = statement(
  'video.participants.join',
  (_, p: { call_id: string }) => sql`
    insert into video.participants as p (call_id, user_id, state, joined_at)
    values (${p.call_id}, app.user_id(), 'joined', now())
    on conflict (call_id, user_id) do update
      set state = 'joined', joined_at = coalesce(p.joined_at, excluded.joined_at), left_at = null`,
)
const extend = statement(
  'video.calls.extend',
  (_, p: { id: string }) => sql`
    update video.calls set expires_at = now() + make_interval(secs => ${sql.lit(tokenSeconds)}) where id = ${p.id}`,
)
const setState = statement(
  'video.participants.set_state',
  (_, p: { call_id: string; state: string }) => sql`
    update video.participants set state = ${p.state}, left_at = case when ${p.state} = 'left' then now() end
     where call_id = ${p.call_id} and user_id = app.user_id()`,
)
const count = statement(
  'video.participants.count',
  (_, p: { call_id: string }) => sql<{ joined: number; undecided: number }>`
    select count(*) filter (where state = 'joined') as joined, count(*) filter (where state = 'invited') as undecided
      from video.participants where call_id = ${p.call_id}`,
)
export interface Room {
  room_name: string | undefined
  chat_id: string | undefined
  provider: string
}

/**
 * Starts the call of a room, or joins it if it is open: the first user makes it ring, the second one answers. A chat has one
 * call at a time. Throws 404 for a chat or room of others.
 */
export async function enterRoom(ctx: Ctx, room: Room): Promise<VideoCall> {
  const open = await lockOpenCall(ctx, room)
  if (open && !open.rang_out) return joinCall(ctx, open)
  if (open) await run(ctx, open, 'time_out')
  // Names like this are generated for calls of chats: this call has ended, or is not visible to the caller.
  if (!room.chat_id && /^call-[0-9a-f-]{36}$/.test(room.room_name ?? '')) missing('room')
  const id = newId()
  const chat_id = room.chat_id ?? null
  const room_name = room.room_name ?? `call-${id}`
  if (!(await ctx.db.maybe(insert, { id, chat_id, room_name, provider: room.provider }))) {
    // Another user has started it at the same time.
    return joinCall(ctx, (await lockOpenCall(ctx, room)) ?? missing('room'))
  }
  if (chat_id) await ctx.db.all(inviteAll, { call_id: id, chat_id })
  await ctx.db.all(join, { call_id: id })
  if (chat_id) await ctx.services.jobs.enqueue(ctx, missRinging, { call_id: id }, { startAfterSeconds: ringSeconds })
  return emitCall(ctx, id, CallRinging)
}

const findDm = statement(
  'video.calls.reachable',
  (_, p: { chat_id: string }) => sql<{ blocked: boolean }>`
    select c.type = 'dm' and app.is_blocked(c.dm_low, c.dm_high) as blocked from chat.chats c where c.id = ${p.chat_id}`,
)

async function lockOpenCall(ctx: Ctx, { chat_id, room_name }: Room): Promise<Locked | undefined> {
  if (!chat_id) return ctx.db.maybe(lockOpenRoom, { ...nowhere, room_name: room_name ?? null })
  const { blocked } = (await ctx.db.maybe(findDm, { chat_id })) ?? missing('chat')
  if (blocked) throw forbidden('One of you has blocked the other.')
  return ctx.db.maybe(lockOpenInChat, { ...nowhere, chat_id })
}

async function joinCall(ctx: Ctx, call: Locked): Promise<VideoCall> {
  const { user_id } = await ctx.db.actor()
  await ctx.db.together([join.call({ call_id: call.id }), extend.call({ id: call.id })])
  if (call.status === 'ringing' && call.initiator_id !== user_id) return run(ctx, call, 'accept')
  return call.my_state === 'joined' ? getCall(ctx, call.id) : emitCall(ctx, call.id, CallChanged)
}

const isOpen = ({ status }: Locked) => status === 'ringing' || status === 'accepted'

function requireOpen(call: Locked): void {
  if (call.rang_out || !isOpen(call)) throw conflict('call_over', 'This call has ended.')
}

/** Accepts a ringing call. A token is needed to connect to it. Throws 404, and 409 when it has ended. */
export async function acceptCall(ctx: Ctx, id: string): Promise<VideoCall> {
  const call = await lockCall(ctx, id)
  requireOpen(call)
  return joinCall(ctx, call)
}

/** Declines a call. It ends when everyone who was called has declined. Throws 404, 409. */
export async function declineCall(ctx: Ctx, id: string): Promise<VideoCall> {
  const call = await lockCall(ctx, id)
  requireOpen(call)
  if (call.my_state !== 'invited') throw conflict('not_called', 'You have no pending invitation to this call.')
  await ctx.db.all(setState, { call_id: id, state: 'declined' })
  const { undecided } = await ctx.db.one(count, { call_id: id })
  if (call.status === 'ringing' && undecided === 0) return run(ctx, call, 'decline')
  return emitCall(ctx, id, CallChanged)
}

/**
 * Hangs up, or declines a call that the caller has not answered. A call ends when only one participant is left; a call that
 * still rings when its initiator leaves is missed. Throws 404.
 */
export async function leaveRoom(ctx: Ctx, roomName: string): Promise<VideoCall> {
  const call = await lockCallOf(ctx, roomName)
  if (!isOpen(call)) return getCall(ctx, call.id)
  if (call.rang_out) return run(ctx, call, 'time_out')
  if (call.my_state === 'invited') return declineCall(ctx, call.id)
  if (call.my_state !== 'joined') return missing('room')
  await ctx.db.all(setState, { call_id: call.id, state: 'left' })
  const { joined } = await ctx.db.one(count, { call_id: call.id })
  if (call.status === 'ringing') return run(ctx, call, call.chat_id ? 'cancel' : 'hang_up')
  return joined > 1 ? emitCall(ctx, call.id, CallChanged) : run(ctx, call, 'hang_up')
}
