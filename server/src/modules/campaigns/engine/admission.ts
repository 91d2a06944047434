import type { Clock, NotAdmitted } from '@switchboard/voice'
import type { TrunkQueue } from './queues.ts'

/** When the gateway may be asked for new calls again after it refused one. Calls in progress are not affected. */
export interface Admission {
  /** Returns monotonic ms. A time in the past means now. */
  opensAt(trunkQueue: TrunkQueue): number
  /** The gateway refused a call of this trunk queue. */
  refused(trunkQueue: TrunkQueue, refusal: NotAdmitted): void
  /** A call of this node has ended. Opens a full engine again. */
  callEnded(): void
}

export interface AdmissionOptions {
  clock: Pick<Clock, 'monotonic'>
  /** How long a queue waits for a trunk that the gateway does not know yet. */
  pollMs: number
  /** Called when the gateway does not know a trunk. */
  openTrunks(): void
}

/** The minimum pause between two requests, however many calls end meanwhile. */
const minPauseMs = 100

/**
 * A refusal for the trunk pauses its own queue. One for the engine pauses the new calls of all queues until a call of
 * this node ends; calls that end without its knowledge (incoming ones) are found by asking again after `retryAfterMs`.
 */
export function createAdmission({ clock, pollMs, openTrunks }: AdmissionOptions): Admission {
  let opensAt = -Infinity
  let isFull = false
  let refusedAt = -Infinity
  return {
    opensAt: (trunkQueue) => Math.max(trunkQueue.blockedUntil, opensAt),
    refused(trunkQueue, { reason, retryAfterMs }) {
      const now = clock.monotonic()
      if (reason === 'trunk_limit') trunkQueue.blockedUntil = now + retryAfterMs
      else if (reason === 'trunk_unknown') {
        trunkQueue.blockedUntil = now + pollMs
        openTrunks()
      } else {
        refusedAt = now
        isFull = reason === 'engine_limit' || reason === 'no_ports'
        opensAt = now + Math.max(retryAfterMs, minPauseMs)
      }
    },
    callEnded() {
      if (isFull) opensAt = Math.min(opensAt, refusedAt + minPauseMs)
    },
  }
}
