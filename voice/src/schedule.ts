import { systemClock, type Clock, type Timer } from './clock.ts'

/** Timers of one call, cancelled together when it ends. */
export interface Schedule {
  after(ms: number, run: () => void): void
  isOver(): boolean
  end(): void
}

export function createSchedule(clock: Clock = systemClock): Schedule {
  const timers = new Set<Timer>()
  let over = false
  return {
    after(ms, run) {
      if (over) return
      const timer = clock.setTimeout(() => {
        timers.delete(timer)
        run()
      }, ms)
      timers.add(timer)
    },
    isOver: () => over,
    end() {
      over = true
      for (const timer of timers) timer.cancel()
      timers.clear()
    },
  }
}
