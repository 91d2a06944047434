/** Lower-case full name and unfolded value, in the order of the message. */
export type Header = [name: string, value: string]

const compactNames: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
}

const wireNames = [
  'Accept',
  'Allow',
  'Authorization',
  'Call-ID',
  'Contact',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Event',
  'Expires',
  'From',
  'Max-Forwards',
  'Min-Expires',
  'Min-SE',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Record-Route',
  'Refer-To',
  'Referred-By',
  'Require',
  'Retry-After',
  'Route',
  'Server',
  'Session-Expires',
  'Subscription-State',
  'Supported',
  'To',
  'Unsupported',
  'User-Agent',
  'Via',
  'WWW-Authenticate',
]

const fromWire = new Map(wireNames.map((name) => [name, name.toLowerCase()]))
const toWire = new Map(wireNames.map((name) => [name.toLowerCase(), name]))
const token = /^[\w\-.!%*+`'~]+$/

/** Returns the full, lower-case name of a received name (compact forms included), or null when it is not a token. */
export function headerName(received: string): string | null {
  const known = fromWire.get(received)
  if (known !== undefined) return known
  if (!token.test(received)) return null
  const lower = received.toLowerCase()
  return Object.hasOwn(compactNames, lower) ? compactNames[lower]! : lower
}

/** Returns the usual spelling of a lower-case name. */
export function wireName(name: string): string {
  return toWire.get(name) ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** Returns the value of the first header of that (lower-case, full) name. */
export function header(headers: readonly Header[], name: string): string | undefined {
  for (const entry of headers) if (entry[0] === name) return entry[1]
  return undefined
}

/** Returns every value of that name, over repeated headers and comma-separated lists, in order. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  const values: string[] = []
  for (const entry of headers) if (entry[0] === name) values.push(...splitOutside(entry[1], ','))
  return values
}

/** Returns a non-negative integer header such as Expires; undefined when absent or not one. Parameters are ignored. */
export function headerNumber(headers: readonly Header[], name: string): number | undefined {
  const match = /^\s*(\d{1,10})(?!\d)/.exec(header(headers, name) ?? '')
  return match ? Number(match[1]) : undefined
}

/** Splits at a separator outside quoted strings and angle brackets; empty parts are dropped. */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  if (!text.includes(separator)) {
    const only = text.trim()
    return only === '' ? [] : [only]
  }
  const parts: string[] = []
  let quoted = false
  let bracketed = false
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '<') bracketed = true
    else if (char === '>') bracketed = false
    if (at >= text.length || (char === separator && !quoted && !bracketed)) {
      const part = text.slice(start, at).trim()
      if (part !== '') parts.push(part)
      start = at + 1
    }
  }
  return parts
}

/** Returns the text before the first semicolon, trimmed, and the parameters. For values without quotes or brackets. */
export function splitParams(value: string): [value: string, parameters: string] {
  const semicolon = value.indexOf(';')
  return semicolon < 0 ? [value.trim(), ''] : [value.slice(0, semicolon).trim(), value.slice(semicolon)]
}

/** `;name=value;flag` as a map with lower-case names; quotes around values are removed. */
export function parseParams(text: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const part of splitOutside(text, ';')) {
    const equals = part.indexOf('=')
    if (equals < 0) params.set(part.toLowerCase(), '')
    else params.set(part.slice(0, equals).trim().toLowerCase(), unquote(part.slice(equals + 1).trim()))
  }
  return params
}

export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  return text.slice(1, -1).replace(/\\(.)/gs, '$1')
}

/** The top-most hop of a Via header (RFC 3261 section 20.42). */
export interface Via {
  host: string
  port: number | null
  /** Empty when absent (RFC 2543). */
  branch: string
  /** The peer asked for symmetric response routing (RFC 3581). */
  rport: boolean
  /** In a response to us: the address and port from which our request came. */
  received: string | null
  seenPort: number | null
}

/** Without parameters and trimmed. The pattern has no adjacent runs of white space, so it is linear in the input. */
const viaShape = /^SIP\s*\/\s*2\.0\s*\/\s*[A-Za-z][\w-]*\s+(\[[0-9A-Fa-f:.]+\]|[\w.-]+)\s*(?::\s*(\d{1,5}))?$/i

export function parseVia(value: string): Via | null {
  const [sentBy, parameters] = splitParams(value)
  const match = viaShape.exec(sentBy)
  if (!match) return null
  const params = parseParams(parameters)
  const port = match[2] === undefined ? null : Number(match[2])
  if (port !== null && port > 65535) return null
  const rport = params.get('rport')
  return {
    host: match[1]!,
    port,
    branch: params.get('branch') ?? '',
    rport: rport !== undefined,
    received: params.get('received') ?? null,
    seenPort: /^[1-9]\d{0,4}$/.test(rport ?? '') ? Number(rport) : null,
  }
}
