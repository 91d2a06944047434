/** Spaces calls evenly, at least 1/rate apart, without bursts after a pause. Times are monotonic ms. */
export interface Pacer {
  /** May be changed at any time. */
  setRate(callsPerSecond: number): void
  /** The earliest moment for the next call. */
  nextAt(): number
  /** The last moment taken. */
  lastAt(): number
  /** A call is made, or planned, at this moment. */
  take(at: number): void
}

/**
 * One percent above 1/rate, so that jitter on the way to the carrier (up to 10 ms in a second) cannot exceed the limit
 * within a second.
 */
const slack = 1.01

export function createPacer(callsPerSecond: number): Pacer {
  let spacingMs = (1000 * slack) / callsPerSecond
  let last = -Infinity
  return {
    setRate: (rate) => void (spacingMs = (1000 * slack) / rate),
    nextAt: () => last + spacingMs,
    lastAt: () => last,
    take: (at) => void (last = at),
  }
}
