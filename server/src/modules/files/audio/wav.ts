import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { wavHeader } from '@switchboard/voice/wav'
import { acceptedFormats, AudioError } from './audio-error.ts'
import type { AudioBlock } from './block.ts'
import type { ShapeCheck } from './shape.ts'

interface WavFormat {
  tag: number
  channelCount: number
  sampleRateHz: number
  bytesPerSample: number
}

const pcm = 1
const float = 3
const aLaw = 6
const muLaw = 7
const extensible = 0xfffe
const otherCodecs = new Map([
  [2, 'Microsoft ADPCM'],
  [0x11, 'IMA ADPCM'],
  [0x31, 'GSM 6.10'],
  [0x55, 'MP3'],
])

const framesPerBlock = 16_384
/** Real files have fewer than twenty chunks before the audio; a file of empty chunks can have six million. */
const maxChunks = 1_000

/**
 * Decodes a WAV file (8, 16, 24, 32-bit integer, 32 and 64-bit float, A-law, µ-law; plain or WAVE_FORMAT_EXTENSIBLE) block by
 * block. A data chunk larger than the file is read to the end of the file, because streaming recorders cannot go back to
 * write the size. Throws `AudioError`.
 *
 * Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, 1991); RFC 2361; ITU-T G.711.
 */
export function* decodeWav(path: string, checkShape?: ShapeCheck): Generator<AudioBlock> {
  const file = openSync(path, 'r')
  try {
    const { format, dataStart, dataEnd } = readHeader(file, fstatSync(file).size)
    const { channelCount, bytesPerSample, sampleRateHz } = format
    const frameBytes = channelCount * bytesPerSample
    checkShape?.({ sampleRateHz, channels: channelCount, frames: Math.floor((dataEnd - dataStart) / frameBytes) })
    const readSample = sampleReader(format)
    const buffer = Buffer.alloc(Math.max(1, Math.min(framesPerBlock, Math.floor(2 ** 20 / frameBytes))) * frameBytes)
    for (let position = dataStart; position + frameBytes <= dataEnd;) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, dataEnd - position), position)
      const frames = Math.floor(read / frameBytes)
      if (frames === 0) return
      position += frames * frameBytes
      yield { sampleRateHz, channels: deinterleave(buffer, frames, format, readSample) }
    }
  } finally {
    closeSync(file)
  }
}

function readHeader(file: number, fileBytes: number): { format: WavFormat; dataStart: number; dataEnd: number } {
  const header = Buffer.alloc(8)
  let format: WavFormat | undefined
  let chunks = 0
  for (let position = 12; position + 8 <= fileBytes && chunks < maxChunks; chunks++) {
    readSync(file, header, 0, 8, position)
    const id = header.toString('latin1', 0, 4)
    const sizeBytes = header.readUInt32LE(4)
    const start = position + 8
    if (id === 'fmt ') format = readFormat(file, start, sizeBytes)
    if (id === 'data') {
      if (!format)
        throw new AudioError('damaged', 'This WAV file does not say how its audio is encoded. Please export it again.')
      const isUnknown = sizeBytes === 0 && start < fileBytes
      return {
        format,
        dataStart: start,
        dataEnd: isUnknown ? fileBytes : Math.min(fileBytes, start + sizeBytes),
      }
    }
    position = start + sizeBytes + (sizeBytes % 2)
  }
  throw new AudioError('truncated', 'This WAV file ends before its audio begins. Please upload it again.')
}

function readFormat(file: number, start: number, sizeBytes: number): WavFormat {
  const body = Buffer.alloc(40)
  const read = readSync(file, body, 0, Math.min(sizeBytes, body.length), start)
  if (read < 16)
    throw new AudioError('truncated', 'This WAV file ends before its audio begins. Please upload it again.')
  const plainTag = body.readUInt16LE(0)
  const tag = plainTag === extensible ? body.readUInt16LE(24) : plainTag
  const channelCount = body.readUInt16LE(2)
  const sampleRateHz = body.readUInt32LE(4)
  const frameBytes = body.readUInt16LE(12)
  const bytesPerSample = frameBytes / channelCount
  const readable = bytesReadable.get(tag)
  if (!readable) {
    const name = otherCodecs.get(tag) ?? `codec 0x${tag.toString(16).padStart(4, '0')}`
    throw new AudioError(
      'unsupported_codec',
      `This WAV file is compressed with ${name}, which we cannot read. ${acceptedFormats}`,
    )
  }
  if (!readable.includes(bytesPerSample))
    throw new AudioError('damaged', 'The header of this WAV file is invalid. Please export it again.')
  return { tag, channelCount, sampleRateHz, bytesPerSample }
}

const bytesReadable = new Map([
  [pcm, [1, 2, 3, 4]],
  [float, [4, 8]],
  [aLaw, [1]],
  [muLaw, [1]],
])

type SampleReader = (buffer: Buffer, offset: number) => number

function sampleReader({ tag, bytesPerSample }: WavFormat): SampleReader {
  if (tag === aLaw) return (buffer, offset) => aLawToLinear(buffer[offset]!) / 32_768
  if (tag === muLaw) return (buffer, offset) => muLawToLinear(buffer[offset]!) / 32_768
  if (tag === float)
    return bytesPerSample === 4
      ? (buffer, offset) => buffer.readFloatLE(offset)
      : (buffer, offset) => buffer.readDoubleLE(offset)
  if (bytesPerSample === 1) return (buffer, offset) => (buffer[offset]! - 128) / 128
  const scale = 2 ** (8 * bytesPerSample - 1)
  return (buffer, offset) => buffer.readIntLE(offset, bytesPerSample) / scale
}

function deinterleave(buffer: Buffer, frames: number, format: WavFormat, read: SampleReader): Float32Array[] {
  const { channelCount, bytesPerSample } = format
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames)
    for (let i = 0; i < frames; i++) samples[i] = read(buffer, (i * channelCount + channel) * bytesPerSample)
    return samples
  })
}

function muLawToLinear(byte: number): number {
  const inverted = ~byte & 0xff
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84
  return inverted & 0x80 ? -magnitude : magnitude
}

function aLawToLinear(byte: number): number {
  const toggled = byte ^ 0x55
  const exponent = (toggled >> 4) & 7
  const mantissa = ((toggled & 0x0f) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return toggled & 0x80 ? magnitude : -magnitude
}

/** Writes 16-bit mono PCM as a WAV file. Samples must be within ±1. */
export function writeMonoWav(path: string, sampleRateHz: number, samples: Float32Array): void {
  const file = openSync(path, 'w')
  try {
    writeAll(file, wavHeader(1, samples.length, sampleRateHz))
    for (let start = 0; start < samples.length; start += framesPerBlock) {
      const block = Int16Array.from(samples.subarray(start, start + framesPerBlock), (sample) =>
        Math.round(sample * 32_767),
      )
      writeAll(file, Buffer.from(block.buffer))
    }
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}
