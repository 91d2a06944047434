import { sql } from 'kysely'
import { z } from 'zod'
import { statement } from '../../platform/database/statement.ts'
import { missing, unauthorized } from '../../platform/errors.ts'
import { type SocketCommand, socketCommand } from '../../platform/sockets/commands.ts'
import { signal } from './schema.ts'
import { verifyMesh } from './tokens.ts'

interface Peers {
  call_id: string
  room_name: string
  user_ids: string[]
}
// The other participants of a room, for a participant; without those who are no longer members of the chat.
const findPeers = statement(
  'video.participants.peers',
  (_, p: { call_id: string | null; room_name: string | null }) => sql<Peers>`
    select c.id as call_id, c.room_name, array(
             select p.user_id from video.participants p
              where p.call_id = c.id and p.state = 'joined' and p.user_id <> app.user_id()
                and (c.chat_id is null or exists (
                  select from chat.members m where m.chat_id = c.chat_id and m.user_id = p.user_id))) as user_ids
      from video.calls c
      join video.participants me on me.call_id = c.id and me.user_id = app.user_id() and me.state = 'joined'
     where c.status in ('ringing', 'accepted')
       and (c.id = ${p.call_id}::uuid or ${p.call_id}::uuid is null and c.room_name = ${p.room_name})
     order by c.id desc limit 1`,
)

export const videoCommands: SocketCommand[] = [
  socketCommand({
    event: 'call:join',
    access: 'user',
    data: z.object({ token: z.string().max(4000) }),
    async handle(ctx, socket, { token }) {
      const admission = verifyMesh(ctx.services.secrets, token, ctx.now())
      if (!admission || admission.sub !== socket.userId)
        throw unauthorized('This token is not valid for this call. Request a new one.')
      const found = await ctx.db.maybe(findPeers, { call_id: admission.room, room_name: null })
      const { call_id, room_name, user_ids } = found ?? missing('room')
      const here = { room_name, call_id }
      socket.send('call:joined', { ...here, peers: user_ids })
      for (const peer of user_ids)
        ctx.services.live.publish(`user:${peer}`, 'call:peer', { ...here, user_id: socket.userId })
    },
  }),
  socketCommand({
    event: 'call:signal',
    access: 'user',
    data: signal,
    async handle(ctx, { userId }, { room_name, call_id: named = null, to, signal }) {
      const { call_id, user_ids } = (await ctx.db.maybe(findPeers, { call_id: named, room_name })) ?? missing('room')
      if (to !== undefined && !user_ids.includes(to)) missing('participant')
      const message = { room_name, call_id, from: userId, signal }
      for (const peer of to ? [to] : user_ids) ctx.services.live.publish(`user:${peer}`, 'call:signal', message)
    },
  }),
]

const room = z.object({ room_name: z.string(), call_id: z.uuid() })

/** Frames between the participants of a call. */
export const videoFrames = {
  'call:peer': room.extend({ user_id: z.uuid() }),
  'call:joined': room.extend({ peers: z.array(z.uuid()) }),
  'call:signal': room.extend({ from: z.uuid(), signal: z.unknown() }),
}
