import { Worker } from 'node:worker_threads'
import { createFairQueue } from '../../../platform/fair-queue.ts'
import { AudioError } from './audio-error.ts'
import type { TelephoneAudio, TelephoneAudioRequest } from './telephone-audio.ts'
import type { TranscodeResult } from './transcode-worker.ts'

export type { TelephoneAudio } from './telephone-audio.ts'

export interface TranscodeOptions {
  /** One file of a workspace is transcoded at a time. */
  workspaceId: string
  inputPath: string
  /** Replaced atomically on success, unchanged on failure. */
  outputPath: string
  /** Default 600. */
  maxDurationSeconds?: number
  /** Time for transcoding, without the time in the queue. Default 10,000. */
  deadlineMs?: number
}

const turns = createFairQueue({ limit: 2, limitPerKey: 1, maxWaitingPerKey: 20 })
/** How long an upload is queued before it is refused with 503. */
const waitMs = 60_000

/**
 * Transcodes an uploaded WAV, MP3, Ogg (Opus or FLAC), FLAC, WebM (Opus) or MP4 (AAC or Opus) file for the telephone: 8 kHz,
 * mono, 16-bit PCM WAV. Runs in a thread, two files at a time and one per workspace. Throws `AudioError`, with a message for
 * the user, when the file cannot be used; 503 when too many files of the workspace are queued; and file system errors.
 */
export function transcodeToTelephone({
  workspaceId,
  inputPath,
  outputPath,
  maxDurationSeconds = 600,
  deadlineMs = 10_000,
}: TranscodeOptions): Promise<TelephoneAudio> {
  const transcode = () => transcodeInThread({ inputPath, outputPath, maxDurationSeconds }, deadlineMs)
  return turns.run(workspaceId, transcode, { timeoutMs: waitMs })
}

async function transcodeInThread(request: TelephoneAudioRequest, deadlineMs: number): Promise<TelephoneAudio> {
  // The decoders print each damaged frame to the console; the result reports the damage once.
  const worker = new Worker(new URL('./transcode-worker.ts', import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
    // Limits only JavaScript memory. The memory of WebAssembly and samples is limited by `checkShape`.
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  let deadline: NodeJS.Timeout | undefined
  try {
    const result = await new Promise<TranscodeResult>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', (error: NodeJS.ErrnoException) => reject(asRefusal(error)))
      worker.once('exit', (code) =>
        reject(new Error(`The transcoding thread ended with code ${code} before it returned a result.`)),
      )
      deadline = setTimeout(
        () =>
          reject(
            new AudioError(
              'too_demanding',
              'This file takes too long to decode. Please export it again in mono at 16,000 Hz.',
            ),
          ),
        deadlineMs,
      )
    })
    if ('refusal' in result) throw new AudioError(result.refusal.code, result.refusal.message)
    return result.audio
  } finally {
    clearTimeout(deadline)
    await worker.terminate()
  }
}

const asRefusal = (error: NodeJS.ErrnoException): Error =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new AudioError(
        'too_demanding',
        'This file needs too much memory to decode. Please export it again in mono at 16,000 Hz.',
      )
    : error
