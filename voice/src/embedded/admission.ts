import { NotAdmitted } from '../gateway.ts'
import type { MediaEngine } from '../media/types.ts'
import type { UserAgent } from '../sip/types.ts'

/** What the whole engine bears, across trunks. */
export interface EngineLimits {
  /** Calls at once, transfers' second legs and inbound calls included. Default 500: what one core was measured to carry. */
  maxCalls: number
  /** SIP transactions at once; beyond it an overload turns into a storm of retransmissions. Default 4000. */
  maxOpenTransactions: number
  /** RTP leaving later than this (99th percentile of 10 s) stops new calls. Default 5 ms. */
  maxPacerP99Ms: number
  /** With no more calls than this lateness is not ours to cure, and nothing is refused for it. Default 50. */
  pacerGraceCalls: number
}

export const defaultLimits: EngineLimits = {
  maxCalls: 500,
  maxOpenTransactions: 4000,
  maxPacerP99Ms: 5,
  pacerGraceCalls: 50,
}

const retryMs = 1000

/** Throws `NotAdmitted` while the engine has all it can carry. */
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
