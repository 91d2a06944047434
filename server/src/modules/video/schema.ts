import { z } from 'zod'
import { id, instant, optional, page } from '../../platform/http/fields.ts'

const providers = ['mesh', 'livekit', 'twilio'] as const
const callStatus = z.enum(['ringing', 'accepted', 'declined', 'missed', 'ended'])
const roomName = z
  .string()
  .trim()
  .regex(/^[\w.:@-]{1,120}$/, 'A room name has letters, digits and . : @ - _, at most 120.')

const callParticipant = z.object({
  user_id: id,
  name: z.string().nullable(),
  avatar_url: z.string().nullable(),
  state: z.enum(['invited', 'joined', 'declined', 'missed', 'left']),
  joined_at: instant.nullable(),
  left_at: instant.nullable(),
})

export const videoCall = z.object({
  id,
  room_name: z.string(),
  chat_id: id.nullable(),
  initiator_id: id,
  /** The one other person, where there is just one. */
  participant_id: id.nullable(),
  provider: z.enum(providers),
  status: callStatus,
  /** Between the first answer and the end; 0 when nobody answered. */
  duration_seconds: z.int(),
  participants: z.array(callParticipant),
  started_at: instant,
  answered_at: instant.nullable(),
  ended_at: instant.nullable(),
})
export type VideoCall = z.output<typeof videoCall>

/** A chat's call, or a room for the workspace. */
export const tokenRequest = z.object({ room_name: optional(roomName), chat_id: optional(id) })
export const roomToken = z.object({
  token: z.string(),
  room_name: z.string(),
  /** The room's name at LiveKit or Twilio, for `Video.connect(token, { name })`; null for `mesh`. Each call has its own. */
  provider_room_name: z.string().nullable(),
  call_id: id,
  /** Of the user, as the other participants know them. */
  identity: z.string(),
  provider: z.enum(providers),
  /** Where the provider is reached: our WebSocket, LiveKit's; null for Twilio, whose SDK knows. */
  url: z.string().nullable(),
  /** For `RTCPeerConnection`. */
  ice_servers: z.array(
    z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
  ),
  /** Of the token. Who is connected stays connected. */
  expires_at: instant,
  call: videoCall,
})
export type RoomToken = z.output<typeof roomToken>

export const roomChoice = z.object({ room_name: roomName })
export const callQuery = page(50).extend({ chat_id: optional(id) })

export const signal = z.object({
  room_name: roomName,
  /** Tells two calls of the same name apart; without it, the newest one. */
  call_id: optional(id),
  /** One participant; without it, all others. */
  to: optional(id),
  /** An offer, answer, candidate or whatever the clients agree on; not looked at. */
  signal: z.unknown(),
})
