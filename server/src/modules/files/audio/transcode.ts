import { Worker } from 'node:worker_threads'
import { createFairQueue } from '../../../platform/fair-queue.ts'
import { AudioError } from './audio-error.ts'
import type { TelephoneAudio, TelephoneAudioRequest } from './telephone-audio.ts'
import type { TranscodeReply } from './transcode-worker.ts'

export type { TelephoneAudio } from './telephone-audio.ts'

export interface TranscodeOptions {
  /** Whose turn it takes: one file of a workspace at a time. */
  workspaceId: string
  inputPath: string
  /** Replaced at once when the work has succeeded, untouched when it has not. */
  outputPath: string
  /** Default 600. */
  maxDurationSeconds?: number
  /** From the moment its turn comes. Default 10,000. */
  deadlineMs?: number
}

const turns = createFairQueue({ limit: 2, limitPerKey: 1, maxWaitingPerKey: 20 })
/** How long an upload waits for its turn before it is answered with 503. */
const waitMs = 60_000

/**
 * Makes an uploaded WAV, MP3, Ogg (Opus or FLAC) or FLAC file into what the telephone plays: 8 kHz, mono, 16-bit PCM WAV. Runs
 * in a thread of its own, two files at a time and one of a workspace. Throws `AudioError` when the file cannot be used, with
 * a sentence for whoever uploaded it; 503 when too many of its workspace wait; file system errors as they come.
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
  // The decoders print each damaged frame to the console; the reply says it once.
  const worker = new Worker(new URL('./transcode-worker.ts', import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
    // Of JavaScript alone. What WebAssembly and the samples take is bounded by `judge`: nothing large is decoded.
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  let deadline: NodeJS.Timeout | undefined
  try {
    const reply = await new Promise<TranscodeReply>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', (error: NodeJS.ErrnoException) => reject(asRefusal(error)))
      worker.once('exit', (code) =>
        reject(new Error(`The transcoding thread ended with code ${code} before it answered.`)),
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
    if ('refusal' in reply) throw new AudioError(reply.refusal.code, reply.refusal.message)
    return reply.audio
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
