import type { Config } from '../../config.ts'
import type { OutboundRequest } from '../../platform/outbound.ts'
import type { Services } from '../../platform/services.ts'
import type { VideoConfig } from '../../config/video.ts'
import { signToken } from './tokens.ts'

interface ProviderRequest extends OutboundRequest {
  url: string
}

/** Closes the provider's room of a call for all participants. */
export const closeRoom = (services: Services, callId: string) =>
  send(services, (provider) =>
    provider.kind === 'livekit'
      ? liveKit(provider, 'DeleteRoom', callId, { room: callId })
      : twilio(provider, `Rooms/${callId}`, 'completed'),
  )

/** Disconnects one person from the provider's room of a call. */
export const disconnect = (services: Services, callId: string, identity: string) =>
  send(services, (provider) =>
    provider.kind === 'livekit'
      ? liveKit(provider, 'RemoveParticipant', callId, { room: callId, identity })
      : twilio(provider, `Rooms/${callId}/Participants/${identity}`, 'disconnected'),
  )

type Provider = Exclude<VideoConfig['provider'], { kind: 'mesh' }>

/** Throws when the provider refuses. A 404 is a success: the room or participant is already gone. */
async function send({ config, outbound }: Services, requestTo: (provider: Provider) => ProviderRequest): Promise<void> {
  const { provider } = config.video
  if (provider.kind === 'mesh') return
  const { url, ...request } = requestTo(provider)
  const { status, body } = await outbound.fetch(url, request)
  if (status >= 300 && status !== 404)
    throw new Error(`${provider.kind} returned ${status}: ${body.toString('utf8').slice(0, 200)}`)
}

/** Source: docs.livekit.io, "RoomService API". */
export function liveKit(
  { url, apiKey, apiSecret }: Extract<Provider, { kind: 'livekit' }>,
  method: 'DeleteRoom' | 'RemoveParticipant',
  room: string,
  body: object,
): ProviderRequest {
  const exp = Math.floor(Date.now() / 1000) + 60
  const claims = { iss: apiKey, sub: 'switchboard', exp, video: { roomAdmin: true, roomCreate: true, room } }
  return {
    url: `${liveKitOrigin(url)}/twirp/livekit.RoomService/${method}`,
    method: 'POST',
    headers: {
      authorization: `Bearer ${signToken({ alg: 'HS256', typ: 'JWT' }, claims, apiSecret)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  }
}

/** Source: twilio.com/docs/video/api, "Rooms" and "Participants": both can be addressed by name while the room is open. */
export const twilio = (
  { apiKey, apiSecret }: Extract<Provider, { kind: 'twilio' }>,
  path: string,
  status: 'completed' | 'disconnected',
): ProviderRequest => ({
  url: `https://video.twilio.com/v1/${path}`,
  method: 'POST',
  headers: {
    authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams({ Status: status }).toString(),
})

const liveKitOrigin = (url: string) => url.replace(/^ws/, 'http').replace(/\/+$/, '')

/** The operator's own LiveKit, `host:port`, which may be a private address. */
export function videoHosts({ video: { provider } }: Config): string[] {
  if (provider.kind !== 'livekit') return []
  const { hostname, port, protocol } = new URL(liveKitOrigin(provider.url))
  return [`${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? 443 : 80)}`]
}
