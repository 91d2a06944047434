import type { EndCause } from './gateway.ts'

/** RFC 3261 section 21 statuses as carriers use them for calls to the telephone network (RFC 3398 section 7.2.4.1). */
const causes: Record<number, EndCause> = {
  401: 'auth_failed',
  403: 'auth_failed',
  404: 'not_found',
  407: 'auth_failed',
  408: 'no_answer',
  410: 'not_found',
  429: 'congestion',
  480: 'no_answer',
  484: 'not_found',
  486: 'busy',
  487: 'no_answer',
  503: 'congestion',
  600: 'busy',
  603: 'rejected',
  604: 'not_found',
  606: 'rejected',
}

/** Why a call that was never answered ended, from the final status of its INVITE. */
export function causeOf(status: number): EndCause {
  return causes[status] ?? (status >= 500 && status < 600 ? 'unavailable' : 'rejected')
}
