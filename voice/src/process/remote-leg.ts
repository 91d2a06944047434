import { randomUUID } from 'node:crypto'
import { createEventQueue } from '../event-queue.ts'
import type { InboundLeg, Leg, LegEvent } from '../gateway.ts'
import type { CallName, Calls } from './protocol.ts'

/** Sends a call to the voice process; `whenGone` is the answer when the process ends first. */
export type Ask = <Name extends CallName>(
  name: Name,
  args: Parameters<Calls[Name]>,
  whenGone: ReturnType<Calls[Name]>,
) => Promise<ReturnType<Calls[Name]>>

/** A leg of the voice process as the server holds it. */
export interface RemoteLeg {
  leg: Leg
  /** Takes an event the voice process sent. */
  receive(event: LegEvent): void
}

export function createRemoteLeg(id: string, attemptId: string, ask: Ask, onEnded: () => void): RemoteLeg {
  const queue = createEventQueue<LegEvent>()
  const playedMs = new Map<string, number>()
  let phase: 'waiting' | 'answered' | 'ended' = 'waiting'

  function requireAnswered(verb: string): boolean {
    if (phase === 'waiting')
      throw new Error(`Cannot ${verb}: the call has not been answered yet. Wait for the 'answered' event.`)
    return phase === 'answered'
  }

  const leg: Leg = {
    id,
    attemptId,
    events: queue,
    play(media, options = {}) {
      const playback = randomUUID()
      if (!requireAnswered('play')) return { id: playback, stop: async () => 0 }
      void ask('play', [id, playback, media, options], undefined)
      return {
        id: playback,
        stop: async () => playedMs.get(playback) ?? ask('stopPlayback', [id, playback], 0),
      }
    },
    async sendDtmf(keys) {
      if (requireAnswered('send keys')) await ask('sendDtmf', [id, keys], undefined)
    },
    async record(path) {
      if (!requireAnswered('record')) return { path, stop: async () => ({ durationMs: 0 }) }
      await ask('record', [id, path], undefined)
      return { path, stop: () => ask('stopRecording', [id], { durationMs: 0 }) }
    },
    async openAudio(options = {}) {
      if (!requireAnswered('open live audio')) return { close: async () => {} }
      await ask('openAudio', [id, options], undefined)
      let isOpen = true
      return {
        async close() {
          if (isOpen) await ask('closeAudio', [id], undefined)
          isOpen = false
        },
      }
    },
    async transfer(request, signal) {
      if (!requireAnswered('transfer') || signal?.aborted) return { ok: false, cause: 'cancelled' }
      const cancel = () => void ask('cancelTransfer', [id], undefined)
      signal?.addEventListener('abort', cancel)
      try {
        return await ask('transfer', [id, request], { ok: false, cause: 'lost' })
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    async hangup() {
      if (phase !== 'ended') await ask('hangup', [id], undefined)
    },
  }

  return {
    leg,
    receive(event) {
      if (phase === 'ended') return
      if (event.t === 'answered') phase = 'answered'
      if (event.t === 'playback' && event.state !== 'started') playedMs.set(event.id, event.playedMs)
      queue.push(event)
      if (event.t !== 'ended') return
      phase = 'ended'
      queue.close()
      onEnded()
    },
  }
}

export function createRemoteInboundLeg(
  remote: RemoteLeg,
  call: { trunkId: string; from: string; to: string },
  ask: Ask,
): InboundLeg {
  return {
    ...remote.leg,
    ...call,
    answer: () => ask('answer', [remote.leg.id], undefined),
    reject: (sip) => ask('reject', [remote.leg.id, sip], undefined),
  }
}
