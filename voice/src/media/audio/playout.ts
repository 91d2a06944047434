import { frameSamples } from '../rtp/rtp.ts'

/** A queue of speech to play: linear samples in order, with marks between them. */
export interface Playout {
  /** Queues as many samples as fit and returns how many that are. */
  write(samples: Int16Array): number
  /** Sets a mark at this point of the speech. Returns false when too many marks are waiting. */
  mark(id: number): boolean
  /** Discards the queue, marks included. */
  flush(): void
  /** Writes the next 20 ms into `frame`. Returns false when there is nothing to play now. Reports marks and underruns. */
  take(frame: Int16Array): boolean
  /** Samples played since the beginning. */
  readonly played: number
  /** Written samples that have left the queue: played, flushed or dropped. */
  readonly consumed: number
}

export interface PlayoutHandlers {
  onMark(id: number): void
  onUnderrun(): void
}

export const maxPendingMarks = 1_000

/** Samples per block of memory, 200 ms, whatever sizes are written. */
const blockSamples = 1_600

/**
 * Creates a queue of `capacity` samples. Playing begins when `prebuffer` samples wait, or fewer with a mark at their end, and goes
 * on until the queue is empty. Empty without a mark at its end is an underrun.
 */
export function createPlayout(capacity: number, prebuffer: number, handlers: PlayoutHandlers): Playout {
  const blocks: Int16Array[] = []
  /** Next sample to read in the first block, and to write in the last one. */
  let readAt = 0
  let writeAt = blockSamples
  let queued = 0
  let written = 0
  let played = 0
  let marks: { id: number; at: number }[] = []
  let isPlaying = false
  let isComplete = true

  function write(samples: Int16Array): number {
    const accepted = Math.min(samples.length, capacity - queued)
    for (let from = 0; from < accepted;) {
      if (writeAt === blockSamples) {
        blocks.push(new Int16Array(blockSamples))
        writeAt = 0
      }
      const count = Math.min(accepted - from, blockSamples - writeAt)
      blocks.at(-1)!.set(samples.subarray(from, from + count), writeAt)
      writeAt += count
      from += count
    }
    queued += accepted
    written += samples.length
    if (accepted > 0) isComplete = false
    return accepted
  }

  function read(frame: Int16Array): number {
    let filled = 0
    while (filled < frameSamples && queued > 0) {
      const count = Math.min(frameSamples - filled, queued, blockSamples - readAt)
      frame.set(blocks[0]!.subarray(readAt, readAt + count), filled)
      filled += count
      queued -= count
      readAt += count
      if (readAt === blockSamples) dropBlock()
    }
    return filled
  }

  function dropBlock(): void {
    blocks.shift()
    readAt = 0
  }

  function empty(): void {
    blocks.length = 0
    readAt = 0
    writeAt = blockSamples
    queued = 0
  }

  function reportMarks(): void {
    while (marks.length > 0 && marks[0]!.at <= written - queued) handlers.onMark(marks.shift()!.id)
  }

  return {
    write,
    mark(id) {
      if (marks.length >= maxPendingMarks) return false
      marks.push({ id, at: written })
      isComplete = true
      reportMarks()
      return true
    },
    flush() {
      empty()
      marks = []
      isPlaying = false
      isComplete = true
    },
    take(frame) {
      if (!isPlaying) {
        if (queued === 0 || (queued < prebuffer && !isComplete)) return false
        isPlaying = true
      }
      const filled = read(frame)
      frame.fill(0, filled)
      played += filled
      if (filled < frameSamples) {
        isPlaying = false
        if (!isComplete) handlers.onUnderrun()
      }
      if (queued === 0 && isComplete) isPlaying = false
      reportMarks()
      return filled > 0
    },
    get played() {
      return played
    },
    get consumed() {
      return written - queued
    },
  }
}
