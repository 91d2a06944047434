/** G.711 by table, both laws (ITU-T G.711, the arithmetic of the ITU's reference code). Linear is 16-bit signed. */
import type { Codec } from '../types.ts'

function decodeMuLaw(code: number): number {
  const inverted = ~code & 0xff
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)) - 0x84
  return inverted & 0x80 ? -magnitude : magnitude
}

function decodeALaw(code: number): number {
  const toggled = code ^ 0x55
  const exponent = (toggled & 0x70) >> 4
  const mantissa = (toggled & 0x0f) << 4
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
  return toggled & 0x80 ? magnitude : -magnitude
}

function encodeMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32635) + 0x84
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
}

function encodeALaw(sample: number): number {
  const magnitude = sample < 0 ? ~sample : sample
  const exponent = Math.max(0, 24 - Math.clz32(magnitude))
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55
}

const decoding: Record<Codec, Int16Array> = {
  PCMU: Int16Array.from({ length: 256 }, (_, code) => decodeMuLaw(code)),
  PCMA: Int16Array.from({ length: 256 }, (_, code) => decodeALaw(code)),
}

/** Indexed by the sample's 16 bits taken as unsigned. */
const encoding: Record<Codec, Uint8Array> = {
  PCMU: Uint8Array.from({ length: 65536 }, (_, bits) => encodeMuLaw((bits << 16) >> 16)),
  PCMA: Uint8Array.from({ length: 65536 }, (_, bits) => encodeALaw((bits << 16) >> 16)),
}

const transcoding: Record<Codec, Uint8Array> = {
  PCMU: Uint8Array.from(decoding.PCMU, (sample) => encodeALaw(sample)),
  PCMA: Uint8Array.from(decoding.PCMA, (sample) => encodeMuLaw(sample)),
}

export const silence: Record<Codec, number> = { PCMU: 0xff, PCMA: 0xd5 }

export function encodeSample(codec: Codec, sample: number): number {
  return encoding[codec][sample & 0xffff]!
}

/** The 256 linear values of a law. */
export function decodingTable(codec: Codec): Int16Array {
  return decoding[codec]
}

/** Encodes `samples` into the same number of bytes at `at`. */
export function encode(codec: Codec, samples: Int16Array, into: Uint8Array, at = 0): void {
  const table = encoding[codec]
  for (let i = 0; i < samples.length; i++) into[at + i] = table[samples[i]! & 0xffff]!
}

/** Maps each code of one law to the other; null when they are the same. */
export function transcodingTable(from: Codec, to: Codec): Uint8Array | null {
  return from === to ? null : transcoding[from]
}
