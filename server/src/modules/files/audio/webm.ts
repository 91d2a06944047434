import { AudioError } from './audio-error.ts'
import type { ByteSource } from './byte-source.ts'
import type { SoundTrack } from './sound-track.ts'

// Element ids (RFC 9559 5). Browsers write segments and clusters without a size.
const segment = 0x18538067
const cluster = 0x1f43b675
const blockGroup = 0xa0
const tracks = 0x1654ae6b
const trackEntry = 0xae
const trackNumber = 0xd7
const codecId = 0x86
const codecPrivate = 0x63a2
const contentEncodings = 0x6d80
const simpleBlock = 0xa3
const block = 0xa1
/** Their children are read like their siblings. */
const entered = new Set([segment, cluster, blockGroup])

/** The largest description of tracks, and the largest packet, that is read. */
const maxElementBytes = 1024 * 1024
const unknownSize = -1

interface Element {
  id: number
  start: number
  /** `unknownSize` when the file does not say. */
  sizeBytes: number
}

/** Returns the Opus track of a WebM file (RFC 8794, RFC 9559). Throws `AudioError`; also while the packets are read. */
export function readWebm(file: ByteSource): SoundTrack {
  for (const element of elements(file, 0, file.sizeBytes)) {
    if (element.id !== tracks) continue
    for (const entry of children(file, element)) {
      if (entry.id !== trackEntry) continue
      const fields = new Map([...children(file, entry)].map((field) => [field.id, Buffer.from(content(file, field))]))
      if (fields.get(codecId)?.toString('latin1').replace(/\0+$/, '') !== 'A_OPUS') continue
      // The sound is compressed or encrypted once more; recorders do not.
      if (fields.has(contentEncodings)) throw otherSound()
      const head = fields.get(codecPrivate)
      if (!head || head.length < 19 || head.toString('latin1', 0, 8) !== 'OpusHead' || head[18] !== 0)
        throw otherSound()
      const number = unsigned(fields.get(trackNumber) ?? Buffer.alloc(0))
      const packets = packetsOf(file, number, element.start + element.sizeBytes)
      return { codec: 'opus', channels: head[9]!, preSkip: head.readUInt16LE(10), packets }
    }
    throw otherSound()
  }
  throw new AudioError('empty', 'This file has no sound. Please record it again.')
}

const otherSound = () =>
  new AudioError('unsupported_codec', 'This WebM file has no Opus sound, which is the only sound of WebM we can read.')

function* packetsOf(file: ByteSource, track: number, start: number): Generator<Uint8Array> {
  for (const element of elements(file, start, file.sizeBytes)) {
    if (element.id !== simpleBlock && element.id !== block) continue
    const bytes = content(file, element)
    const { value, length } = vint(bytes, 0)
    if (value !== track) continue
    const flags = bytes[length + 2] ?? 0
    if ((flags & 0x06) !== 0) throw otherSound()
    yield bytes.subarray(length + 3)
  }
}

function* children(file: ByteSource, parent: Element): Generator<Element> {
  if (parent.sizeBytes === unknownSize || parent.sizeBytes > maxElementBytes) throw damaged()
  yield* elements(file, parent.start, parent.start + parent.sizeBytes)
}

function* elements(file: ByteSource, start: number, end: number): Generator<Element> {
  for (let position = start; position < end;) {
    // A recording that was cut off ends within its last element. What came before is played.
    if (position + 2 > file.sizeBytes) return
    const head = file.at(position, Math.min(12, file.sizeBytes - position))
    const id = elementId(head)
    const size = vint(head, id.length)
    const element = {
      id: id.value,
      start: position + id.length + size.length,
      sizeBytes: size.isUnknown ? unknownSize : size.value,
    }
    const isEntered = entered.has(element.id)
    if (size.isUnknown && !isEntered) throw damaged()
    if (!isEntered && element.start + element.sizeBytes > file.sizeBytes) return
    yield element
    position = isEntered ? element.start : element.start + element.sizeBytes
  }
}

function content(file: ByteSource, { start, sizeBytes }: Element): Buffer {
  if (sizeBytes > maxElementBytes) throw damaged()
  return file.at(start, sizeBytes)
}

/** The id with its length marker, as ids are written (RFC 8794 5). */
function elementId(bytes: Uint8Array): { value: number; length: number } {
  const length = Math.clz32(bytes[0] ?? 0) - 23
  if (length > 4 || length > bytes.length) throw damaged()
  return { value: unsigned(bytes.subarray(0, length)), length }
}

/** A variable-size integer (RFC 8794 4). All ones: an unknown size. */
function vint(bytes: Uint8Array, offset: number): { value: number; length: number; isUnknown: boolean } {
  const first = bytes[offset] ?? 0
  const length = Math.clz32(first) - 23
  if (length > 8 || offset + length > bytes.length) throw damaged()
  const rest = unsigned(bytes.subarray(offset + 1, offset + length))
  const value = (first & (0xff >> length)) * 256 ** (length - 1) + rest
  return { value, length, isUnknown: value === 2 ** (7 * length) - 1 }
}

const unsigned = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0)

const damaged = () =>
  new AudioError('damaged', 'This WebM file is damaged and cannot be played to its end. Please record it again.')
