import type { Clock } from '../clock.ts'
import { NotAdmitted, type Trunk } from '../gateway.ts'
import { createTransferQueue, type Turn } from './transfer-queue.ts'

export type TrunkLimits = Pick<Trunk, 'maxConcurrentCalls' | 'callsPerSecond'>

/** After `failures` in a row a trunk gets no calls for `openMs`. */
export interface BreakerSettings {
  /** Failures in a row (503, or no response) that open it. Default 5. */
  failures: number
  /** How long it stays open. Default 30 s. */
  openMs: number
}

/** A call's slot on its trunk. It is released once, when the call has ended at the carrier. */
export interface Slot {
  /** Wait this long before sending, so that INVITEs are evenly spaced. */
  delayMs: number
  release(): void
}

/**
 * Limits the calls of one trunk: their number, the distance of INVITEs (1/callsPerSecond; carriers refuse bursts even
 * within the average), and a pause after several failures in a row.
 */
export interface TrunkGate {
  limits: TrunkLimits
  /** Returns a slot, leaving `keepFree` more of them free (default 0). Throws `NotAdmitted` with the time to wait. */
  admit(keepFree?: number): Slot
  /**
   * Queues a transfer, whose caller is waiting. Transfers get slots in the order of this call, and no new call is admitted
   * before all of them have one. The turn has to be ended.
   */
  queue(): Turn
  /** Returns a slot for an inbound call: counted, never refused. */
  join(): Slot
  /** Reports to the breaker how the INVITE sent at `sentAt` (monotonic ms) ended. `no_response`: nothing came back. */
  report(outcome: Outcome, sentAt?: number): void
  /** Did the breaker open because the carrier did not respond? */
  isSilent(): boolean
  /**
   * The carrier responds again: calls go on, and one more failure stops them. Counts once per `openMs`, so that a
   * carrier that answers everything except calls stays paused.
   */
  recovered(): void
  /** The carrier requested a pause this long; at most 5 minutes are used. */
  pause(ms: number): void
  activeCalls(): number
  /** Unix time in ms until which the trunk gets no calls, after failures or at the carrier's request; or null. */
  openUntil(): number | null
}

export type Outcome = 'answered_by_carrier' | 'failed' | 'no_response'

const longestPauseMs = 300_000

/** When to ask again for a slot whose release has no known time, in ms. */
const fullRetryMs = 500

export function createTrunkGate(given: TrunkLimits, breaker: BreakerSettings, clock: Clock): TrunkGate {
  let limits = given
  let active = 0
  let nextInviteAt = clock.monotonic()
  let failuresInARow = 0
  /** Until when no call is admitted: because of failures, and at the carrier's request. */
  let brokenUntil = -Infinity
  let pausedUntil = -Infinity
  let brokenBySilence = false
  let recoveredAt = -Infinity

  const closedForMs = () => Math.max(brokenUntil, pausedUntil) - clock.monotonic()
  const isClosed = () => closedForMs() > 0
  const transfers = createTransferQueue({
    clock,
    take: () => (isClosed() || active >= limits.maxConcurrentCalls ? null : take(takeMoment())),
    closedForMs: () => (isClosed() ? closedForMs() : null),
  })

  function take(delayMs: number): Slot {
    active++
    let held = true
    return {
      delayMs,
      release() {
        if (!held) return
        held = false
        active--
        transfers.serve()
      },
    }
  }

  function takeMoment(): number {
    const now = clock.monotonic()
    const at = Math.max(now, nextInviteAt)
    nextInviteAt = at + 1000 / limits.callsPerSecond
    return at - now
  }

  return {
    get limits() {
      return limits
    },
    set limits(changed) {
      limits = changed
      transfers.serve()
    },
    admit(keepFree = 0) {
      const now = clock.monotonic()
      if (isClosed()) throw new NotAdmitted('trunk_limit', Math.ceil(closedForMs()))
      if (transfers.waiting() > 0 || active + keepFree >= limits.maxConcurrentCalls)
        throw new NotAdmitted('trunk_limit', fullRetryMs)
      if (now < nextInviteAt) throw new NotAdmitted('trunk_limit', Math.ceil(nextInviteAt - now))
      return take(takeMoment())
    },
    queue: transfers.join,
    join: () => take(0),
    report(outcome, sentAt = clock.monotonic()) {
      // It was sent while the carrier was unreachable: this failure adds nothing.
      if (outcome === 'no_response' && sentAt < recoveredAt) return
      failuresInARow = outcome === 'answered_by_carrier' ? 0 : failuresInARow + 1
      if (failuresInARow < breaker.failures || isClosed()) return
      brokenUntil = clock.monotonic() + breaker.openMs
      brokenBySilence = outcome === 'no_response'
    },
    isSilent: () => brokenBySilence && clock.monotonic() < brokenUntil,
    recovered() {
      const now = clock.monotonic()
      if (now < brokenUntil && now - recoveredAt < breaker.openMs) return
      brokenUntil = -Infinity
      recoveredAt = now
      failuresInARow = breaker.failures - 1
      transfers.serve()
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + Math.min(ms, longestPauseMs))
    },
    activeCalls: () => active,
    openUntil() {
      const leftMs = closedForMs()
      return leftMs > 0 ? clock.now() + leftMs : null
    },
  }
}
