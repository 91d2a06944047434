/** Offer and answer, RFC 3264, for one audio stream: PCMU or PCMA with RFC 4733 keys. Other media are refused. */
import { isIPv4, isIPv6 } from 'node:net'

import { lowestPort } from '../rtp/latch.ts'
import { SdpError } from './sdp.ts'
import type { Direction, MediaDescription, SessionDescription } from './sdp.ts'
import type { Codec } from '../types.ts'

export const dtmfPayloadType = 101

/** Our address in our description. */
export interface LocalAudio {
  address: string
  port: number
  sessionId: string
  version: number
}

/** The audio of the other side's description. */
export interface RemoteAudio {
  /** IPv4, or a name. 0.0.0.0 is the old form of hold. */
  address: string
  port: number
  rtcpPort: number
  codec: Codec
  payloadType: number
  dtmfPayloadType: number | null
  direction: Direction
}

const held = '0.0.0.0'
const dtmfFormat = (payloadType: number) => ({ format: String(payloadType), parameters: '0-15' })

export function offerAudio(local: LocalAudio): SessionDescription {
  return describe(local, [
    audio(local, 'RTP/AVP', 'sendrecv', [
      { payloadType: 0, encoding: 'PCMU', clockRate: 8000 },
      { payloadType: 8, encoding: 'PCMA', clockRate: 8000 },
      { payloadType: dtmfPayloadType, encoding: 'telephone-event', clockRate: 8000 },
    ]),
  ])
}

/** Returns the SDP answer: the chosen codec, with the offer's payload types, and the other media refused. */
export function answerAudio(offer: SessionDescription, remote: RemoteAudio, local: LocalAudio): SessionDescription {
  const chosen = chooseMedium(offer)
  const rtpMaps = [{ payloadType: remote.payloadType, encoding: remote.codec as string, clockRate: 8000 }]
  if (remote.dtmfPayloadType !== null)
    rtpMaps.push({
      payloadType: remote.dtmfPayloadType,
      encoding: 'telephone-event',
      clockRate: 8000,
    })
  return describe(
    local,
    offer.media.map((medium) =>
      medium === chosen
        ? audio(local, medium.protocol, reverse(medium.direction), rtpMaps)
        : { ...refused(medium), address: local.address },
    ),
  )
}

/** Reads the other side's audio. The codec in use stays when they still offer it. Throws `SdpError`. */
export function remoteAudio(description: SessionDescription, inUse: Codec | null): RemoteAudio {
  const medium = chooseMedium(description)
  const codecs = medium.formats.flatMap((format) => {
    const codec = codecOf(medium, format)
    return codec === null ? [] : [{ codec, payloadType: Number(format) }]
  })
  const chosen = codecs.find((each) => each.codec === inUse) ?? codecs[0]
  if (!chosen) throw new SdpError(`There is no common codec: they take ${codecNames(medium)}, we PCMU and PCMA.`)
  if (medium.port < lowestPort) throw new SdpError(`The other side's audio port ${medium.port} is below ${lowestPort}.`)
  const rtcpPort = medium.rtcpPort ?? 0
  return {
    address: usableAddress(medium.address),
    port: medium.port,
    rtcpPort: rtcpPort >= lowestPort ? rtcpPort : Math.min(medium.port + 1, 65535),
    codec: chosen.codec,
    payloadType: chosen.payloadType,
    dtmfPayloadType: dtmfOf(medium),
    direction: medium.direction,
  }
}

const isHeld = (remote: RemoteAudio) => remote.address === held

/** They want to receive audio. */
export function maySend(remote: RemoteAudio): boolean {
  return !isHeld(remote) && (remote.direction === 'sendrecv' || remote.direction === 'recvonly')
}

/** They are expected to send audio. Music on hold (`sendonly`) may come but is not expected. */
export function mustHear(remote: RemoteAudio): boolean {
  return !isHeld(remote) && remote.direction === 'sendrecv'
}

