import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { id } from '../../platform/http/fields.ts'
import { type CallOperation, composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { succeeded } from './accounts.ts'

/** A room whose name contains the id of a chat is the call of that chat, and its members are called. */
const chatIn = (roomName: string) => /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i.exec(roomName)?.[0]

const isNotFound = (error: unknown) => error instanceof AppError && error.status === 404

const room = {
  room_name: z.string().max(200).describe('Name of the room. With the id of a chat in it, the members are called.'),
}

/** Returns the call of the chat in the name, or else that of a room of this name. */
async function enter(call: CallOperation<'createVideoToken'>, room_name: string) {
  const chat_id = chatIn(room_name)
  if (chat_id === undefined) return call('createVideoToken', { body: { room_name } })
  try {
    return await call('createVideoToken', { body: { room_name, chat_id } })
  } catch (error) {
    // The name has another id in it.
    if (isNotFound(error)) return call('createVideoToken', { body: { room_name } })
    throw error
  }
}

/** Hangs up. A chat has one call at a time, under the name that its first participant gave it. */
async function leave(call: CallOperation<'endVideoCall' | 'listVideoCalls'>, room_name: string) {
  try {
    return await call('endVideoCall', { body: { room_name } })
  } catch (error) {
    const chat_id = chatIn(room_name)
    if (chat_id === undefined || !isNotFound(error)) throw error
    const { data } = await call('listVideoCalls', { query: { chat_id, limit: '1' } })
    if (data.length === 0) throw error
    return call('endVideoCall', { body: { room_name: data[0].room_name } })
  }
}

export const callRequests: Record<string, Adapted> = {
  videoToken: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/video-calls/token',
    access: 'user',
    summary: 'Join a room, or the call of a chat, as the signed-in user',
    operations: ['createVideoToken'],
    body: z.object(room),
    // The session says who takes part, not the body.
    ignores: { body: ['participantName', 'participant_name', 'identity'] },
    example: { room_name: 'daily' },
    errors: [409],
    notIdempotent: true,
    response: z.object({
      success: succeeded,
      token: z.string().describe('Token for the room.'),
      roomName: z.string().describe('Name of the room.'),
      participantName: z.string().nullable().describe("The caller's name, as the others see it."),
      expiresIn: z.int().describe('Seconds until the token expires.'),
      identity: id.describe("The caller's id."),
      callId: id.describe('The call.'),
      provider: z.string().describe('`mesh`, `livekit` or `twilio`.'),
      url: z.string().nullable().describe("The provider's URL; null for Twilio."),
      iceServers: z
        .array(
          z.object({
            urls: z.array(z.string()).describe('Addresses of STUN and TURN servers.'),
            username: z.string().optional().describe('Name for the TURN server.'),
            credential: z.string().optional().describe('Password for the TURN server.'),
          }),
        )
        .describe('For `RTCPeerConnection`.'),
    }),
    async handler(call, { body: { room_name } }) {
      const entered = await enter(call, room_name)
      const me = entered.call.participants.find(({ user_id }: { user_id: string }) => user_id === entered.identity)
      return {
        success: true as const,
        token: entered.token,
        roomName: entered.room_name,
        participantName: me?.name ?? null,
        expiresIn: entered.expires_in,
        identity: entered.identity,
        callId: entered.call_id,
        provider: entered.provider,
        url: entered.url,
        iceServers: entered.ice_servers,
      }
    },
  }),
  endVideoCall: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/video-calls/end',
    access: 'user',
    summary: 'Hang up',
    operations: ['endVideoCall', 'listVideoCalls'],
    body: z.object(room),
    // Only the caller's own part in a call can be ended.
    ignores: { body: ['participantId', 'participant_id'] },
    example: { room_name: 'daily' },
    response: z.object({
      success: succeeded,
      callDuration: z.int().describe('Seconds since the first answer; 0 when no one answered.'),
      roomName: z.string().describe('Name of the room.'),
    }),
    async handler(call, { body }) {
      const { duration_seconds, room_name } = await leave(call, body.room_name)
      return { success: true as const, callDuration: duration_seconds, roomName: room_name }
    },
  }),
}
