import { headerName, parseVia, splitOutside } from './headers.ts'
import type { Header, Via } from './headers.ts'
import { parseNameAddr } from './uri.ts'
import type { NameAddr } from './uri.ts'

export interface SipRequest {
  method: string
  uri: string
  headers: Header[]
  body: string
}

export interface SipResponse {
  status: number
  reason: string
  headers: Header[]
  body: string
}

/** The headers that every message must have, parsed once. */
interface Essentials {
  via: Via
  from: NameAddr
  to: NameAddr
  callId: string
  cseq: number
  cseqMethod: string
}

export type ReceivedRequest = SipRequest & Essentials & { type: 'request' }
export type ReceivedResponse = SipResponse & Essentials & { type: 'response' }

/** Not SIP, or malformed SIP. `request` has the readable part, so that a 400 or 505 can be sent. */
export interface Malformed {
  type: 'malformed'
  status: 400 | 505 | 513
  reason: string
  request: SipRequest | null
}

const maxHeaders = 128
/** Including folded lines. */
const maxLines = 1024
const maxHeaderBytes = 16_384
const endOfHeaders = Buffer.from('\r\n\r\n')
const requestLine = /^([\w\-.!%*+`'~]+) (\S+) (SIP\/\d+\.\d+)$/i
const statusLine = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i
const singleHeaders = new Set(['from', 'to', 'call-id', 'cseq', 'content-length', 'max-forwards'])

/** Parses one datagram. Returns null for a keep-alive (only CR LF). Never throws. */
export function parseMessage(data: Buffer): ReceivedRequest | ReceivedResponse | Malformed | null {
  let start = 0
  while (data[start] === 13 || data[start] === 10) start++
  if (start === data.length) return null
  const end = data.indexOf(endOfHeaders, start)
  if (end < 0) return malformed('The headers do not end with an empty line')
  if (end - start > maxHeaderBytes) return malformed(`Headers larger than ${maxHeaderBytes} bytes`)
  const lines = data.toString('utf8', start, end).split('\r\n')
  if (lines.length > maxLines) return malformed(`Headers of more than ${maxLines} lines`)
  const firstLine = lines[0]!
  const headers: Header[] = []
  const headerFault = readHeaders(lines, headers)

  const status = statusLine.exec(firstLine)
  const request = status ? null : requestLine.exec(firstLine)
  if (!status && !request) return malformed('The first line is neither a request nor a response')
  const partial = request ? { method: request[1]!, uri: request[2]!, headers, body: '' } : null
  if (request && request[3]!.toUpperCase() !== 'SIP/2.0') return malformed('Version not supported', partial, 505)
  if (headerFault) return malformed(headerFault, partial)

  const essentials = readEssentials(headers)
  if (typeof essentials === 'string') return malformed(essentials, partial)
  if (partial && essentials.cseqMethod !== partial.method) return malformed('CSeq names another method', partial)
  const body = readBody(data, end + 4, headers)
  if (body === null) return malformed('Content-Length does not fit the message', partial)
  return status
    ? { type: 'response', status: Number(status[1]), reason: status[2] ?? '', headers, body, ...essentials }
    : { type: 'request', method: request![1]!, uri: request![2]!, headers, body, ...essentials }
}

function malformed(reason: string, request: SipRequest | null = null, status: Malformed['status'] = 400): Malformed {
  return { type: 'malformed', status, reason, request }
}

/** Fills `headers`. Returns the fault, or null. */
function readHeaders(lines: string[], headers: Header[]): string | null {
  let fault: string | null = null
  for (let index = 1; index < lines.length;) {
    const number = index + 1
    const line = lines[index++]!
    const colon = line.indexOf(':')
    const name = colon < 0 ? null : headerName(line.slice(0, colon).trimEnd())
    const parts = [line.slice(colon + 1).trim()]
    while (index < lines.length && isFolded(lines[index]!)) parts.push(lines[index++]!.trim())
    if (name === null) fault ??= `Line ${number} is not a header`
    else headers.push([name, parts.length === 1 ? parts[0]! : parts.filter((part) => part !== '').join(' ')])
    if (headers.length > maxHeaders) return `More than ${maxHeaders} headers`
  }
  return fault
}

/** A line that continues the header before it (RFC 3261 section 7.3.1). */
function isFolded(line: string): boolean {
  const first = line.charCodeAt(0)
  return first === 32 || first === 9
}

function readEssentials(headers: Header[]): Essentials | string {
  const single = new Map<string, string>()
  let topVia: string | undefined
  for (const [name, value] of headers) {
    if (name === 'via') topVia ??= value
    else if (singleHeaders.has(name)) {
      if (single.has(name)) return `More than one ${name} header`
      single.set(name, value)
    }
  }
  const via = parseVia(splitOutside(topVia ?? '', ',')[0] ?? '')
  if (!via) return 'Via is missing or malformed'
  const from = parseNameAddr(single.get('from') ?? '')
  if (!from) return 'From is missing or malformed'
  const to = parseNameAddr(single.get('to') ?? '')
  if (!to) return 'To is missing or malformed'
  const callId = single.get('call-id') ?? ''
  if (callId === '' || /\s/.test(callId)) return 'Call-ID is missing or malformed'
  const cseq = /^(\d{1,10})\s+(\S+)$/.exec(single.get('cseq') ?? '')
  if (!cseq || Number(cseq[1]) >= 2 ** 31) return 'CSeq is missing or malformed'
  const maxForwards = single.get('max-forwards')
  if (maxForwards !== undefined && !/^\d{1,9}$/.test(maxForwards)) return 'Max-Forwards is malformed'
  return { via, from, to, callId, cseq: Number(cseq[1]), cseqMethod: cseq[2]! }
}

/** Over UDP the body ends with the datagram unless Content-Length says earlier; bytes after it are ignored (18.3). */
function readBody(data: Buffer, start: number, headers: Header[]): string | null {
  const length = headers.find((entry) => entry[0] === 'content-length')?.[1]
  if (length === undefined) return data.toString('utf8', start)
  if (!/^\d{1,9}$/.test(length) || start + Number(length) > data.length) return null
  return length === '0' ? '' : data.toString('utf8', start, start + Number(length))
}
