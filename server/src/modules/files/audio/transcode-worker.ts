import { parentPort, workerData } from 'node:worker_threads'
import { AudioError } from './audio-error.ts'
import type { AudioErrorCode } from './audio-error.ts'
import { makeTelephoneAudio } from './telephone-audio.ts'
import type { TelephoneAudio, TelephoneAudioRequest } from './telephone-audio.ts'

export type TranscodeResult = { audio: TelephoneAudio } | { refusal: { code: AudioErrorCode; message: string } }

/** The class of an error is lost between threads, so an `AudioError` is posted as data. Other errors end the thread. */
async function run(request: TelephoneAudioRequest): Promise<TranscodeResult> {
  try {
    return { audio: await makeTelephoneAudio(request) }
  } catch (error) {
    if (error instanceof AudioError) return { refusal: { code: error.code, message: error.message } }
    throw error
  }
}

parentPort!.postMessage(await run(workerData as TelephoneAudioRequest))
