import { readFile, writeFile } from 'node:fs/promises'
import { wavFile } from '@switchboard/voice/wav'

const sampleRateHz = 8000

/**
 * Returns a sound that never repeats, so that it can be found in a recording: noise with a slowly changing loudness, the
 * same for the same seed. Full scale is ±32767.
 */
export function makeTestSignal({ seconds, seed = 1 }: { seconds: number; seed?: number }): Int16Array {
  let state = seed
  let previous = 0
  return Int16Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    const white = state / 0x4000_0000 - 1
    previous = 0.7 * previous + 0.3 * white // mostly below 1 kHz, as speech is
    return Math.round(16_000 * previous * (1 + 0.5 * Math.sin((2 * Math.PI * 3 * i) / sampleRateHz)))
  })
}

/** Raw G.711 µ-law, one byte per sample: what SIPp's rtp_stream sends as payload type 0. */
export function encodeMuLaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84
    const exponent = 31 - Math.clz32(magnitude) - 7
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
  })
}

export async function writeMuLaw(path: string, samples: Int16Array): Promise<void> {
  await writeFile(path, encodeMuLaw(samples))
}

/** Writes 8 kHz mono 16-bit PCM. */
export async function writeWav(path: string, samples: Int16Array): Promise<void> {
  await writeFile(path, wavFile(samples))
}

/** Reads 8 kHz mono 16-bit PCM, which is what baresip records. Throws when the file is anything else. */
export async function readWav(path: string): Promise<Int16Array> {
  const file = await readFile(path)
  const [codec, channels, rateHz, bits] = [
    file.readUInt16LE(20),
    file.readUInt16LE(22),
    file.readUInt32LE(24),
    file.readUInt16LE(34),
  ]
  const data = file.indexOf('data', 36, 'latin1') + 8
  if (codec !== 1 || channels !== 1 || rateHz !== sampleRateHz || bits !== 16 || data < 8)
    throw new Error(
      `${path} is not 8 kHz mono 16-bit PCM: codec ${codec}, ${channels} channels, ${rateHz} Hz, ${bits} bits.`,
    )
  return Int16Array.from({ length: (file.length - data) >> 1 }, (_, i) => file.readInt16LE(data + 2 * i))
}

export interface Match {
  /** Normalised cross-correlation of the best-fitting stretch: 1 is the same waveform at any loudness, 0 is unrelated. */
  correlation: number
  /** The position of the stretch in `heard`. */
  atSeconds: number
}

/** Searches for `stretchSeconds` (default 1) from the middle of `sent` anywhere in `heard`. */
export function findInRecording(sent: Int16Array, heard: Int16Array, stretchSeconds = 1): Match {
  const length = Math.min(sent.length, Math.round(stretchSeconds * sampleRateHz))
  const start = (sent.length - length) >> 1
  const stretch = Float64Array.from(sent.subarray(start, start + length))
  const stretchEnergy = stretch.reduce((sum, sample) => sum + sample * sample, 0)
  let heardEnergy = heard.subarray(0, length).reduce((sum, sample) => sum + sample * sample, 0)
  let best: Match = { correlation: 0, atSeconds: 0 }
  for (let offset = 0; offset + length <= heard.length; offset++) {
    let product = 0
    for (let i = 0; i < length; i++) product += stretch[i]! * heard[offset + i]!
    const correlation = heardEnergy > 0 ? product / Math.sqrt(stretchEnergy * heardEnergy) : 0
    if (correlation > best.correlation) best = { correlation, atSeconds: offset / sampleRateHz }
    heardEnergy += (heard[offset + length] ?? 0) ** 2 - heard[offset]! ** 2
  }
  return best
}
