import type { AudioEnd, AudioOptions } from '../live-audio/types.ts'
import { samplesPerMs } from '../live-audio/types.ts'
import { createHearing } from './audio/hearing.ts'
import type { Hearing } from './audio/hearing.ts'
import { createPlayout } from './audio/playout.ts'

export interface LiveAudioHandlers {
  /** An array of its own, and the number of samples before it. */
  onHeard(samples: Int16Array, position: number): void
  /** Every 200 ms while speech is played. In samples. */
  onProgress(played: number, consumed: number): void
  onMark(id: number, played: number): void
  onUnderrun(): void
  /** The last call. */
  onClosed(reason: AudioEnd): void
}

/** One session's live audio, as whoever opened it uses it. After its end everything here does nothing. */
export interface LiveAudio {
  /** How many samples may wait. */
  readonly capacity: number
  /** Queues speech. What there is no room for is left out. */
  write(samples: Int16Array): void
  /** False: too many marks are waiting. */
  mark(id: number): boolean
  /** Discards what has not been played and returns how many samples have been. */
  flush(): number
  close(reason?: AudioEnd): void
}

/** What a session does for it. */
export interface LiveAudioEnd extends LiveAudio {
  readonly hearing: Hearing
  /** Puts the next 20 ms of speech into `frame`. False: there is none. */
  take(frame: Int16Array): boolean
}

const progressFrames = 10

/** Throws a `RangeError` for options out of range. */
export function createLiveAudio(options: AudioOptions, handlers: LiveAudioHandlers): LiveAudioEnd {
  const capacity = within('queueMs', options.queueMs ?? 30_000, 400, 120_000) * samplesPerMs
  const prebuffer = within('prebufferMs', options.prebufferMs ?? 0, 0, 1_000) * samplesPerMs
  const playout = createPlayout(capacity, Math.min(prebuffer, capacity), {
    onMark: (id) => handlers.onMark(id, playout.played),
    onUnderrun: handlers.onUnderrun,
  })
  const hearing = createHearing((samples, position) => isOpen && handlers.onHeard(samples, position))
  let isOpen = true
  let frames = 0

  return {
    capacity,
    hearing,
    write(samples) {
      if (isOpen) playout.write(samples)
    },
    mark: (id) => !isOpen || playout.mark(id),
    flush() {
      if (isOpen) playout.flush()
      return playout.played
    },
    take(frame) {
      if (!playout.take(frame)) return false
      if (++frames % progressFrames === 0) handlers.onProgress(playout.played, playout.consumed)
      return true
    },
    close(reason = 'closed') {
      if (!isOpen) return
      isOpen = false
      playout.flush()
      handlers.onClosed(reason)
    },
  }
}

function within(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value
  throw new RangeError(`${name} must be a whole number from ${from} to ${to}, not ${value}.`)
}
