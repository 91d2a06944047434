import { FLACDecoder } from '@wasm-audio-decoders/flac'
import CodecParser, { type CodecFrame, type OggPage } from 'codec-parser'
import { MPEGDecoder } from 'mpg123-decoder'
import { OggOpusDecoder } from 'ogg-opus-decoder'
import { OpusDecoder } from 'opus-decoder'
import { closeSync, openSync, readSync } from 'node:fs'
import { openAacDecoder } from './aac/decoder.ts'
import { readAacConfig } from './aac-config.ts'
import { acceptedFormats, AudioError } from './audio-error.ts'
import type { AudioBlock } from './block.ts'
import { type ByteSource, openBytes } from './byte-source.ts'
import { readMp4 } from './mp4.ts'
import type { ShapeCheck } from './shape.ts'
import { mp3Frame, oggCodec, sniff, sniffedBytes } from './sniff.ts'
import { opusSamples, type SoundTrack } from './sound-track.ts'
import { decodeWav } from './wav.ts'
import { readWebm } from './webm.ts'

export type AudioFormat = 'wav' | 'mp3' | 'opus' | 'flac' | 'webm' | 'mp4'

type Blocks = Iterable<AudioBlock> | AsyncIterable<AudioBlock>

/**
 * Decode block by block. Each calls `checkShape` before decoding, for the headers, and for every frame where a frame can
 * differ from the headers. The WebAssembly decoders are not freed, because they cannot be after a trap: their memory is
 * released with the thread.
 */
export const decoders: Record<AudioFormat, (path: string, checkShape: ShapeCheck) => Blocks> = {
  wav: decodeWav,
  mp3: decodeMp3,
  opus: decodeOpus,
  flac: decodeFlac,
  webm: (path, checkShape) => decodeContainer(path, readWebm, checkShape),
  mp4: (path, checkShape) => decodeContainer(path, readMp4, checkShape),
}

/** Returns the format of the file's content. Throws `AudioError` when it cannot be used as a greeting. */
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
      return 'mp4'
    case 'video/webm':
      return 'webm'
    default:
      throw new AudioError('not_audio', `This is not a sound file that we support. ${acceptedFormats}`)
  }
}

const chunkBytes = 8192
/** Opus encodes a minute of silence in a kilobyte, so this limits the output of one call. */
const opusChunkBytes = 1024

async function* decodeMp3(path: string, checkShape: ShapeCheck): AsyncGenerator<AudioBlock> {
  const start = id3v2Bytes(readAt(path, 0, 10))
  const firstFrame = mp3Frame(readAt(path, start, 4), 0)
  if (firstFrame) checkShape(firstFrame)
  const decoder = new MPEGDecoder()
  await decoder.ready
  for (const chunk of chunks(path, start)) {
    const decoded = await orDamaged(() => decoder.decode(chunk))
    // The output is always stereo; mono is doubled. Errors are damaged frames, which are skipped as in any player.
    if (decoded.samplesDecoded > 0)
      yield {
        sampleRateHz: decoded.sampleRate,
        channels: decoded.channelData.slice(0, firstFrame?.channels ?? 2),
      }
  }
}

/** Returns the size of the ID3v2 tag at the start, or 0 without one (ID3v2.4.0 structure, 3.1: four 7-bit bytes). */
function id3v2Bytes(head: Uint8Array): number {
  const [i, d, three, , , flags = 0, a = 0, b = 0, c = 0, e = 0] = head
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0
  const footerBytes = flags & 0x10 ? 10 : 0
  return 10 + (a << 21) + (b << 14) + (c << 7) + e + footerBytes
}

const opusRateHz = 48_000

async function* decodeOpus(path: string, checkShape: ShapeCheck): AsyncGenerator<AudioBlock> {
  const decoder = new OggOpusDecoder()
  await decoder.ready
  let parser = oggParser()
  let frames = 0
  for (const chunk of chunks(path, 0, opusChunkBytes)) {
    // The decoder does not expose the headers before it decodes, so the same parser reads each page first.
    const pages = await orDamaged(() => Iterator.from(parser.parseChunk(chunk)).toArray())
    for (const frame of pages.flatMap((page) => page.codecFrames)) {
      frames += frame.samples
      checkShape({ sampleRateHz: opusRateHz, channels: frame.header.channels, frames })
    }
    // Another stream may follow the last page. The decoder also starts a new stream there.
    if (pages.some((page) => page.isLastPage)) parser = oggParser()
    yield* wholeBlocks(await orDamaged(() => decoder.decode(chunk)))
  }
  yield* wholeBlocks(await orDamaged(() => decoder.flush()))
}

const oggParser = () => new CodecParser<OggPage>('audio/ogg', { enableFrameCRC32: false })

