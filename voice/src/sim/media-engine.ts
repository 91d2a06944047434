import type { Clock, Timer } from '../clock.ts'
import type { Keypress, Playback } from '../gateway.ts'
import { createLiveAudio } from '../media/live-audio.ts'
import type { LiveAudio } from '../media/live-audio.ts'
import { NoPorts } from '../media/rtp/ports.ts'
import { frameMs, frameSamples } from '../media/rtp/rtp.ts'
import type { Answers } from '../callee.ts'
import type { MediaEngine, MediaHandlers, MediaSession, MediaStats } from '../media/types.ts'
import { toneMs } from '../media/audio/tone.ts'
import type { SimNetwork } from './network.ts'

export interface SimMediaOptions {
  clock: Clock
  /** How long a file plays, in ms. */
  durationMs: (file: { path: string }) => number
  mediaTimeoutMs: number
  ports: number
}

/** The session as the simulated callee sees it. */
export interface SimSession extends MediaSession {
  /** The other side pressed a key. */
  hear(key: Keypress): void
  /** The other side says what it hears. */
  echoes: boolean
  /** What the statistics of the call show. */
  line: Answers['line']
  /** The other side sends no more. */
  fallSilent(): void
  /** One half of `bridge`. */
  join(peer: SimSession): void
  /** Where keys we send arrive. */
  onKeysSent: ((keys: string) => void) | null
}

const packets = 1000

function statsOf(line: Answers['line']): MediaStats {
  const { lossPercent, jitterMs, roundTripMs } = line ?? { lossPercent: 0, jitterMs: 0, roundTripMs: null }
  const packetsLost = (packets * lossPercent) / 100
  return {
    packetsSent: line ? packets : 0,
    packetsReceived: line ? packets - packetsLost : 0,
    packetsLost,
    jitterMs,
    meanJitterMs: jitterMs,
    reported: line ? { packetsLost: 0, jitterMs: 0, roundTripMs } : null,
  }
}

/** A key lasts 100 ms, the pause after it 60 ms, as in the real engine. */
const keyMs = 160

/** Media without audio: only the times at which things begin and end. */
export function createSimMediaEngine(
  { clock, durationMs, mediaTimeoutMs, ports }: SimMediaOptions,
  network: SimNetwork,
): MediaEngine {
  let opened = 0

  function everyFrame(tick: () => void): () => void {
    let timer: Timer
    const run = () => {
      timer = clock.setTimeout(run, frameMs)
      tick()
    }
    timer = clock.setTimeout(run, frameMs)
    return () => timer.cancel()
  }

  function createSession(handlers: MediaHandlers): SimSession {
    const name = `sim-session-${++opened}`
    let playing: { id: string; startedAt: number; lengthMs: number; timer: Timer | null } | null = null
    let played = 0
    let silence: Timer | null = null
    let other: SimSession | null = null
    let live: LiveAudio | null = null

    function stopPlaying(state: 'finished' | 'stopped'): number {
      if (!playing) return 0
      const { id, startedAt, lengthMs, timer } = playing
      playing = null
      timer?.cancel()
      const playedMs = Math.min(clock.monotonic() - startedAt, lengthMs)
      handlers.onPlayback?.(id, state, playedMs)
      return playedMs
    }

    const session: SimSession = {
      port: opened,
      codec: 'PCMU',
      dtmf: 'rfc4733',
      onKeysSent: null,
      echoes: false,
      line: undefined,
      offer: () => name,
      applyAnswer() {},
      answerOffer: () => name,
      start() {},
      play(media, options = {}): Playback {
        stopPlaying('stopped')
        const id = `${name}-${++played}`
        const lengthMs = options.loop ? Infinity : 'tone' in media ? toneMs[media.tone] : durationMs(media)
        let playedMs: number | null = null
        playing = {
          id,
          startedAt: clock.monotonic(),
          lengthMs,
          timer: Number.isFinite(lengthMs)
            ? clock.setTimeout(() => (playedMs = stopPlaying('finished')), lengthMs)
            : null,
        }
        handlers.onPlayback?.(id, 'started', 0)
        return {
          id,
          async stop() {
            if (playing?.id === id) playedMs = stopPlaying('stopped')
            return playedMs ?? 0
          },
        }
      },
      playSignal: () => ({ id: `${name}-signal`, stop: async () => 0 }),
      async sendDtmf(keys) {
        for (const key of keys) {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, keyMs))
          session.onKeysSent?.(key)
        }
      },
      async record(path) {
        const startedAt = clock.monotonic()
        return { path, stop: async () => ({ durationMs: clock.monotonic() - startedAt }) }
      },
      openAudio(options, audioHandlers) {
        if (live) throw new Error("This leg's live audio is open already: close that channel first.")
        if (other) throw new Error('This leg is bridged: its audio belongs to the other party.')
        let position = 0
        const opened = createLiveAudio(options, {
          ...audioHandlers,
          onClosed(reason) {
            live = null
            stop()
            audioHandlers.onClosed(reason)
          },
        })
        const stop = everyFrame(() => {
          const frame = new Int16Array(frameSamples)
          const said = !playing && opened.take(frame)
          if (live !== opened) return
          audioHandlers.onHeard(said && session.echoes ? frame : new Int16Array(frameSamples), position)
          position += frameSamples
        })
        live = opened
        return opened
      },
      bridge(peer) {
        session.join(network.sessions.get(peer.offer())!)
        other!.join(session)
      },
      unbridge() {
        const left = other
        other = null
        left?.unbridge()
      },
      join(peer) {
        stopPlaying('stopped')
        live?.close('transferred')
        other = peer
      },
      stats: () => statsOf(session.line),
      close() {
        if (!network.sessions.delete(name)) return
        session.unbridge()
        stopPlaying('stopped')
        live?.close('ended')
        silence?.cancel()
      },
      hear(key) {
        other?.onKeysSent?.(key)
        handlers.onDtmf?.(key)
      },
      fallSilent() {
        silence ??= clock.setTimeout(() => handlers.onTimeout?.(), mediaTimeoutMs)
      },
    }
    network.sessions.set(name, session)
    return session
  }

  return {
    createSession: async (handlers) => {
      if (network.sessions.size >= ports) throw new NoPorts({ from: 1, to: ports })
      return createSession(handlers)
    },
    everyFrame,
    lateness: () => ({ p50Ms: 0, p99Ms: 0, maxMs: 0 }),
    freePorts: () => ports - network.sessions.size,
    async close() {},
  }
}
