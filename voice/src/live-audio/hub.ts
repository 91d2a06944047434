import type { Clock } from '../clock.ts'
import type { LegEvent } from '../gateway.ts'
import type { LiveAudio } from '../media/live-audio.ts'
import type { MediaSession } from '../media/types.ts'
import { samplesPerMs, type AudioOptions, type LegAudio, type ToListener, type ToVoice } from './types.ts'

/** A leg whose audio can be opened. */
export interface AudibleLeg {
  readonly id: string
  readonly session: MediaSession
  emit(event: LegEvent): void
}

/** The listener's end of the hub. */
export interface Attachment extends ToVoice {
  /** Returns false when more marks are pending than a listener may have. */
  mark(channel: number, mark: number): boolean
  /** The listener was too slow: this many samples of the channel were dropped. */
  reportLost(channel: number, samples: number): void
  detach(): void
}

/** All open channels of a gateway, and the listener they are bound to. */
export interface AudioHub {
  /** Opens the audio of a leg. Throws the errors of `MediaSession.openAudio`. */
  open(leg: AudibleLeg, options: AudioOptions): LegAudio
  /** Binds all channels, present and future, to this listener. Calls `onDetached` of the listener before. */
  attach(listener: ToListener, onDetached: () => void): Attachment
  /** Detaches the listener. */
  close(): void
}

interface Channel {
  number: number
  leg: AudibleLeg
  live: LiveAudio
}

export function createAudioHub(clock: Clock): AudioHub {
  const channels = new Map<number, Channel>()
  let listener: ToListener | null = null
  let detachListener: (() => void) | null = null
  let opened = 0

  function notifyLeg({ leg }: Channel, state: 'waiting' | 'listening' | 'closed'): void {
    leg.emit({ t: 'audio', at: clock.now(), state })
  }

  /** Announces a channel to the listener, and reports to the leg that it has a listener. */
  function present(channel: Channel, to: ToListener): void {
    to.opened(channel.number, channel.leg.id, channel.live.capacity)
    notifyLeg(channel, 'listening')
  }

  function open(leg: AudibleLeg, options: AudioOptions): LegAudio {
    const number = ++opened
    const live = leg.session.openAudio(options, {
      onHeard: (samples, position) => listener?.heard(number, samples, position),
      onProgress: (played, consumed) => listener?.progress(number, played, consumed),
      onMark: (mark, played) => listener?.marked(number, mark, played),
      onUnderrun: () => listener?.underrun(number),
      onClosed(reason) {
        const channel = channels.get(number)
        if (!channel) return
        channels.delete(number)
        notifyLeg(channel, 'closed')
        listener?.closed(number, reason)
      },
    })
    const channel = { number, leg, live }
    channels.set(number, channel)
    if (listener) present(channel, listener)
    else notifyLeg(channel, 'waiting')
    return { close: async () => live.close() }
  }

  function attach(next: ToListener, onDetached: () => void): Attachment {
    detachListener?.()
    const isAttached = () => listener === next
    function detach(): void {
      if (!isAttached()) return
      listener = detachListener = null
      onDetached()
      for (const channel of channels.values()) notifyLeg(channel, 'waiting')
    }
    listener = next
    detachListener = detach
    for (const channel of channels.values()) present(channel, next)
    const live = (channel: number) => (isAttached() ? channels.get(channel)?.live : undefined)
    return {
      audio: (channel, samples) => live(channel)?.write(samples),
      mark: (channel, mark) => live(channel)?.mark(mark) ?? true,
      flush(channel, flush) {
        const flushed = live(channel)
        if (flushed) next.flushed(channel, flush, flushed.flush())
      },
      reportLost(number, samples) {
        const channel = channels.get(number)
        channel?.leg.emit({ t: 'audio', at: clock.now(), state: 'lost', lostMs: samples / samplesPerMs })
      },
      detach,
    }
  }

  return { open, attach, close: () => detachListener?.() }
}
