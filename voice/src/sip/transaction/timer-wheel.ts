import type { Clock, Timer } from '../../clock.ts'

/**
 * One clock timer for thousands of SIP timers. Deadlines are rounded up to `tickMs`, so a timer never fires early; a wheel
 * without deadlines has no clock timer.
 */
export interface TimerWheel {
  after(delayMs: number, run: () => void): Timer
  readonly size: number
  /** Cancels every timer. */
  clear(): void
}

interface Entry {
  tick: number
  run: () => void
}

export const idleTimer: Timer = { cancel() {} }

export function createTimerWheel(clock: Clock, tickMs = 10): TimerWheel {
  // 4096 ticks of 10 ms hold every SIP timer (64*T1 = 32 s) within one turn; longer ones stay for several turns.
  const slots: (Set<Entry> | undefined)[] = Array.from({ length: 4096 })
  let size = 0
  let lastTick = Math.floor(clock.monotonic() / tickMs)
  let armed: { tick: number; timer: Timer } | null = null

  function slotOf(tick: number): Set<Entry> {
    const index = tick % slots.length
    return (slots[index] ??= new Set())
  }

  function arm(tick: number): void {
    if (armed && armed.tick <= tick) return
    armed?.timer.cancel()
    armed = { tick, timer: clock.setTimeout(expire, Math.max(0, tick * tickMs - clock.monotonic())) }
  }

  function armNearest(): void {
    if (size === 0) return
    for (let tick = lastTick + 1; tick <= lastTick + slots.length; tick++) {
      if (slots[tick % slots.length]?.size) return arm(tick)
    }
  }

  function expire(): void {
    armed = null
    const now = Math.floor(clock.monotonic() / tickMs)
    const from = Math.max(lastTick + 1, now - slots.length + 1)
    lastTick = Math.max(lastTick, now)
    const due: Entry[] = []
    for (let tick = from; tick <= now; tick++) {
      const slot = slots[tick % slots.length]
      if (!slot?.size) continue
      for (const entry of slot) if (entry.tick <= now) due.push(entry)
    }
    for (const entry of due) if (slotOf(entry.tick).delete(entry)) fire(entry)
    armNearest()
  }

  function fire(entry: Entry): void {
    size--
    try {
      entry.run()
    } catch (error) {
      // A fault in one call's handler must not end all calls.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }

  return {
    after(delayMs, run) {
      // A wheel that was idle has not turned: catch up, so that the new deadline lies ahead of `lastTick`.
      if (size === 0) lastTick = Math.max(lastTick, Math.floor(clock.monotonic() / tickMs))
      const tick = Math.max(lastTick + 1, Math.ceil((clock.monotonic() + delayMs) / tickMs))
      const entry = { tick, run }
      slotOf(tick).add(entry)
      size++
      arm(tick)
      return {
        cancel() {
          if (slotOf(tick).delete(entry)) size--
        },
      }
    },
    get size() {
      return size
    },
    clear() {
      for (const slot of slots) slot?.clear()
      size = 0
      armed?.timer.cancel()
      armed = null
    },
  }
}
