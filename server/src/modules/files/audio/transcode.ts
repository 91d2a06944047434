import { Worker } from 'node:worker_threads'
import { AudioError } from './audio-error.ts'
import type { TelephoneAudio, TelephoneAudioRequest } from './telephone-audio.ts'
import type { TranscodeReply } from './transcode-worker.ts'

export type { TelephoneAudio } from './telephone-audio.ts'

export interface TranscodeOptions {
  inputPath: string
  /** Replaced at once when the work has succeeded, untouched when it has not. */
  outputPath: string
  /** Default 600. */
  maxDurationSeconds?: number
}

/** Far beyond what 50 MB take; it frees the queue should a decoder never return from hostile data. */
const deadlineMs = 120_000

let lastInLine: Promise<unknown> = Promise.resolve()

/**
 * Makes an uploaded WAV, MP3, Ogg (Opus or FLAC) or FLAC file into what the telephone plays: 8 kHz, mono, 16-bit PCM WAV. Runs
 * in a thread, one file at a time in the order of the calls. Throws `AudioError` when the file cannot be used, with a
 * sentence for whoever uploaded it; file system errors as they come.
 */
export function transcodeToTelephone({
  inputPath,
  outputPath,
  maxDurationSeconds = 600,
}: TranscodeOptions): Promise<TelephoneAudio> {
  const turn = lastInLine.then(() => transcodeInThread({ inputPath, outputPath, maxDurationSeconds }))
  lastInLine = turn.catch(() => undefined)
  return turn
}

async function transcodeInThread(request: TelephoneAudioRequest): Promise<TelephoneAudio> {
  // The decoders print each damaged frame to the console; the reply says it once.
  const worker = new Worker(new URL('./transcode-worker.ts', import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
  })
  worker.stdout.resume()
  worker.stderr.resume()
  let deadline: NodeJS.Timeout | undefined
  try {
    const reply = await new Promise<TranscodeReply>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) =>
        reject(new Error(`The transcoding thread ended with code ${code} before it answered.`)),
      )
      deadline = setTimeout(
        () => reject(new AudioError('damaged', 'This sound file takes too long to decode. Please export it again.')),
        deadlineMs,
      )
    })
    if ('refusal' in reply) throw new AudioError(reply.refusal.code, reply.refusal.message)
    return reply.audio
  } finally {
    clearTimeout(deadline)
    await worker.terminate()
  }
}
