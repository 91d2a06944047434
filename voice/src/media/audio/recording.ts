import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

import type { Clock } from '../../clock.ts'
import { decodingTable } from './g711.ts'
import { timestampDelta } from '../rtp/rtp.ts'
import type { Codec } from '../types.ts'
import { wavHeader, wavHeaderBytes } from './wav.ts'

const channels = 2
const blockBytes = channels * 2
const samplesPerMs = 8

/** Samples buffered per channel: 1 s, within which packets may arrive late or out of order. */
const windowSamples = 8192
/** Samples older than this are written to the disk. */
const settledSamples = 4000
/** A stream more than 400 ms away from its expected time has restarted. */
const maxDriftSamples = 3200
/** When the disk is too slow, audio that does not fit is replaced by silence; later audio keeps its position. */
const maxPendingBytes = 1_048_576
/** The header is updated every this many writes (5 s), so that the file is readable after a crash. */
const writesPerHeader = 10

export type Side = 'left' | 'right'

/** Records two streams into one stereo WAV, each packet at the position of its RTP timestamp; gaps are silence. */
export interface Recorder {
  /** `bytes` from `start` up to `end` are G.711. */
  add(side: Side, codec: Codec, timestamp: number, bytes: Buffer, start: number, end: number): void
  /** Writes the samples that are old enough. To be called about twice a second. */
  flush(): void
  /** Writes the rest and closes the file. Throws the first error of writing. Idempotent. */
  stop(): Promise<{ durationMs: number }>
}

/** Throws when the file cannot be created. `onError` is called once, for a later failure. */
export async function createRecorder(path: string, clock: Clock, onError: (error: Error) => void): Promise<Recorder> {
  const file = createWriter(await open(path, 'w'), onError)
  const startedAt = clock.monotonic()
  const window = new Int16Array(windowSamples * channels)
  const streams = {
    left: { channel: 0, position: 0, timestamp: 0, begun: false },
    right: { channel: 1, position: 0, timestamp: 0, begun: false },
  }
  /** The first sample still in the window. */
  let settled = 0
  /** The end of the latest packet: a burst may run ahead of time. */
  let written = 0
  let stopped: Promise<{ durationMs: number }> | null = null

  const elapsed = () => Math.floor((clock.monotonic() - startedAt) * samplesPerMs)

  function add(side: Side, codec: Codec, timestamp: number, bytes: Buffer, start: number, end: number): void {
    if (stopped) return
    const stream = streams[side]
    const now = elapsed()
    let position = stream.position + timestampDelta(timestamp, stream.timestamp)
    if (!stream.begun || Math.abs(position - now) > maxDriftSamples) position = now
    stream.begun = true
    stream.position = position
    stream.timestamp = timestamp

    if (position + end - start > settled + windowSamples) settle(position - settledSamples)
    const table = decodingTable(codec)
    for (let i = start; i < end; i++, position++) {
      if (position >= settled && position < settled + windowSamples)
        window[(position % windowSamples) * channels + stream.channel] = table[bytes[i]!]!
    }
    written = Math.max(written, position)
  }

  function settle(upTo: number): void {
    const count = Math.min(upTo - settled, windowSamples)
    if (count <= 0) return
    const chunk = Buffer.alloc(count * blockBytes)
    for (let i = 0; i < count; i++) {
      const from = ((settled + i) % windowSamples) * channels
      chunk.writeInt16LE(window[from]!, i * blockBytes)
      chunk.writeInt16LE(window[from + 1]!, i * blockBytes + 2)
      window[from] = window[from + 1] = 0
    }
    file.write(settled, chunk)
    settled = Math.max(upTo, settled + count)
  }

  async function finish(): Promise<{ durationMs: number }> {
    const length = Math.max(elapsed(), settled, written)
    settle(length)
    await file.close(length)
    return { durationMs: length / samplesPerMs }
  }

  return {
    add,
    flush: () => settle(elapsed() - settledSamples),
    stop: () => (stopped ??= finish()),
  }
}

/** Writes one after the other at their positions, buffering at most `maxPendingBytes`. */
function createWriter(handle: FileHandle, onError: (error: Error) => void) {
  let queue: Promise<unknown> = Promise.resolve()
  let pendingBytes = 0
  let writes = 0
  let failure: Error | null = null

  function enqueue(step: () => Promise<unknown>): void {
    queue = queue
      .then(() => (failure ? undefined : step()))
      .catch((error: Error) => {
        failure = error
        onError(error)
      })
  }

  function write(sample: number, chunk: Buffer): void {
    if (pendingBytes + chunk.length > maxPendingBytes) return
    pendingBytes += chunk.length
    const at = wavHeaderBytes + sample * blockBytes
    const header = ++writes % writesPerHeader === 0 ? wavHeader(channels, sample + chunk.length / blockBytes) : null
    enqueue(async () => {
      await handle.write(chunk, 0, chunk.length, at)
      if (header) await handle.write(header, 0, wavHeaderBytes, 0)
      pendingBytes -= chunk.length
    })
  }

  async function close(samples: number): Promise<void> {
    enqueue(() => handle.truncate(wavHeaderBytes + samples * blockBytes))
    enqueue(() => handle.write(wavHeader(channels, samples), 0, wavHeaderBytes, 0))
    await queue
    await handle.close()
    if (failure) throw failure
  }

  enqueue(() => handle.write(wavHeader(channels, 0), 0, wavHeaderBytes, 0))
  return { write, close }
}
