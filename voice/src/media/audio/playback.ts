import { randomUUID } from 'node:crypto'

import type { Playback } from '../../gateway.ts'
import { silence } from './g711.ts'
import { frameSamples } from '../rtp/rtp.ts'
import type { Codec, MediaHandlers } from '../types.ts'

/** G.711 has 8 samples, and so 8 bytes, per ms. */
const bytesPerMs = 8

export type LoadAudio = (codec: Codec) => Buffer | Promise<Buffer>

/** The result of `play` on a leg that has ended. */
export function endedPlayback(): Playback {
  return { id: randomUUID(), stop: () => Promise.resolve(0) }
}

/** Plays one sound or file at a time into the stream. */
export interface Player {
  /** Stops the current playback and starts this one. With `codec` null reading waits until a codec is agreed on. */
  play(load: LoadAudio, codec: Codec | null, options: { loop: boolean; announced: boolean }): Playback
  /** Writes the next 20 ms at `at`. Returns false when there is nothing to play (yet). */
  fill(codec: Codec, into: Buffer, at: number): boolean
  stop(): void
  /** True while something plays or is about to. */
  readonly playing: boolean
}

interface Track {
  id: string
  load: LoadAudio
  loop: boolean
  announced: boolean
  audio: Buffer | null
  /** The law in which `audio` is encoded, or is being read. */
  codec: Codec | null
  position: number
  /** Bytes sent. */
  sent: number
}

export function createPlayer(handlers: MediaHandlers): Player {
  let current: Track | null = null

  function end(track: Track, state: 'finished' | 'stopped'): void {
    if (current !== track) return
    current = null
    if (track.announced) handlers.onPlayback?.(track.id, state, track.sent / bytesPerMs)
  }

  function load(track: Track, codec: Codec): void {
    track.codec = codec
    track.audio = null
    const use = (audio: Buffer) => {
      if (track.codec === codec) track.audio = audio
    }
    const audio = track.load(codec)
    if (Buffer.isBuffer(audio)) return use(audio)
    audio.then(use, (error: Error) => {
      if (current !== track) return
      handlers.onError?.(error)
      end(track, 'stopped')
    })
  }

  function play(loader: LoadAudio, codec: Codec | null, options: { loop: boolean; announced: boolean }): Playback {
    if (current) end(current, 'stopped')
    const track: Track = {
      id: randomUUID(),
      load: loader,
      ...options,
      audio: null,
      codec: null,
      position: 0,
      sent: 0,
    }
    current = track
    if (codec !== null) load(track, codec)
    return {
      id: track.id,
      stop() {
        end(track, 'stopped')
        return Promise.resolve(track.sent / bytesPerMs)
      },
    }
  }

  function fill(codec: Codec, into: Buffer, at: number): boolean {
    const track = current
    if (track === null) return false
    if (track.codec !== codec) load(track, codec)
    const { audio } = track
    if (audio === null) return false
    if (track.sent === 0 && track.announced) handlers.onPlayback?.(track.id, 'started', 0)

    let filled = 0
    while (filled < frameSamples && audio.length > 0) {
      const copied = audio.copy(into, at + filled, track.position, track.position + frameSamples - filled)
      filled += copied
      track.position += copied
      if (track.position < audio.length) continue
      if (!track.loop) break
      track.position = 0
    }
    into.fill(silence[codec], at + filled, at + frameSamples)
    track.sent += filled
    if (audio.length === 0 || track.position >= audio.length) end(track, 'finished')
    return true
  }

  return {
    play,
    fill,
    stop() {
      if (current) end(current, 'stopped')
    },
    get playing() {
      return current !== null
    },
  }
}
