import { createChannel, type ChannelEnd } from './channel.ts'
import {
  samplesPerMs,
  type AudioEnd,
  type AudioHandlers,
  type TakeChannel,
  type ToListener,
  type ToVoice,
} from './types.ts'

/** The listener's side of all its channels: receives the voice process's messages, and sends through `voice`. */
export interface Channels extends ToListener {
  /** The connection has ended: ends every channel. */
  end(): void
}

interface OpenChannel extends ChannelEnd {
  handlers: AudioHandlers
  underruns: number
}

export function createChannels(voice: ToVoice, take: TakeChannel): Channels {
  const channels = new Map<number, OpenChannel>()

  function closed(number: number, reason: AudioEnd): void {
    const channel = channels.get(number)
    channels.delete(number)
    channel?.end()
    channel?.handlers.onClosed?.(reason)
  }

  return {
    opened(number, legId, windowSamples) {
      const end = createChannel(number, legId, windowSamples, voice, (name, playedMs) =>
        channels.get(number)?.handlers.onMark?.(name, playedMs),
      )
      channels.set(number, { ...end, handlers: take(end.channel), underruns: 0 })
    },
    heard: (number, samples, position) => channels.get(number)?.handlers.onAudio(samples, position),
    progress: (number, played, consumed) => channels.get(number)?.receive.progress(number, played, consumed),
    marked: (number, mark, played) => channels.get(number)?.receive.marked(number, mark, played),
    flushed: (number, flush, played) => channels.get(number)?.receive.flushed(number, flush, played),
    underrun(number) {
      const channel = channels.get(number)
      channel?.handlers.onUnderrun?.(++channel.underruns)
    },
    lost: (number, samples) => channels.get(number)?.handlers.onLost?.(samples / samplesPerMs),
    closed,
    end() {
      for (const number of channels.keys()) closed(number, 'disconnected')
    },
  }
}
