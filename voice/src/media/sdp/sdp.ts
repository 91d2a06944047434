/** Session descriptions, RFC 8866: the part that a telephone call needs. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface SessionDescription {
  origin: { username: string; sessionId: string; version: string; address: string }
  media: MediaDescription[]
}

export interface MediaDescription {
  kind: string
  /** 0 refuses the stream. */
  port: number
  protocol: string
  formats: string[]
  /** From the session when the medium has none of its own. */
  address: string | null
  direction: Direction
  rtpMaps: RtpMap[]
  formatParameters: { format: string; parameters: string }[]
  ptimeMs: number | null
  /** RFC 3605, when it is not the port above. */
  rtcpPort: number | null
}

export interface RtpMap {
  payloadType: number
  encoding: string
  clockRate: number
}

/** A description that cannot be read or cannot become a call. The message says why. */
export class SdpError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SdpError'
  }
}

const maxLength = 16_384
const maxMedia = 32
/** Limit of one medium, because each format is searched in the maps. */
const maxFormats = 64

export function parseSdp(text: string): SessionDescription {
  if (text.length > maxLength) throw new SdpError(`The session description is longer than ${maxLength} characters.`)
  const lines = text.split(/[\r\n]+/).filter((line) => line !== '')
  if (lines[0]?.trimEnd() !== 'v=0') throw new SdpError('The session description does not begin with "v=0".')

  const session: {
    origin: SessionDescription['origin'] | null
    address: string | null
    direction: Direction
  } = {
    origin: null,
    address: null,
    direction: 'sendrecv',
  }
  const media: MediaDescription[] = []
  for (const line of lines) {
    if (line[1] !== '=')
      throw new SdpError(`The session description has a line that is not "x=...": "${excerpt(line)}".`)
    const value = line.slice(2).trimEnd()
    const medium = media.at(-1)
    switch (line[0]) {
      case 'o':
        session.origin = parseOrigin(value)
        break
      case 'c':
        ;(medium ?? session).address = parseConnection(value)
        break
      case 'm':
        if (media.length === maxMedia) throw new SdpError(`The session description has more than ${maxMedia} media.`)
        media.push(parseMedium(value, session.address, session.direction))
        break
      case 'a':
        if (isDirection(value)) (medium ?? session).direction = value
        else if (medium) parseAttribute(value, medium)
        break
    }
  }
  if (!session.origin) throw new SdpError('The session description has no "o=" line.')
  if (media.length === 0) throw new SdpError('The session description has no "m=" line: it offers no media.')
  return { origin: session.origin, media }
}

function parseOrigin(value: string): SessionDescription['origin'] {
  const [username, sessionId, version, network, , address] = value.split(' ')
  if (!username || !sessionId || !version || network !== 'IN' || !address)
    throw new SdpError(`The "o=" line cannot be read: "${excerpt(value)}".`)
  return { username, sessionId, version, address }
}

function parseConnection(value: string): string {
  const match = /^IN IP[46] ([^\s/]+)(\/\d+)*$/.exec(value)
  if (!match) throw new SdpError(`The "c=" line cannot be read: "${excerpt(value)}".`)
  return match[1]!
}

function parseMedium(value: string, address: string | null, direction: Direction): MediaDescription {
  const match = /^(\S+) (\d{1,5})(?:\/\d+)? (\S+) (\S.*)$/.exec(value)
  const port = Number(match?.[2])
  if (!match || port > 65535) throw new SdpError(`The "m=" line cannot be read: "${excerpt(value)}".`)
  const formats = match[4]!.split(/\s+/)
  if (formats.length > maxFormats) throw new SdpError(`An "m=" line names more than ${maxFormats} formats.`)
  return {
    kind: match[1]!,
    port,
    protocol: match[3]!,
    formats,
    address,
    direction,
    rtpMaps: [],
    formatParameters: [],
    ptimeMs: null,
    rtcpPort: null,
  }
}

function parseAttribute(value: string, medium: MediaDescription): void {
  const rtpMap = /^rtpmap:(\d{1,3}) +([^\s/]+)\/(\d{1,9})(?:\/\S+)?$/.exec(value)
  if (rtpMap) {
    const payloadType = Number(rtpMap[1])
    if (payloadType > 127) throw new SdpError(`The payload type ${payloadType} is above 127.`)
    if (medium.rtpMaps.length === maxFormats)
      throw new SdpError(`A medium has more than ${maxFormats} "a=rtpmap" lines.`)
    medium.rtpMaps.push({ payloadType, encoding: rtpMap[2]!, clockRate: Number(rtpMap[3]) })
    return
  }
  const parameters = /^fmtp:(\S+) +(\S.*)$/.exec(value)
  if (parameters) medium.formatParameters.push({ format: parameters[1]!, parameters: parameters[2]! })
  const ptime = /^ptime:(\d{1,4})(?:\.\d+)?$/.exec(value)
  if (ptime) medium.ptimeMs = Number(ptime[1])
  const rtcp = /^rtcp:(\d{1,5})(?: .*)?$/.exec(value)
  if (rtcp && Number(rtcp[1]) <= 65535) medium.rtcpPort = Number(rtcp[1])
}

function isDirection(value: string): value is Direction {
  return value === 'sendrecv' || value === 'sendonly' || value === 'recvonly' || value === 'inactive'
}

function excerpt(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}...` : line
}

export function buildSdp(description: SessionDescription): string {
  const { origin, media } = description
  const address = media[0]?.address ?? null
  const lines = [
    'v=0',
    `o=${origin.username} ${origin.sessionId} ${origin.version} IN ${addressType(origin.address)} ${origin.address}`,
    's=-',
  ]
  if (address !== null) lines.push(connectionLine(address))
  lines.push('t=0 0')
  for (const medium of media) lines.push(...mediumLines(medium, address))
  return lines.join('\r\n') + '\r\n'
}

function mediumLines(medium: MediaDescription, sessionAddress: string | null): string[] {
  const lines = [`m=${medium.kind} ${medium.port} ${medium.protocol} ${medium.formats.join(' ')}`]
  if (medium.address !== null && medium.address !== sessionAddress) lines.push(connectionLine(medium.address))
  for (const { payloadType, encoding, clockRate } of medium.rtpMaps)
    lines.push(`a=rtpmap:${payloadType} ${encoding}/${clockRate}`)
  for (const { format, parameters } of medium.formatParameters) lines.push(`a=fmtp:${format} ${parameters}`)
  if (medium.ptimeMs !== null) lines.push(`a=ptime:${medium.ptimeMs}`)
  if (medium.rtcpPort !== null) lines.push(`a=rtcp:${medium.rtcpPort}`)
  lines.push(`a=${medium.direction}`)
  return lines
}

function connectionLine(address: string): string {
  return `c=IN ${addressType(address)} ${address}`
}

function addressType(address: string): string {
  return address.includes(':') ? 'IP6' : 'IP4'
}
