/** Sounds that the engine generates, one period each. */
import type { Tone } from '../../gateway.ts'
import type { Codec } from '../types.ts'
import { encode } from './g711.ts'
import { holdMusic } from './hold-music.ts'

const sampleRate = 8000
/** -19 dBm0 per frequency. */
const amplitude = 2500

/** The length of one period. */
export const toneMs: Record<Tone, number> = { ringback: 6_000, congestion: 3_000, hold: 16_000 }

/** Two frequencies, on and off (ANSI T1.401). */
function cadence(ms: number, [low, high]: [number, number], onMs: number, offMs: number): Int16Array {
  const samples = new Int16Array((ms * sampleRate) / 1000)
  for (let i = 0; i < samples.length; i++) {
    if (((i * 1000) / sampleRate) % (onMs + offMs) >= onMs) continue
    const turns = (2 * Math.PI * i) / sampleRate
    samples[i] = Math.round(amplitude * (Math.sin(low * turns) + Math.sin(high * turns)))
  }
  return samples
}

const make: Record<Tone, () => Int16Array> = {
  ringback: () => cadence(toneMs.ringback, [440, 480], 2_000, 4_000),
  congestion: () => cadence(toneMs.congestion, [480, 620], 250, 250),
  hold: () => holdMusic(toneMs.hold, sampleRate),
}

const encoded = new Map<string, Buffer>()

/** One period, encoded once. */
export function encodedTone(tone: Tone, codec: Codec): Buffer {
  const key = `${tone} ${codec}`
  let audio = encoded.get(key)
  if (!audio) {
    const samples = make[tone]()
    audio = Buffer.alloc(samples.length)
    encode(codec, samples, audio)
    encoded.set(key, audio)
  }
  return audio
}
