import { readFile, stat } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'

import { encode } from './g711.ts'
import type { Codec } from '../types.ts'
import { parseWav, WavError } from './wav.ts'

/** A cache of audio files: each is read and encoded once per law, and the least recently used is dropped first. */
export interface AudioLibrary {
  /** Throws `WavError`, or an error naming the file that cannot be read. A file that changed is read again. */
  load(path: string, codec: Codec): Promise<Buffer>
  /** The size of the cache in bytes. */
  sizeBytes(): number
}

/** 10 s of audio, about 0.1 ms of work: encoding a long file must not delay the pacer. */
const sliceSamples = 80_000

export function createAudioLibrary(maxBytes: number): AudioLibrary {
  // A Map keeps the order of insertion: the first is the least recently used.
  const entries = new Map<string, { audio: Promise<Buffer>; bytes: number }>()
  let held = 0

  async function load(path: string, codec: Codec): Promise<Buffer> {
    const { mtimeMs, size } = await stat(path)
    const key = `${codec} ${mtimeMs} ${size} ${path}`
    const entry = entries.get(key) ?? { audio: read(path, codec), bytes: 0 }
    entries.delete(key)
    entries.set(key, entry)
    try {
      const audio = await entry.audio
      if (entry.bytes === 0 && entries.get(key) === entry) {
        entry.bytes = audio.length
        held += audio.length
        forgetOldest()
      }
      return audio
    } catch (error) {
      entries.delete(key)
      throw error
    }
  }

  function forgetOldest(): void {
    for (const [key, { bytes }] of entries) {
      if (held <= maxBytes) return
      // It is still being read, and counted afterwards.
      if (bytes === 0) continue
      entries.delete(key)
      held -= bytes
    }
  }

  return { load, sizeBytes: () => held }
}

async function read(path: string, codec: Codec): Promise<Buffer> {
  const samples = parse(path, await readFile(path))
  const audio = Buffer.alloc(samples.length)
  for (let at = 0; at < samples.length; at += sliceSamples) {
    if (at > 0) await setImmediate()
    encode(codec, samples.subarray(at, at + sliceSamples), audio, at)
  }
  return audio
}

function parse(path: string, file: Buffer): Int16Array {
  try {
    return parseWav(file)
  } catch (error) {
    if (error instanceof WavError) error.message = `${path}: ${error.message}`
    throw error
  }
}
