import type { Clock } from '../clock.ts'
import { NotAdmitted, type Trunk } from '../gateway.ts'
import { createTransferQueue, type Turn } from './transfer-queue.ts'

export type TrunkLimits = Pick<Trunk, 'maxConcurrentCalls' | 'callsPerSecond'>

/** After `failures` in a row a trunk is left alone for `openMs`. */
export interface BreakerSettings {
  /** Failures in a row (503, or nothing came back) that open it. Default 5. */
  failures: number
  /** How long it stays open. Default 30 s. */
  openMs: number
}

/** A call's place on its trunk. Given back once, when the carrier is done with the call. */
export interface Place {
  /** Wait this long before sending, so that INVITEs leave evenly spaced. */
  delayMs: number
  release(): void
}

/**
 * What one trunk bears: so many calls at once, INVITEs no closer than 1/callsPerSecond (carriers refuse bursts, even ones
 * within the average), and none for a while after it failed several times in a row.
 */
export interface TrunkGate {
  limits: TrunkLimits
  /** A place now, with `keepFree` more of them free (default 0), or `NotAdmitted` with the time to wait. */
  admit(keepFree?: number): Place
  /**
   * A turn for a transfer, whose caller is on the line: they are served in the order of this call, and no new call is
   * admitted before all of them have a place. To be ended.
   */
  queue(): Turn
  /** A place for a call that came in: counted, never refused. */
  join(): Place
  /** How the INVITE went that left at `sentAt` (monotonic ms), for the breaker. `no_response`: nothing came back. */
  report(outcome: Outcome, sentAt?: number): void
  /** Did the breaker open because nothing came back? */
  isSilent(): boolean
  /**
   * The carrier answers again: calls go on, and one more failure closes the trunk. Counts once per `openMs`, so that a
   * carrier that answers everything but calls is left alone as before.
   */
  recovered(): void
  /** The carrier wants no calls for so long: at most 5 minutes are believed. */
  pause(ms: number): void
  activeCalls(): number
  /** Unix time in ms until which the trunk takes no calls, after failures or because the carrier asked for it; or null. */
  openUntil(): number | null
}

export type Outcome = 'answered_by_carrier' | 'failed' | 'no_response'

const longestPauseMs = 300_000

/** How soon to look again for a place that no clock will free. */
const fullRetryMs = 500

export function createTrunkGate(given: TrunkLimits, breaker: BreakerSettings, clock: Clock): TrunkGate {
  let limits = given
  let active = 0
  let nextInviteAt = clock.monotonic()
  let failuresInARow = 0
  /** Until when no call is admitted: because of failures, and because the carrier asked for it. */
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

  function take(delayMs: number): Place {
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
      // It left while the carrier was away: that is known.
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
