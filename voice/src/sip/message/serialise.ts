import { wireName } from './headers.ts'
import type { Header } from './headers.ts'
import type { SipRequest, SipResponse } from './message.ts'

/** Returns the message as sent; Content-Length is computed here. */
export function serialise(message: SipRequest | SipResponse): string {
  const firstLine =
    'method' in message ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`
  return `${firstLine}\r\n${headerLines(message.headers)}Content-Length: ${Buffer.byteLength(message.body)}\r\n\r\n${message.body}`
}

function headerLines(headers: readonly Header[]): string {
  let text = ''
  for (const [name, value] of headers) if (name !== 'content-length') text += `${wireName(name)}: ${oneLine(value)}\r\n`
  return text
}

/** Keeps an outside value (a caller id, a reason) from starting a new header. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]+/g, ' ') : value
}

/** Returns the message for traces: credentials are replaced, everything else is as on the wire. */
export function redact(text: string): string {
  return text.replace(/^((?:proxy-)?authorization[ \t]*:)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim, '$1 [redacted]')
}

const reasons: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  603: 'Decline',
}

export function reasonPhrase(status: number): string {
  return reasons[status] ?? (status < 200 ? 'Progress' : status < 300 ? 'OK' : 'Failure')
}
