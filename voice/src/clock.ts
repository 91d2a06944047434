/** The engine's source of time. Tests replace it to drive SIP timers and the simulator. */
export interface Clock {
  /** Unix time in ms. */
  now(): number
  /** Monotonic ms, for pacing and durations. */
  monotonic(): number
  setTimeout(run: () => void, ms: number): Timer
}

/** `cancel` does nothing after the timer has run. */
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
