import { AudioError } from './audio-error.ts'

/** The format of a recording. Read from its headers before decoding, and again from every frame. */
export interface AudioShape {
  sampleRateHz: number
  channels: number
  /** Samples per channel, so far or in total, if known. */
  frames?: number
}

/** Throws `AudioError` for a recording that is too large or unusual to decode. */
export type ShapeCheck = (shape: AudioShape) => void

const slowestHz = 8_000
const fastestHz = 48_000
/** Studio rates. Other rates above 48 kHz would need a resampling filter that is larger than the recording. */
const studioRatesHz = [88_200, 96_000, 176_400, 192_000]

const count = (n: number) => n.toLocaleString('en')

/** Accepts mono and stereo, at a common sampling rate, not longer than `maxDurationSeconds`. */
export const shapeCheckFor =
  (maxDurationSeconds: number): ShapeCheck =>
  ({ sampleRateHz, channels, frames = 0 }) => {
    if (channels < 1 || channels > 2) {
      throw new AudioError(
        'unsupported_shape',
        `This recording has ${count(channels)} channels. Please export it again in mono or stereo.`,
      )
    }
    const isUsual = sampleRateHz >= slowestHz && sampleRateHz <= fastestHz && Number.isInteger(sampleRateHz)
    if (!isUsual && !studioRatesHz.includes(sampleRateHz)) {
      throw new AudioError(
        'unsupported_shape',
        `This recording has a sampling rate of ${count(sampleRateHz)} Hz. Please export it again with 8,000 to 48,000 Hz.`,
      )
    }
    if (frames > maxDurationSeconds * sampleRateHz) throw tooLong(maxDurationSeconds)
  }

function tooLong(maxDurationSeconds: number): AudioError {
  const [limit, unit] =
    maxDurationSeconds >= 60 ? [Math.floor(maxDurationSeconds / 60), 'minute'] : [maxDurationSeconds, 'second']
  return new AudioError(
    'too_long',
    `This recording is longer than ${limit} ${unit}${limit === 1 ? '' : 's'}. Please upload a shorter one.`,
  )
}
