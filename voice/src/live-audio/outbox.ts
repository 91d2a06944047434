import { headerBytes, kinds, uint32, writeHeader, ends, bytesOf, encodeFrame } from './frames.ts'
import type { ToListener } from './types.ts'

/** The writing methods of `net.Socket`. */
export interface Sink {
  /** Bytes that the other side has not taken yet. */
  readonly writableLength: number
  write(data: Uint8Array): unknown
  cork(): void
  uncork(): void
}

/** Outgoing frames of a listener, collected and written once every 20 ms. */
export interface Outbox extends ToListener {
  /**
   * Writes the collected frames, when the listener has read everything written before. Otherwise they are kept, audio for
   * 2 s: then the oldest is dropped. Returns false when the listener has read nothing for 5 s, or too many notices wait.
   */
  tick(): boolean
}

/** Called with samples dropped because the listener was too slow. */
export type OnLost = (channel: number, samples: number) => void

const maxTicksKept = 100
const maxTicksBlocked = 250
const maxNoticeBytes = 1024 * 1024
const firstBatchBytes = 16 * 1024

export function createOutbox(sink: Sink, onLost: OnLost): Outbox {
  /** Audio of the ticks before this one, oldest first. */
  let kept: Buffer[] = []
  let batch = Buffer.allocUnsafe(firstBatchBytes)
  let batchBytes = 0
  /** Notices go before the audio of their tick; `closed` of a channel goes after it. */
  let notices: Buffer[] = []
  let farewells: Buffer[] = []
  let noticeBytes = 0
  let ticksBlocked = 0
  const lost = new Map<number, number>()

  function note(kind: number, channel: number, count: number, payload?: Uint8Array, into = notices): void {
    const frame = encodeFrame(kind, channel, count, payload)
    noticeBytes += frame.length
    into.push(frame)
  }

  function closeBatch(): void {
    if (batchBytes === 0) return
    kept.push(batch.subarray(0, batchBytes))
    batch = Buffer.allocUnsafe(Math.max(firstBatchBytes, batchBytes * 2))
    batchBytes = 0
    if (kept.length > maxTicksKept) drop(kept.shift()!)
  }

  function drop(frames: Buffer): void {
    for (let at = 0; at < frames.length;) {
      const length = frames.readUInt16LE(at + 2)
      const channel = frames.readUInt32LE(at + 4)
      lost.set(channel, (lost.get(channel) ?? 0) + length / 2)
      at += headerBytes + length
    }
  }

  function reportLost(): void {
    for (const [channel, samples] of lost) {
      note(kinds.lost, channel, samples)
      onLost(channel, samples)
    }
    lost.clear()
  }

  function writeAll(): void {
    reportLost()
    const parts = [...notices, ...kept, ...farewells]
    notices = []
    farewells = []
    kept = []
    noticeBytes = 0
    if (parts.length === 0) return
    sink.cork()
    for (const part of parts) sink.write(part)
    sink.uncork()
  }

  return {
    opened: (channel, legId, windowSamples) => note(kinds.opened, channel, windowSamples, Buffer.from(legId)),
    heard(channel, samples, position) {
      const bytes = samples.byteLength
      if (batchBytes + headerBytes + bytes > batch.length) {
        const larger = Buffer.allocUnsafe(2 * (batch.length + headerBytes + bytes))
        batch.copy(larger, 0, 0, batchBytes)
        batch = larger
      }
      writeHeader(batch, batchBytes, kinds.heard, channel, position, bytes)
      batch.set(bytesOf(samples), batchBytes + headerBytes)
      batchBytes += headerBytes + bytes
    },
    progress: (channel, played, consumed) => note(kinds.progress, channel, played, uint32(consumed)),
    marked: (channel, mark, played) => note(kinds.marked, channel, played, uint32(mark)),
    flushed: (channel, flush, played) => note(kinds.flushed, channel, played, uint32(flush)),
    underrun: (channel) => note(kinds.underrun, channel, 0),
    lost: (channel, samples) => note(kinds.lost, channel, samples),
    closed: (channel, reason) => note(kinds.closed, channel, ends.indexOf(reason), undefined, farewells),
    tick() {
      closeBatch()
      if (sink.writableLength === 0) {
        ticksBlocked = 0
        writeAll()
        return true
      }
      if (++ticksBlocked < maxTicksBlocked && noticeBytes <= maxNoticeBytes) return true
      reportLost()
      return false
    },
  }
}
