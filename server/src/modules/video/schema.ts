import { z } from 'zod'
import { id, instant, optional, page } from '../../platform/http/fields.ts'

const providers = ['mesh', 'livekit', 'twilio'] as const
const callStatus = z.enum(['ringing', 'accepted', 'declined', 'missed', 'ended'])
const roomName = z
  .string()
  .trim()
  .regex(/^[\w.:@-]{1,120}$/, 'Must be at most 120 letters, digits and . : @ - _.')

const callParticipant = z.object({
  user_id: id.describe('The user.'),
  name: z.string().nullable().describe('Name that others see.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null if not set.'),
  state: z.enum(['invited', 'joined', 'declined', 'missed', 'left']).describe('State of the participant.'),
  joined_at: instant.nullable().describe('When the participant joined.'),
  left_at: instant.nullable().describe('When the participant left.'),
})

export const videoCall = z.object({
  id: id.describe('Id of the video call.'),
  room_name: z.string().describe('Name of the room; the same name is the same call while it goes on.'),
  chat_id: id.nullable().describe('The chat it was started from; null for a room without a chat.'),
  initiator_id: id.describe('The user who started it.'),
  participant_id: id.nullable().describe('The one other person; null when there is more than one.'),
  provider: z
    .enum(providers)
    .describe('`mesh`: browsers connect to each other. `livekit`, `twilio`: through that service.'),
  status: callStatus.describe('`ringing` until someone answers.'),
  duration_seconds: z.int().describe('Seconds between the first answer and the end; 0 when no one answered.'),
  participants: z.array(callParticipant).describe('Everyone who was called.'),
  started_at: instant.describe('When it was started.'),
  answered_at: instant.nullable().describe('When the first participant answered.'),
  ended_at: instant.nullable().describe('When it ended.'),
})
export type VideoCall = z.output<typeof videoCall>

/** A request for the call of a chat, or for a room of the workspace. */
export const tokenRequest = z.object({
  room_name: optional(roomName).describe('The room to enter. Default: one for the chat.'),
  chat_id: optional(id).describe('The chat to call: its members ring. Needed for the first token of a room.'),
})
export const roomToken = z.object({
  token: z.string().describe('Token for the room at the provider; for `mesh` sent as `call:join` on the WebSocket.'),
  room_name: z.string().describe('Name of the room; the same name is the same call while it goes on.'),
  provider_room_name: z
    .string()
    .nullable()
    .describe("The room's name at LiveKit or Twilio, for `Video.connect(token, { name })`; null for `mesh`."),
  call_id: id.describe('The call.'),
  identity: z.string().describe("The user's id, as the other participants see it."),
  provider: z
    .enum(providers)
    .describe('`mesh`: browsers connect to each other. `livekit`, `twilio`: through that service.'),
  url: z.string().nullable().describe("URL of the provider: this server's WebSocket or LiveKit's; null for Twilio."),
  ice_servers: z
    .array(
      z.object({
        urls: z.array(z.string()).describe('Addresses of STUN and TURN servers.'),
        username: z.string().optional().describe('Name for the TURN server.'),
        credential: z.string().optional().describe('Password for the TURN server.'),
      }),
    )
    .describe('For `RTCPeerConnection`.'),
  expires_at: instant.describe('When the token expires. Open connections are not closed.'),
  expires_in: z.int().describe('Seconds until then.'),
  call: videoCall.describe('The call as it is now.'),
})
export type RoomToken = z.output<typeof roomToken>

export const roomChoice = z.object({
  room_name: roomName.describe('Name of the room; the same name is the same call while it goes on.'),
})
export const callQuery = page(50).extend({ chat_id: optional(id).describe('Only calls of this chat.') })

export const signal = z.object({
  room_name: roomName.describe('Name of the room; the same name is the same call while it goes on.'),
  call_id: optional(id).describe('The call, when two have the same room name. Default: the newest one.'),
  to: optional(id).describe('One participant; left out: all others.'),
  signal: z
    .unknown()
    .describe('An offer, answer, candidate, or anything the clients agree on. It is forwarded unchanged.'),
})
