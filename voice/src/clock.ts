/** Time as the engine sees it, so that SIP timers and the simulator can be driven by a test. */
export interface Clock {
  /** Unix time in ms. */
  now(): number
  /** Monotonic ms, for pacing and durations. */
  monotonic(): number
  setTimeout(run: () => void, ms: number): Timer
}

/** `cancel` does nothing once it has run. */
export interface Timer {
  cancel(): void
}

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(run, ms) {
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
}
