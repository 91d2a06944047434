import type { Clock, Timer } from '../clock.ts'
import type { Slot } from './trunk-gate.ts'

/** One caller's position in the queue for a channel. It keeps its rank until `end`, however often it asks for a slot. */
export interface Turn {
  /** Takes a slot now. Returns null when others wait before it, or when no slot is free. */
  take(): Slot | null
  /** Resolves with a slot when it is this caller's turn. Rejects with the signal's reason when that is aborted first. */
  wait(signal: AbortSignal): Promise<Slot>
  /** Leaves the queue. A slot that it took stays taken. */
  end(): void
}

export interface TransferQueue {
  /** Adds a caller at the end of the queue. */
  join(): Turn
  /** Gives free slots to the waiting callers, first come first served. To be called when a slot may be free. */
  serve(): void
  /** Returns how many callers have no slot. */
  waiting(): number
}

export interface Slots {
  clock: Clock
  /** Takes a slot. Returns null when none is free. */
  take(): Slot | null
  /** Returns the ms until a slot may be free, or null when that depends on the release of one. */
  closedForMs(): number | null
}

interface Waiter {
  hasSlot: boolean
  /** Null while no `wait` is pending: the caller is about to ask (again). */
  give: ((slot: Slot) => void) | null
}

/** Creates the queue of callers who wait for a channel of one trunk. */
export function createTransferQueue(slots: Slots): TransferQueue {
  // In the order of joining.
  const waiters = new Set<Waiter>()
  let again: Timer | undefined

  function held(waiter: Waiter, slot: Slot): Slot {
    waiter.hasSlot = true
    return {
      delayMs: slot.delayMs,
      release() {
        // The call had no result: until `end`, the caller waits again at the old rank.
        waiter.hasSlot = false
        slot.release()
      },
    }
  }

  const isWaiting = ({ give }: Waiter) => give !== null

  function serve(): void {
    again?.cancel()
    for (const waiter of waiters) {
      if (!waiter.give) continue
      const slot = slots.take()
      if (!slot) break
      waiter.give(held(waiter, slot))
    }
    const closedForMs = slots.closedForMs()
    if (closedForMs !== null && waiters.values().some(isWaiting)) again = slots.clock.setTimeout(serve, closedForMs)
  }

  function join(): Turn {
    const self: Waiter = { hasSlot: false, give: null }
    waiters.add(self)
    return {
      take() {
        if (waiters.values().some(isWaiting)) return null
        const slot = slots.take()
        return slot && held(self, slot)
      },
      wait: (signal) =>
        new Promise((resolve, reject) => {
          const leave = () => {
            self.give = null
            serve()
            reject(signal.reason as Error)
          }
          if (signal.aborted) return leave()
          signal.addEventListener('abort', leave, { once: true })
          self.give = (slot) => {
            self.give = null
            signal.removeEventListener('abort', leave)
            resolve(slot)
          }
          serve()
        }),
      end: () => void waiters.delete(self),
    }
  }

  return {
    join,
    serve,
    waiting: () => waiters.values().reduce((sum, { hasSlot }) => sum + Number(!hasSlot), 0),
  }
}
