import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { id, pageOf } from '../../platform/http/fields.ts'
import { type RouteTable, route } from '../../platform/http/route.ts'
import { getCall, listCalls } from './calls.ts'
import { iceServers } from './ice-servers.ts'
import { acceptCall, declineCall, enterRoom, leaveRoom } from './rooms.ts'
import { type RoomToken, callQuery, roomChoice, roomToken, tokenRequest, videoCall } from './schema.ts'
import { admit, secondsOfToken, tokenSeconds } from './tokens.ts'

const params = z.object({ id: id.describe('Id of the video call.') })
const exampleId = '0199ffff-ffff-7fff-bfff-ffffffffffff'

async function createToken(ctx: Ctx, room: z.output<typeof tokenRequest>): Promise<RoomToken> {
  if (!room.chat_id && !room.room_name) throw invalidField('body.room_name', 'room_name or chat_id is required.')
  const { config, secrets } = ctx.services
  const provider = config.video.provider.kind
  const call = await enterRoom(ctx, { room_name: room.room_name, chat_id: room.chat_id, provider })
  const { user_id } = await ctx.db.actor()
  const identity = user_id as string
  const issuedAt = Math.floor(ctx.now().getTime() / 1000)
  const expiresAt = issuedAt + secondsOfToken(provider)
  const name = call.participants.find((participant) => participant.user_id === identity)?.name ?? null
  return {
    ...admit(config, secrets, { identity, name, room: call.id, issuedAt, expiresAt }),
    room_name: call.room_name,
    provider_room_name: provider === 'mesh' ? null : call.id,
    call_id: call.id,
    identity,
    provider,
    ice_servers: iceServers(config.video, identity, issuedAt + tokenSeconds),
    expires_at: new Date(expiresAt * 1000).toISOString(),
    expires_in: expiresAt - issuedAt,
    call,
  }
}

export const videoRoutes: RouteTable = {
  tag: 'Video calls',
  routes: {
    createVideoToken: route({
      kind: 'write',
      method: 'POST',
      path: '/api/video-calls/token',
      access: 'user',
      summary:
        "Join a chat's call or a room, with a token for 4 hours (10 minutes to connect to LiveKit or Twilio); the first participant opens it, and it rings",
      body: tokenRequest,
      example: { chat_id: exampleId },
      response: roomToken,
      errors: [409],
      notIdempotent: true,
      handler: (ctx, { body }) => createToken(ctx, body),
    }),
    endVideoCall: route({
      kind: 'write',
      method: 'POST',
      path: '/api/video-calls/end',
      access: 'user',
      summary: 'Hang up; the call ends with the last but one participant',
      body: roomChoice,
      example: { room_name: 'daily' },
      response: videoCall,
      handler: (ctx, { body }) => leaveRoom(ctx, body.room_name),
    }),
    listVideoCalls: route({
      kind: 'read',
      method: 'GET',
      path: '/api/video-calls',
      access: 'user',
      summary: "List the caller's calls, newest first",
      query: callQuery,
      response: pageOf(videoCall),
      handler: (ctx, { query }) => listCalls(ctx, query),
    }),
    getVideoCall: route({
      kind: 'read',
      method: 'GET',
      path: '/api/video-calls/:id',
      access: 'user',
      summary: 'Get a call',
      params,
      response: videoCall,
      handler: (ctx, { params }) => getCall(ctx, params.id),
    }),
    acceptVideoCall: route({
      kind: 'write',
      method: 'POST',
      path: '/api/video-calls/:id/accept',
      access: 'user',
      summary: 'Accept a ringing call',
      params,
      response: videoCall,
      errors: [409],
      handler: (ctx, { params }) => acceptCall(ctx, params.id),
    }),
    declineVideoCall: route({
      kind: 'write',
      method: 'POST',
      path: '/api/video-calls/:id/decline',
      access: 'user',
      summary: 'Decline a ringing call',
      params,
      response: videoCall,
      errors: [409],
      handler: (ctx, { params }) => declineCall(ctx, params.id),
    }),
  },
}
