import type { AudioEnd, AudioOptions } from '../live-audio/types.ts'
import { samplesPerMs } from '../live-audio/types.ts'
import { createHearing } from './audio/hearing.ts'
import type { Hearing } from './audio/hearing.ts'
import { createPlayout } from './audio/playout.ts'

export interface LiveAudioHandlers {
  /** The array may be kept. `position` is the number of samples before it. */
  onHeard(samples: Int16Array, position: number): void
  /** Every 200 ms while speech is played. In samples. */
  onProgress(played: number, consumed: number): void
  onMark(id: number, played: number): void
  onUnderrun(): void
  /** The last call. */
  onClosed(reason: AudioEnd): void
}

/** One session's live audio, for the code that opened it. After its end every method does nothing. */
export interface LiveAudio {
  /** The most samples that may wait. */
  readonly capacity: number
  /** Queues speech. Samples that do not fit are dropped. */
  write(samples: Int16Array): void
  /** Returns false when too many marks are waiting. */
  mark(id: number): boolean
  /** Discards the speech that was not played and returns how many samples were played. */
  flush(): number
  close(reason?: AudioEnd): void
}

/** The session's side of live audio. */
export interface LiveAudioEnd extends LiveAudio {
  readonly hearing: Hearing
  /** Writes the next 20 ms of speech into `frame`. Returns false when no speech is queued. */
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
