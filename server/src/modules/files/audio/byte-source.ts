import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { AudioError } from './audio-error.ts'

/** Reads a file at any position through a few buffers: containers have tables in one place and sound in another. */
export interface ByteSource extends Disposable {
  readonly sizeBytes: number
  /** Returns these bytes, valid until the next call. Throws `AudioError` (`truncated`) past the end of the file. */
  at(position: number, sizeBytes: number): Buffer
}

interface Window {
  bytes: Buffer
  start: number
  end: number
}

const windowBytes = 64 * 1024
const windowCount = 4

export function openBytes(path: string): ByteSource {
  const file = openSync(path, 'r')
  const { size: sizeBytes } = fstatSync(file)
  // The least recently used first.
  const windows: Window[] = []
  const read = (start: number, wanted: number): Window => {
    const reused = windows.length < windowCount ? undefined : windows.shift()
    const bytes = reused && reused.bytes.length >= wanted ? reused.bytes : Buffer.alloc(Math.max(wanted, windowBytes))
    return { bytes, start, end: start + readSync(file, bytes, 0, bytes.length, start) }
  }
  return {
    sizeBytes,
    at(position, wanted) {
      if (position + wanted > sizeBytes) throw truncated()
      const known = windows.findLastIndex(({ start, end }) => position >= start && position + wanted <= end)
      const window = known < 0 ? read(position, wanted) : windows[known]!
      if (position + wanted > window.end) throw truncated()
      if (known < 0) windows.push(window)
      else if (known < windows.length - 1) windows.push(...windows.splice(known, 1))
      return window.bytes.subarray(position - window.start, position - window.start + wanted)
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}

const truncated = () =>
  new AudioError('truncated', 'Part of this sound file is missing. Please record or upload it again.')
