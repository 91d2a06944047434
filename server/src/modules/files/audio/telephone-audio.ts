import { renameSync, rmSync } from 'node:fs'
import { AudioError } from './audio-error.ts'
import { decoders, detectFormat } from './decode.ts'
import type { AudioBlock } from './block.ts'
import type { AudioFormat } from './decode.ts'
import { shapeCheckFor } from './shape.ts'
import { createResampler } from './resample.ts'
import type { Resampler } from './resample.ts'
import { writeMonoWav } from './wav.ts'

export interface TelephoneAudioRequest {
  inputPath: string
  outputPath: string
  maxDurationSeconds: number
}

export interface TelephoneAudio {
  format: AudioFormat
  /** Exact duration of the uploaded recording: its frames divided by its sampling rate. */
  durationSeconds: number
  channels: number
  sampleRateHz: number
}

const telephoneRateHz = 8000

/** Transcodes a file. This is CPU-bound, so `transcodeToTelephone` runs it in a thread. */
export async function makeTelephoneAudio({
  inputPath,
  outputPath,
  maxDurationSeconds,
}: TelephoneAudioRequest): Promise<TelephoneAudio> {
  const format = detectFormat(inputPath)
  const checkShape = shapeCheckFor(maxDurationSeconds)
  const parts: Float32Array[] = []
  let resampler: Resampler | undefined
  let sampleRateHz = 0
  let channels = 0
  let frames = 0
  for await (const block of decoders[format](inputPath, checkShape)) {
    frames += block.channels[0]?.length ?? 0
    checkShape({ sampleRateHz: block.sampleRateHz, channels: block.channels.length, frames })
    if (!resampler) {
      sampleRateHz = block.sampleRateHz
      channels = block.channels.length
      resampler = createResampler(sampleRateHz, telephoneRateHz)
    }
    if (block.sampleRateHz !== sampleRateHz)
      throw new AudioError(
        'damaged',
        'The sampling rate of this recording changes partway through. Please export it again as one recording.',
      )
    parts.push(resampler.push(mixDown(block)))
  }
  if (!resampler) throw new AudioError('empty', 'This file has no sound. Please record it again.')
  parts.push(resampler.flush())
  publish(outputPath, limitPeak(join(parts)))
  return { format, durationSeconds: frames / sampleRateHz, channels, sampleRateHz }
}

/** Returns the mean of the channels, which cannot clip unless they do. NaN in floating-point files becomes silence. */
function mixDown({ channels }: AudioBlock): Float32Array {
  // Loops, as in the resampler, because this runs for every sample of the recording.
  const mixed = new Float32Array(channels[0]!.length)
  for (const channel of channels) for (let i = 0; i < mixed.length; i++) mixed[i]! += channel[i]! / channels.length
  for (let i = 0; i < mixed.length; i++) if (!Number.isFinite(mixed[i]!)) mixed[i] = 0
  return mixed
}

function join(parts: Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Reduces the volume of the whole recording if its peak would clip. */
function limitPeak(samples: Float32Array): Float32Array {
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0)
  return peak > 1 ? samples.map((sample) => sample / peak) : samples
}

/** Writes the file atomically. */
function publish(outputPath: string, samples: Float32Array): void {
  const partialPath = `${outputPath}.partial`
  try {
    writeMonoWav(partialPath, telephoneRateHz, samples)
    renameSync(partialPath, outputPath)
  } finally {
    rmSync(partialPath, { force: true })
  }
}
