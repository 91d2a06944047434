import { samplesPerMs, type AudioChannel, type Flushed, type ToListener, type ToVoice } from './types.ts'

/** The listener's side of one channel. `receive` takes the voice process's messages about its speech. */
export interface ChannelEnd {
  channel: AudioChannel
  receive: Pick<ToListener, 'progress' | 'marked' | 'flushed'>
  /** Ends the channel: nothing more is sent, and waiting speech is discarded. */
  end(): void
}

export const maxPendingMarks = 1_000
/** The largest frame of speech; longer speech is split. */
const maxPieceSamples = 8_000

/** An item to send when there is room for it: speech, or a mark. */
interface Waiting {
  samples: Int16Array | null
  mark: number
  done(): void
}

interface Flush {
  id: number
  /** Samples sent before it. */
  sent: number
  resolve(flushed: Flushed): void
}

/** At most `windowSamples` may be in transit or waiting in the voice process. Counts are in samples. */
export function createChannel(
  number: number,
  legId: string,
  windowSamples: number,
  voice: ToVoice,
  onMark: (name: string, playedMs: number) => void,
): ChannelEnd {
  let sent = 0
  let consumed = 0
  let played = 0
  let playedAtMark = 0
  let lastId = 0
  let isOpen = true
  let marks: { id: number; name: string }[] = []
  let waiting: Waiting[] = []
  const flushes: Flush[] = []

  const hasRoom = ({ samples }: Waiting) => samples === null || sent - consumed + samples.length <= windowSamples

  function serve(): void {
    while (waiting.length > 0 && hasRoom(waiting[0]!)) {
      const { samples, mark, done } = waiting.shift()!
      if (samples === null) voice.mark(number, mark)
      else {
        sent += samples.length
        voice.audio(number, samples)
      }
      done()
    }
  }

  function letGo(): void {
    const dropped = waiting
    waiting = []
    for (const { done } of dropped) done()
  }

  function report(pending: string[]): Flushed {
    const sinceMarkMs = (played - playedAtMark) / samplesPerMs
    playedAtMark = played
    return { playedMs: played / samplesPerMs, sinceMarkMs, pending }
  }

  const channel: AudioChannel = {
    legId,
    send(samples) {
      if (!isOpen || samples.length === 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const pieceSamples = Math.min(maxPieceSamples, windowSamples)
      for (let from = 0; from < samples.length; from += pieceSamples) {
        const isLast = from + pieceSamples >= samples.length
        const done = isLast ? resolve : () => {}
        waiting.push({ samples: samples.subarray(from, from + pieceSamples), mark: 0, done })
      }
      serve()
      return promise
    },
    mark(name) {
      if (!isOpen) return
      if (marks.length >= maxPendingMarks)
        throw new Error(`This call has ${maxPendingMarks} marks that were not reached yet. Wait for them, or flush.`)
      marks.push({ id: ++lastId, name })
      waiting.push({ samples: null, mark: lastId, done() {} })
      serve()
    },
    flush() {
      letGo()
      if (!isOpen) return Promise.resolve(report([]))
      const { promise, resolve } = Promise.withResolvers<Flushed>()
      flushes.push({ id: ++lastId, sent, resolve })
      voice.flush(number, lastId)
      return promise
    },
  }

  return {
    channel,
    receive: {
      progress(_, nowPlayed, nowConsumed) {
        played = nowPlayed
        consumed = Math.max(consumed, nowConsumed)
        serve()
      },
      marked(_, id, nowPlayed) {
        const mark = marks.find((each) => each.id === id)
        if (!mark) return
        marks = marks.filter((each) => each !== mark)
        played = playedAtMark = nowPlayed
        onMark(mark.name, nowPlayed / samplesPerMs)
      },
      flushed(_, id, nowPlayed) {
        const flush = flushes[0]
        if (flush?.id !== id) return
        flushes.shift()
        played = nowPlayed
        consumed = Math.max(consumed, flush.sent)
        const isBefore = (mark: { id: number }) => mark.id < id
        const pending = marks.filter(isBefore).map(({ name }) => name)
        marks = marks.filter((mark) => !isBefore(mark))
        flush.resolve(report(pending))
        serve()
      },
    },
    end() {
      isOpen = false
      letGo()
      const pending = marks.map(({ name }) => name)
      marks = []
      for (const { resolve } of flushes.splice(0)) resolve(report(pending))
    },
  }
}
