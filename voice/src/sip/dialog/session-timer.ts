import type { Header } from '../message/headers.ts'
import { header, headerValues, parseParams, splitParams } from '../message/headers.ts'
import type { ReceivedRequest } from '../message/message.ts'

/** RFC 4028, as agreed for one call. */
export interface SessionInterval {
  seconds: number
  weRefresh: boolean
}

const smallest = 90

function supportsTimer(headers: readonly Header[]): boolean {
  return [...headerValues(headers, 'supported'), ...headerValues(headers, 'require')].includes('timer')
}

/** Session-Expires of an answer to our (re-)INVITE or of a request. */
function sessionExpires(headers: readonly Header[]): { seconds: number; refresher: string } | null {
  const [seconds, parameters] = splitParams(header(headers, 'session-expires') ?? '')
  if (!/^\d{1,9}$/.test(seconds)) return null
  return { seconds: Number(seconds), refresher: parseParams(parameters).get('refresher')?.toLowerCase() ?? '' }
}

/** What their 2xx to our request says; null: the call has no timer. */
export function intervalOfAnswer(headers: readonly Header[]): SessionInterval | null {
  const expires = sessionExpires(headers)
  return expires && { seconds: Math.max(expires.seconds, smallest), weRefresh: expires.refresher !== 'uas' }
}

/** What we answer to their request: header lines and the interval; `tooSmall` asks for a 422. */
export function answerInterval(
  request: ReceivedRequest,
): { tooSmall: true } | { tooSmall: false; interval: SessionInterval | null; headers: Header[] } {
  const expires = sessionExpires(request.headers)
  if (!expires) return { tooSmall: false, interval: null, headers: [] }
  const peerCan = supportsTimer(request.headers)
  if (expires.seconds < smallest && peerCan) return { tooSmall: true }
  const seconds = Math.max(expires.seconds, smallest)
  const refresher = peerCan && expires.refresher !== 'uas' ? 'uac' : 'uas'
  const headers: Header[] = [['session-expires', `${seconds};refresher=${refresher}`]]
  if (refresher === 'uac') headers.push(['require', 'timer'])
  return { tooSmall: false, interval: { seconds, weRefresh: refresher === 'uas' }, headers }
}

export const minSessionExpires: Header = ['min-se', String(smallest)]
