/** The North American ringback tone: 440 and 480 Hz, 2 s on, 4 s off, -19 dBm0 per frequency (ANSI T1.401). */
import { encode } from './g711.ts'
import type { Codec } from '../types.ts'

const sampleRate = 8000
const amplitude = 2500

function ringback(): Int16Array {
  const samples = new Int16Array(6 * sampleRate)
  for (let i = 0; i < 2 * sampleRate; i++) {
    const turns = (2 * Math.PI * i) / sampleRate
    samples[i] = Math.round(amplitude * (Math.sin(440 * turns) + Math.sin(480 * turns)))
  }
  return samples
}

const encoded = new Map<Codec, Buffer>()

/** One period, to be looped. */
export function encodedRingback(codec: Codec): Buffer {
  let tone = encoded.get(codec)
  if (!tone) {
    const samples = ringback()
    tone = Buffer.alloc(samples.length)
    encode(codec, samples, tone)
    encoded.set(codec, tone)
  }
  return tone
}
