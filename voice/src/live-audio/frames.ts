/**
 * The frames between the voice process and a listener, on one stream in each direction. All numbers are little-endian:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * | kind          | 0             | length of the payload, bytes  |
 * +---------------+---------------+-------------------------------+
 * | channel                                                       |
 * +---------------------------------------------------------------+
 * | count: its meaning depends on the kind                        |
 * +---------------------------------------------------------------+
 * | payload, at most 16,000 bytes                                 |
 *
 *                 kind           count                      payload
 * to the voice    1 hello        version of this protocol   token
 * process         2 speech       0                          samples, 16-bit
 *                 3 mark         number of the mark
 *                 4 flush        number of the flush
 * to the listener 16 welcome     version of this protocol
 *                 17 opened      samples that may wait      id of the leg, UTF-8
 *                 18 heard       samples before these       samples, 16-bit
 *                 19 progress    samples played             samples consumed, 32-bit
 *                 20 marked      samples played             number of the mark, 32-bit
 *                 21 flushed     samples played             number of the flush, 32-bit
 *                 22 underrun    0
 *                 23 lost        samples lost
 *                 24 closed      reason, see `ends`
 */
import type { AudioEnd } from './types.ts'

export const protocolVersion = 1
export const headerBytes = 12
/** One second of audio. */
export const maxPayloadBytes = 16_000

export const kinds = {
  hello: 1,
  speech: 2,
  mark: 3,
  flush: 4,
  welcome: 16,
  opened: 17,
  heard: 18,
  progress: 19,
  marked: 20,
  flushed: 21,
  underrun: 22,
  lost: 23,
  closed: 24,
} as const

/** Reasons by their number. */
export const ends: readonly AudioEnd[] = ['ended', 'transferred', 'closed', 'disconnected']

export interface Frame {
  kind: number
  channel: number
  count: number
  /** Valid while the frame is being handled. */
  payload: Buffer
}

export function writeHeader(into: Buffer, at: number, kind: number, channel: number, count: number, length: number) {
  into[at] = kind
  into[at + 1] = 0
  into.writeUInt16LE(length, at + 2)
  into.writeUInt32LE(channel, at + 4)
  into.writeUInt32LE(count >>> 0, at + 8)
}

export function encodeFrame(kind: number, channel: number, count: number, payload: Uint8Array = nothing): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length)
  writeHeader(frame, 0, kind, channel, count, payload.length)
  frame.set(payload, headerBytes)
  return frame
}

const nothing = new Uint8Array(0)

/** The bytes of samples, without a copy. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}

/** Returns a copy, because the bytes may be unaligned. An odd byte at the end is ignored. */
export function samplesOf(payload: Uint8Array): Int16Array {
  const samples = new Int16Array(payload.length >> 1)
  bytesOf(samples).set(payload.subarray(0, samples.byteLength))
  return samples
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/** Splits a stream into frames. Buffers at most one frame of `maxPayload` bytes. */
export interface FrameReader {
  /** Calls `onFrame` for each complete frame. Returns false when the stream is broken: no more of it is read. */
  read(chunk: Buffer): boolean
}

/** `onFrame` returns false for a frame that is not allowed: then the stream is broken. */
export function createFrameReader(onFrame: (frame: Frame) => boolean, maxPayload = maxPayloadBytes): FrameReader {
  let rest: Buffer = Buffer.alloc(0)
  let isBroken = false

  return {
    read(chunk) {
      if (isBroken) return false
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      while (data.length - at >= headerBytes) {
        const length = data.readUInt16LE(at + 2)
        if (length > maxPayload) {
          isBroken = true
          break
        }
        const end = at + headerBytes + length
        if (end > data.length) break
        const isFine = onFrame({
          kind: data[at]!,
          channel: data.readUInt32LE(at + 4),
          count: data.readUInt32LE(at + 8),
          payload: data.subarray(at + headerBytes, end),
        })
        if (!isFine) {
          isBroken = true
          break
        }
        at = end
      }
      // A copy, so that the large chunk around it can be freed.
      rest = isBroken || at === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(at))
      return !isBroken
    },
  }
}
