import { unavailable } from './errors.ts'

export interface FairQueueOptions {
  /** Places in all. */
  limit: number
  /** Places that one key may hold at the same time. Default: `limit`. */
  limitPerKey?: number
  /** The most waiters of one key; further ones are refused. Default 1,000. */
  maxWaitingPerKey?: number
}

export interface AcquireOptions {
  /** Default: waits without a limit. */
  timeoutMs?: number
  signal?: AbortSignal
}

/** Shares a limited number of places between keys (workspaces, as a rule), round robin. */
export interface FairQueue {
  /**
   * Waits for a place and returns the function that releases it; calling it twice is harmless. Throws 503 when too many of
   * this key wait already or the time has passed, and the signal's reason when it aborts.
   */
  acquire(key: string, options?: AcquireOptions): Promise<() => void>
  /** Runs `work` in a place of its own. */
  run<T>(key: string, work: () => Promise<T>, options?: AcquireOptions): Promise<T>
  active(): number
  waiting(): number
}

interface KeyState {
  active: number
  readonly waiters: Set<() => void>
}

/**
 * A semaphore with a queue for each key. A free place goes to the key whose last turn is the longest ago, so a key with a
 * thousand waiters delays another key's first one by one place, not by a thousand.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { limit, limitPerKey = limit, maxWaitingPerKey = 1_000 } = options
  const states = new Map<string, KeyState>()
  /** Keys with waiters, in the order of their turns. */
  const turns = new Set<string>()
  let active = 0
  let waiting = 0

  const take = (key: string, state: KeyState): (() => void) => {
    active++
    state.active++
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      active--
      state.active--
      if (state.active === 0 && state.waiters.size === 0) states.delete(key)
      dispatch()
    }
  }

  function dispatch(): void {
    for (const key of turns) {
      if (active >= limit) return
      const state = states.get(key) as KeyState
      if (state.active >= limitPerKey) continue
      const [grant] = state.waiters
      turns.delete(key)
      if (state.waiters.size > 1) turns.add(key)
      grant?.()
    }
  }

  async function acquire(key: string, { timeoutMs, signal }: AcquireOptions = {}): Promise<() => void> {
    signal?.throwIfAborted()
    let state = states.get(key)
    if (!state) states.set(key, (state = { active: 0, waiters: new Set() }))
    if (active < limit && state.active < limitPerKey && state.waiters.size === 0) return take(key, state)
    if (state.waiters.size >= maxWaitingPerKey) throw unavailable('Too much of this workspace is waiting already.', 1)
    return wait(key, state, timeoutMs, signal)
  }

  function wait(key: string, state: KeyState, timeoutMs?: number, signal?: AbortSignal): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>()
    const leave = () => {
      waiting--
      state.waiters.delete(grant)
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    const grant = () => {
      leave()
      resolve(take(key, state))
    }
    const giveUp = (reason: unknown) => {
      leave()
      if (state.waiters.size === 0) turns.delete(key)
      if (state.waiters.size === 0 && state.active === 0) states.delete(key)
      reject(reason)
    }
    const abort = () => giveUp(signal?.reason)
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => giveUp(unavailable('The server is busy. Try again in a moment.', 1)), timeoutMs)
    signal?.addEventListener('abort', abort, { once: true })
    state.waiters.add(grant)
    turns.add(key)
    waiting++
    return promise
  }

  return {
    acquire,
    async run(key, work, options) {
      const release = await acquire(key, options)
      try {
        return await work()
      } finally {
        release()
      }
    },
    active: () => active,
    waiting: () => waiting,
  }
}
