import type { Clock } from '../../clock.ts'
import type { Recording } from '../../gateway.ts'
import { createRecorder } from './recording.ts'
import type { Recorder } from './recording.ts'

/** The recording of one call: at most one at a time. */
export interface CallRecording {
  /** Null while the call is not being recorded. */
  readonly recorder: Recorder | null
  /** Throws when the call is being recorded already, or the file cannot be created. After `finish` it does nothing. */
  begin(path: string): Promise<Recording>
  /** Ends the recording with the call. Resolves when everything is on the disk. */
  finish(): Promise<unknown>
}

export function createCallRecording(clock: Clock, onError: (error: Error) => void): CallRecording {
  let recorder: Recorder | null = null
  let opening: Promise<unknown> | null = null
  let writing: Promise<unknown> = Promise.resolve()
  let isFinished = false

  function stop(started: Recorder): Promise<{ durationMs: number }> {
    if (recorder === started) recorder = null
    const stopped = started.stop()
    writing = Promise.allSettled([writing, stopped])
    return stopped
  }

  async function begin(path: string): Promise<Recording> {
    if (isFinished) return { path, stop: () => Promise.resolve({ durationMs: 0 }) }
    if (recorder || opening) throw new Error('This call is being recorded already: stop that recording first.')
    const created = createRecorder(path, clock, onError)
    opening = Promise.allSettled([created])
    try {
      const started = await created
      if (isFinished) await stop(started)
      else recorder = started
      return { path, stop: () => stop(started) }
    } finally {
      opening = null
    }
  }

  async function finish(): Promise<void> {
    isFinished = true
    await opening
    if (recorder) await Promise.allSettled([stop(recorder)])
    await writing
  }

  return {
    begin,
    finish,
    get recorder() {
      return recorder
    },
  }
}
