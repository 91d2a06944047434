import type { Clock, Timer } from '../clock.ts'
import type { Place } from './trunk-gate.ts'

/** One caller's turn for a channel. It keeps its rank until it is ended, however often it asks. */
export interface Turn {
  /** A place now, or null: others wait before it, or there is none. */
  take(): Place | null
  /** A place when it is this turn's. Rejects with the signal's reason when that is aborted first. */
  wait(signal: AbortSignal): Promise<Place>
  /** Leaves the queue. A place that was taken stays taken. */
  end(): void
}

export interface TransferQueue {
  /** The last in the queue. */
  join(): Turn
  /** A place may be free: gives what there is to those who wait, first come first served. */
  serve(): void
  /** Turns without a place. */
  waiting(): number
}

export interface Places {
  clock: Clock
  /** Takes a place when one is free. */
  take(): Place | null
  /** The ms until there may be a place again, when that is known; null: when one is given back. */
  closedForMs(): number | null
}

interface Waiter {
  hasPlace: boolean
  /** Null while nobody waits on it: the caller is about to ask (again). */
  give: ((place: Place) => void) | null
}

/** Callers who wait for a channel of one trunk. */
export function createTransferQueue(places: Places): TransferQueue {
  // In the order of joining.
  const waiters = new Set<Waiter>()
  let again: Timer | undefined

  function held(waiter: Waiter, place: Place): Place {
    waiter.hasPlace = true
    return {
      delayMs: place.delayMs,
      release() {
        // Called for in vain: until it is ended the turn is open again, at its old rank.
        waiter.hasPlace = false
        place.release()
      },
    }
  }

  const isWaiting = ({ give }: Waiter) => give !== null

  function serve(): void {
    again?.cancel()
    for (const waiter of waiters) {
      if (!waiter.give) continue
      const place = places.take()
      if (!place) break
      waiter.give(held(waiter, place))
    }
    const closedForMs = places.closedForMs()
    if (closedForMs !== null && waiters.values().some(isWaiting)) again = places.clock.setTimeout(serve, closedForMs)
  }

  function join(): Turn {
    const self: Waiter = { hasPlace: false, give: null }
    waiters.add(self)
    return {
      take() {
        if (waiters.values().some(isWaiting)) return null
        const place = places.take()
        return place && held(self, place)
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
          self.give = (place) => {
            self.give = null
            signal.removeEventListener('abort', leave)
            resolve(place)
          }
          serve()
        }),
      end: () => void waiters.delete(self),
    }
  }

  return {
    join,
    serve,
    waiting: () => waiters.values().reduce((sum, { hasPlace }) => sum + Number(!hasPlace), 0),
  }
}