async function* decodeFlac(path: string, checkShape: ShapeCheck): AsyncGenerator<AudioBlock> {
  const head = readAt(path, 0, sniffedBytes)
  const promised = readStreamInfo(head)
  if (promised) checkShape(promised)
  const parser = new CodecParser(head[0] === 0x66 ? 'audio/flac' : 'audio/ogg', { enableFrameCRC32: false })
  const decoder = new FLACDecoder()
  await decoder.ready
  let frames = 0
  // One frame at a time: a frame of 11 bytes can hold 65,535 samples, so even a small chunk could decode to gigabytes.
  for await (const { data, header, samples } of flacFrames(path, parser)) {
    frames += samples
    checkShape({ channels: header.channels, sampleRateHz: header.sampleRate, frames })
    if (promised && promised.frames > 0 && frames > promised.frames)
      throw new AudioError('damaged', 'This FLAC file is longer than its header says. Please export it again.')
    const { channelData, samplesDecoded, sampleRate, errors } = await orDamaged(() => decoder.decodeFrames([data]))
    if (errors.length > 0 || samplesDecoded < samples) throw damaged(errors)
    if (samples > 0)
      // The last page of an Ogg file may end before its last frame.
      yield { sampleRateHz: sampleRate, channels: channelData.map((channel) => channel.subarray(0, samples)) }
  }
  if (promised && frames < promised.frames)
    throw new AudioError('truncated', 'Part of this FLAC file is missing or damaged. Please upload it again.')
}

async function* flacFrames(path: string, parser: CodecParser): AsyncGenerator<CodecFrame> {
  for (const chunk of chunks(path, 0))
    for (const found of await orDamaged(() => Iterator.from(parser.parseChunk(chunk)).toArray())) yield* framesOf(found)
  for (const found of await orDamaged(() => Iterator.from(parser.flush()).toArray())) yield* framesOf(found)
}

const framesOf = (found: CodecFrame | OggPage): CodecFrame[] => ('codecFrames' in found ? found.codecFrames : [found])

/** Reads STREAMINFO; `frames` is 0 if unknown (RFC 9639 8.2, and 10.1 for Ogg). */
function readStreamInfo(head: Uint8Array): { sampleRateHz: number; channels: number; frames: number } | null {
  const start = Buffer.from(head.buffer, head.byteOffset, head.length).indexOf('fLaC', 0, 'latin1')
  if (start < 0 || head.length < start + 26) return null
  const view = new DataView(head.buffer, head.byteOffset + start)
  return {
    sampleRateHz: view.getUint32(18) >>> 12,
    channels: ((view.getUint8(20) >> 1) & 7) + 1,
    frames: (view.getUint8(21) & 0x0f) * 2 ** 32 + view.getUint32(22),
  }
}

/** Browsers record WebM or MP4, telephones and computers M4A. Only the sound of a container is read. */
async function* decodeContainer(
  path: string,
  read: (file: ByteSource) => SoundTrack,
  checkShape: ShapeCheck,
): AsyncGenerator<AudioBlock> {
  using file = openBytes(path)
  const track = read(file)
  yield* track.codec === 'opus' ? opusTrack(track, checkShape) : aacTrack(track, checkShape)
}

async function* opusTrack(
  { channels, preSkip, packets }: Extract<SoundTrack, { codec: 'opus' }>,
  checkShape: ShapeCheck,
): AsyncGenerator<AudioBlock> {
  checkShape({ sampleRateHz: opusRateHz, channels })
  const decoder = new OpusDecoder({ channels, preSkip })
  await decoder.ready
  let frames = 0
  for (const packet of packets) {
    const samples = opusSamples(packet)
    if (samples === null) throw damaged('An Opus packet is not valid.')
    frames += samples
    checkShape({ sampleRateHz: opusRateHz, channels, frames })
    yield* wholeBlocks(await orDamaged(() => decoder.decodeFrame(packet)))
  }
}

const aacFrameSamples = 1024

async function* aacTrack(
  { config, packets }: Extract<SoundTrack, { codec: 'aac' }>,
  checkShape: ShapeCheck,
): AsyncGenerator<AudioBlock> {
  const read = readAacConfig(config)
  if (!read) throw new AudioError('unsupported_codec', `This kind of AAC cannot be read. ${acceptedFormats}`)
  const { sampleRateHz, channels } = read
  // Files that leave the channels to the packets say 0 here; each block is checked when it is decoded.
  checkShape({ sampleRateHz, channels: channels || 1 })
  const decoder = await orDamaged(() => openAacDecoder(read.lowComplexity))
  let frames = 0
  for (const packet of packets) {
    frames += aacFrameSamples
    checkShape({ sampleRateHz, channels: channels || 1, frames })
    const decoded = await orDamaged(() => decoder.decode(packet))
    if (!decoded) throw damaged('An AAC packet could not be decoded.')
    // The first packet only prepares the second.
    if (decoded[0] && decoded[0].length > 0) yield { sampleRateHz, channels: decoded }
  }
}

interface ParsedAudio {
  channelData: Float32Array[]
  samplesDecoded: number
  sampleRate: number
  errors: { message: string }[]
}

/** The Opus decoder leaves out what it cannot decode, and reports it in `errors`. */
function* wholeBlocks({ channelData, samplesDecoded, sampleRate, errors }: ParsedAudio): Generator<AudioBlock> {
  if (errors.length > 0) throw damaged(errors)
  if (samplesDecoded > 0) yield { sampleRateHz: sampleRate, channels: channelData }
}

/** For invalid data the decoders throw plain errors and WebAssembly traps. */
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

function* chunks(path: string, start: number, sizeBytes = chunkBytes): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (let position = start; ;) {
      const chunk = Buffer.alloc(sizeBytes)
      const read = readSync(file, chunk, 0, sizeBytes, position)
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
