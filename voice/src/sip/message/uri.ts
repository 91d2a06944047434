import { parseParams, unquote } from './headers.ts'

export interface SipUri {
  scheme: 'sip' | 'sips' | 'tel'
  /** Escapes kept as received; the number for `tel`. */
  user: string
  /** Empty for `tel`. */
  host: string
  port: number | null
  params: Map<string, string>
}

/** `"Name" <uri>;params` as in From, To, Contact and Route (RFC 3261 section 20.10). */
export interface NameAddr {
  display: string
  uri: string
  /** Of the header, not of the URI. */
  params: Map<string, string>
}

const sipShape = /^(sips?):(?:([^@\s]*)@)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?(;[^?\s]*)?(\?\S*)?$/i
const telShape = /^tel:([^;\s]+)(;\S*)?$/i

export function parseUri(text: string): SipUri | null {
  const sip = sipShape.exec(text)
  if (sip) {
    const port = sip[4] === undefined ? null : Number(sip[4])
    if (port !== null && port > 65535) return null
    const scheme = sip[1]!.toLowerCase() === 'sips' ? 'sips' : 'sip'
    const user = (sip[2] ?? '').replace(/:.*$/s, '')
    return { scheme, user, host: sip[3]!, port, params: parseParams(sip[5] ?? '') }
  }
  const tel = telShape.exec(text)
  return tel ? { scheme: 'tel', user: tel[1]!, host: '', port: null, params: parseParams(tel[2] ?? '') } : null
}

export function parseNameAddr(value: string): NameAddr | null {
  const text = value.trim()
  const open = text.startsWith('"') ? text.indexOf('<', closingQuote(text)) : text.indexOf('<')
  if (open >= 0) {
    const close = text.indexOf('>', open)
    if (close < 0) return null
    const uri = text.slice(open + 1, close).trim()
    if (uri === '') return null
    const after = text.slice(close + 1).trim()
    if (after !== '' && !after.startsWith(';')) return null
    return { display: unquote(text.slice(0, open).trim()), uri, params: parseParams(after) }
  }
  if (text === '' || /["\s]/.test(text.split(';', 1)[0]!.trim())) return null
  const semicolon = text.indexOf(';')
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim()
  return uri === '' ? null : { display: '', uri, params: parseParams(semicolon < 0 ? '' : text.slice(semicolon)) }
}

function closingQuote(text: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}

/** Returns a SIP user part: characters that a URI cannot contain are escaped. */
function escapeUser(user: string): string {
  return user.replace(/[^\w\-.!~*'()&=+$,;?/]/gu, (char) => encodeURIComponent(char))
}

export function sipUri(user: string, host: string, port?: number): string {
  const at = user === '' ? '' : `${escapeUser(user)}@`
  return `sip:${at}${uriHost(host)}${port === undefined || port === 5060 ? '' : `:${port}`}`
}

/** Returns the address without brackets. */
export function plainHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}

/** Puts an IPv6 address in brackets. */
export function uriHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
