import { NotAdmitted } from '../gateway.ts'
import type { MediaEngine } from '../media/types.ts'
import type { UserAgent } from '../sip/types.ts'

/** Limits of the whole engine, across trunks. */
export interface EngineLimits {
  /** Concurrent calls, including second legs of transfers and inbound calls. Default 500, as measured on one core. */
  maxCalls: number
  /** Concurrent SIP transactions; more of them turn an overload into a storm of retransmissions. Default 4000. */
  maxOpenTransactions: number
  /** RTP leaving later than this (99th percentile of 10 s) stops new calls. Default 5 ms. */
  maxPacerP99Ms: number
  /** With at most this many calls, late packets are not caused by our load and refuse nothing. Default 50. */
  pacerGraceCalls: number
}

export const defaultLimits: EngineLimits = {
  maxCalls: 500,
  maxOpenTransactions: 4000,
  maxPacerP99Ms: 5,
  pacerGraceCalls: 50,
}

const retryMs = 1000

/** Throws `NotAdmitted` while the engine is at one of its limits. */
export function checkEngine(
  limits: EngineLimits,
  activeCalls: number,
  userAgent: Pick<UserAgent, 'openTransactions'>,
  media: Pick<MediaEngine, 'lateness' | 'freePorts'>,
): void {
  if (activeCalls >= limits.maxCalls) throw new NotAdmitted('engine_limit', retryMs)
  if (userAgent.openTransactions() >= limits.maxOpenTransactions) throw new NotAdmitted('engine_limit', retryMs)
  if (activeCalls > limits.pacerGraceCalls && media.lateness().p99Ms > limits.maxPacerP99Ms)
    throw new NotAdmitted('engine_limit', retryMs)
  if (media.freePorts() === 0) throw new NotAdmitted('no_ports', retryMs)
}
