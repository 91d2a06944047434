import { readFileSync } from 'node:fs'
import type { Clock, Timer } from '../clock.ts'

/** What a watchdog watches. */
export interface Watched {
  /** Resolves when it has answered. */
  ask(): Promise<unknown>
  /** Is it stopped, so that it cannot answer however long we wait? */
  isStopped(): boolean
  kill(): void
}

/** A process that is stopped is given up after so many questions without an answer. */
const stoppedAfter = 4
/** One that may only be slow, on a machine where everything is, is given five times as long. */
const slowAfter = 20

/**
 * Asks for a sign of life every `everyMs` and kills what gives none. Counted, not timed: after this process itself was
 * busy the answers come before the next question.
 */
export function startWatchdog(clock: Clock, everyMs: number, watched: Watched): { stop(): void } {
  let timer: Timer | null = null
  let unanswered = 0
  let isOver = false

  function beat(): void {
    if (isOver) return
    unanswered++
    void watched.ask().then(() => (unanswered = 0))
    timer = clock.setTimeout(() => {
      if (unanswered >= slowAfter || (unanswered >= stoppedAfter && watched.isStopped())) watched.kill()
      beat()
    }, everyMs)
  }

  beat()
  return {
    stop() {
      isOver = true
      timer?.cancel()
    },
  }
}

/** Is the process stopped by a signal or a debugger? Linux says; elsewhere never known, and false. */
export function isStopped(pid: number): boolean {
  try {
    // The state stands behind the name, which is in brackets and may hold any (proc(5)).
    const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!
    return state === 'T' || state === 't'
  } catch {
    // It has just ended, or there is no /proc.
    return false
  }
}
