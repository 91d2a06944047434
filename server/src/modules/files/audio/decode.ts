import { FLACDecoder } from '@wasm-audio-decoders/flac'
import { MPEGDecoder } from 'mpg123-decoder'
import { OggOpusDecoder } from 'ogg-opus-decoder'
import { closeSync, openSync, readSync } from 'node:fs'
import { acceptedFormats, AudioError } from './audio-error.ts'
import { mp3Frame, oggCodec, sniff, sniffedBytes } from './sniff.ts'
import { decodeWav } from './wav.ts'

export type AudioFormat = 'wav' | 'mp3' | 'opus' | 'flac'

export interface AudioBlock {
  sampleRateHz: number
  /** One array per channel, all of the same length; full scale is ±1. */
  channels: Float32Array[]
}

type Blocks = Iterable<AudioBlock> | AsyncIterable<AudioBlock>

/** The WebAssembly decoders are not freed (a trap leaves them unable to): their memory goes with the thread that ran them. */
export const decoders: Record<AudioFormat, (path: string) => Blocks> = {
  wav: decodeWav,
  mp3: decodeMp3,
  opus: decodeOpus,
  flac: decodeFlac,
}

/** What the file's content says it is. Throws `AudioError` when it is nothing that can become a greeting. */
export function detectFormat(path: string): AudioFormat {
  const head = readAt(path, 0, sniffedBytes)
  if (head.length === 0) throw new AudioError('empty', `This file is empty. ${acceptedFormats}`)
  const contentType = sniff(head)
  switch (contentType) {
    case 'audio/wav':
      return 'wav'
    case 'audio/mpeg':
      return 'mp3'
    case 'audio/flac':
      return 'flac'
    case 'audio/ogg': {
      const codec = oggCodec(head)
      if (codec === 'opus' || codec === 'flac') return codec
      throw new AudioError(
        'unsupported_codec',
        `This is an Ogg file with ${codec === 'speex' ? 'Speex' : 'Vorbis'} audio, which we cannot read. ${acceptedFormats}`,
      )
    }
    case 'audio/mp4':
    case 'video/mp4':
      throw new AudioError('unsupported_codec', `This is an MP4 file, which we cannot read. ${acceptedFormats}`)
    default:
      throw new AudioError('not_audio', `This is not a sound file that we know. ${acceptedFormats}`)
  }
}

/** Small, because FLAC packs silence 18,000 to 1: this bounds what one call may unpack. */
const chunkBytes = 8192

async function* decodeMp3(path: string): AsyncGenerator<AudioBlock> {
  const start = id3v2Bytes(readAt(path, 0, 10))
  const firstFrame = mp3Frame(readAt(path, start, 4), 0)
  const decoder = new MPEGDecoder()
  await decoder.ready
  for (const chunk of chunks(path, start)) {
    const decoded = await orDamaged(() => decoder.decode(chunk))
    // Always stereo, mono doubled. Its errors are frames it stepped over, as every player does.
    if (decoded.samplesDecoded > 0)
      yield {
        sampleRateHz: decoded.sampleRate,
        channels: decoded.channelData.slice(0, firstFrame?.channels ?? 2),
      }
  }
}

/** Size of the ID3v2 tag that begins here, 0 if none does (ID3v2.4.0 structure, 3.1: four 7-bit bytes). */
function id3v2Bytes(head: Uint8Array): number {
  const [i, d, three, , , flags = 0, a = 0, b = 0, c = 0, e = 0] = head
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0
  const footerBytes = flags & 0x10 ? 10 : 0
  return 10 + (a << 21) + (b << 14) + (c << 7) + e + footerBytes
}

async function* decodeOpus(path: string): AsyncGenerator<AudioBlock> {
  const decoder = new OggOpusDecoder()
  await decoder.ready
  yield* decodeParsed(path, decoder)
}

async function* decodeFlac(path: string): AsyncGenerator<AudioBlock> {
  const promisedFrames = flacFrames(readAt(path, 0, 26))
  let decodedFrames = 0
  const decoder = new FLACDecoder()
  await decoder.ready
  for await (const block of decodeParsed(path, decoder)) {
    decodedFrames += block.channels[0]!.length
    yield block
  }
  if (decodedFrames < promisedFrames)
    throw new AudioError('truncated', 'Part of this FLAC file is missing or damaged. Please upload it again.')
}

/** Frames promised by STREAMINFO, 0 if it does not know (RFC 9639 8.2: 36 bits from bit 108 of the block). */
function flacFrames(head: Uint8Array): number {
  if (head.length < 26 || head[0] !== 0x66) return 0
  const view = new DataView(head.buffer, head.byteOffset)
  return (view.getUint8(21) & 0x0f) * 2 ** 32 + view.getUint32(22)
}

interface ParsedAudio {
  channelData: Float32Array[]
  samplesDecoded: number
  sampleRate: number
  errors: { message: string }[]
}

interface ParsingDecoder {
  /** Always a promise; the type of one of the libraries forgets it. */
  decode(data: Uint8Array): ParsedAudio | Promise<ParsedAudio>
  flush(): Promise<ParsedAudio>
}

/** Runs a decoder that looks for the frames itself; what it cannot decode is left out of its answer and told in `errors`. */
async function* decodeParsed(path: string, decoder: ParsingDecoder): AsyncGenerator<AudioBlock> {
  for (const chunk of chunks(path, 0)) yield* wholeBlocks(await orDamaged(() => decoder.decode(chunk)))
  yield* wholeBlocks(await orDamaged(() => decoder.flush()))
}

function* wholeBlocks({ channelData, samplesDecoded, sampleRate, errors }: ParsedAudio): Generator<AudioBlock> {
  if (errors.length > 0) throw damaged(errors)
  if (samplesDecoded > 0) yield { sampleRateHz: sampleRate, channels: channelData }
}

/** The decoders throw plain errors and WebAssembly traps at data that breaks the rules. */
async function orDamaged<T>(decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause: unknown): AudioError {
  return new AudioError(
    'damaged',
    'This sound file is damaged and cannot be played to its end. Please export it again.',
    {
      cause,
    },
  )
}

function* chunks(path: string, start: number): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (let position = start; ;) {
      const chunk = Buffer.alloc(chunkBytes)
      const read = readSync(file, chunk, 0, chunkBytes, position)
      if (read === 0) return
      position += read
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, read)
    }
  } finally {
    closeSync(file)
  }
}

function readAt(path: string, start: number, sizeBytes: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(sizeBytes)
    return bytes.subarray(0, readSync(file, bytes, 0, sizeBytes, start))
  } finally {
    closeSync(file)
  }
}