/** The law of a packet: as agreed, or by its static payload type, since some change it without a re-INVITE. Else null. */
export function heardCodec(payloadType: number, remote: RemoteAudio): Codec | null {
  if (payloadType === remote.payloadType) return remote.codec
  return payloadType === 0 ? 'PCMU' : payloadType === 8 ? 'PCMA' : null
}

function chooseMedium(description: SessionDescription): MediaDescription {
  const audios = description.media.filter((medium) => medium.kind === 'audio')
  if (audios.length === 0) throw new SdpError('The other side describes no audio.')
  const open = audios.filter((medium) => medium.port !== 0)
  if (open.length === 0) throw new SdpError('The other side refused the audio (port 0).')
  const plain = open.filter((medium) => medium.protocol === 'RTP/AVP' || medium.protocol === 'RTP/AVPF')
  if (plain.length === 0)
    throw new SdpError(`The other side wants ${open[0]!.protocol}; only unencrypted RTP/AVP is spoken here.`)
  return plain.find((medium) => medium.formats.some((format) => codecOf(medium, format) !== null)) ?? plain[0]!
}

function codecOf(medium: MediaDescription, format: string): Codec | null {
  const map = medium.rtpMaps.find((each) => String(each.payloadType) === format)
  if (!map) return format === '0' ? 'PCMU' : format === '8' ? 'PCMA' : null
  const encoding = map.encoding.toUpperCase()
  return map.clockRate === 8000 && (encoding === 'PCMU' || encoding === 'PCMA') ? encoding : null
}

function dtmfOf(medium: MediaDescription): number | null {
  const map = medium.rtpMaps.find(
    (each) =>
      each.encoding.toLowerCase() === 'telephone-event' &&
      each.clockRate === 8000 &&
      medium.formats.includes(String(each.payloadType)),
  )
  return map?.payloadType ?? null
}

function codecNames(medium: MediaDescription): string {
  return medium.formats
    .map((format) => medium.rtpMaps.find((map) => String(map.payloadType) === format)?.encoding ?? format)
    .join(', ')
}

/** A host name, as RFC 8866 allows. It needs a letter, so that a misspelt address is not taken for a name. */
const hostName = /^(?=[\w.-]{0,252}[a-z])[\w.-]{1,253}$/i

function usableAddress(address: string | null): string {
  if (address === null) throw new SdpError('The other side gives no address for its audio (no "c=" line).')
  if (isIPv6(address) || !(isIPv4(address) || hostName.test(address)))
    throw new SdpError(`The other side's audio address "${address}" is not an IPv4 address, and no host name.`)
  if (isIPv4(address) && Number(address.split('.')[0]) >= 224)
    throw new SdpError(`The other side's audio address ${address} is a multicast or broadcast address.`)
  return address
}

function reverse(direction: Direction): Direction {
  return direction === 'sendonly' ? 'recvonly' : direction === 'recvonly' ? 'sendonly' : direction
}

function describe(local: LocalAudio, media: MediaDescription[]): SessionDescription {
  const { address, sessionId, version } = local
  return { origin: { username: '-', sessionId, version: String(version), address }, media }
}

function audio(
  local: LocalAudio,
  protocol: string,
  direction: Direction,
  rtpMaps: MediaDescription['rtpMaps'],
): MediaDescription {
  return {
    kind: 'audio',
    port: local.port,
    protocol,
    formats: rtpMaps.map(({ payloadType }) => String(payloadType)),
    address: local.address,
    direction,
    rtpMaps,
    formatParameters: rtpMaps
      .filter(({ encoding }) => encoding === 'telephone-event')
      .map(({ payloadType }) => dtmfFormat(payloadType)),
    ptimeMs: 20,
    rtcpPort: null,
  }
}

function refused(medium: MediaDescription): MediaDescription {
  return {
    ...medium,
    port: 0,
    direction: 'inactive',
    rtpMaps: [],
    formatParameters: [],
    ptimeMs: null,
    rtcpPort: null,
  }
}
