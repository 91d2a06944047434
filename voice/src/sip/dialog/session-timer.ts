import type { Header } from '../message/headers.ts'
import { header, headerNumber, headerValues, parseParams, splitParams } from '../message/headers.ts'
import type { ReceivedRequest } from '../message/message.ts'

/** The session timer of one call, RFC 4028. */
export interface SessionInterval {
  seconds: number
  weRefresh: boolean
}

/** The shortest interval that we accept in a request (section 4). */
const smallest = 90
/** The shortest interval that we follow, when a peer's response asks for less than it may. */
const smallestAnswered = 4

function supportsTimer(headers: readonly Header[]): boolean {
  return [...headerValues(headers, 'supported'), ...headerValues(headers, 'require')].includes('timer')
}

/** Parses Session-Expires of a response to our (re-)INVITE or of a request. */
function sessionExpires(headers: readonly Header[]): { seconds: number; refresher: string } | null {
  const [seconds, parameters] = splitParams(header(headers, 'session-expires') ?? '')
  if (!/^\d{1,9}$/.test(seconds)) return null
  return { seconds: Number(seconds), refresher: parseParams(parameters).get('refresher')?.toLowerCase() ?? '' }
}

/** Returns the timer of their 2xx to our request; null: the call has no timer. */
export function intervalOfAnswer(headers: readonly Header[]): SessionInterval | null {
  const expires = sessionExpires(headers)
  return expires && { seconds: Math.max(expires.seconds, smallestAnswered), weRefresh: expires.refresher !== 'uas' }
}

/**
 * Returns our response to their request: header lines and the interval; `tooSmall` requires a 422. `present`: the previous
 * agreement. A request without Session-Expires, such as a hold, does not end our refreshing.
 */
export function answerInterval(
  request: ReceivedRequest,
  present: SessionInterval | null = null,
): { tooSmall: true } | { tooSmall: false; interval: SessionInterval | null; headers: Header[] } {
  const expires = sessionExpires(request.headers)
  if (!expires) {
    if (!present?.weRefresh) return { tooSmall: false, interval: null, headers: [] }
    return { tooSmall: false, interval: present, headers: [['session-expires', `${present.seconds};refresher=uas`]] }
  }
  const peerCan = supportsTimer(request.headers)
  if (expires.seconds < smallest && peerCan) return { tooSmall: true }
  const seconds = Math.max(expires.seconds, smallest)
  const refresher = peerCan && expires.refresher !== 'uas' ? 'uac' : 'uas'
  const headers: Header[] = [['session-expires', `${seconds};refresher=${refresher}`]]
  if (refresher === 'uac') headers.push(['require', 'timer'])
  return { tooSmall: false, interval: { seconds, weRefresh: refresher === 'uas' }, headers }
}

/** Does the other side accept UPDATE, which refreshes without a session description (section 7.4)? */
export function allowsUpdate(headers: readonly Header[]): boolean {
  return headerValues(headers, 'allow').includes('UPDATE')
}

const longestMinimum = 86_400

/** Returns the interval that a 422 requires instead of `seconds`, when it is reasonable; else null. */
export function longerInterval(status: number, headers: readonly Header[], seconds: number): number | null {
  const minimum = status === 422 ? headerNumber(headers, 'min-se') : undefined
  return minimum !== undefined && minimum > seconds && minimum <= longestMinimum ? minimum : null
}

/** Returns the header lines of our request for this interval. */
export function askForInterval(seconds: number): Header[] {
  return [
    ['session-expires', `${seconds};refresher=uac`],
    ['min-se', String(seconds)],
  ]
}

export const minSessionExpires: Header = ['min-se', String(smallest)]
