/** Keys as RTP events, RFC 4733. */
import type { Keypress } from '../../gateway.ts'
import { frameSamples, timestampDelta } from './rtp.ts'

const keys = '0123456789*#ABCD'
const endBit = 0x80
/** -10 dBm0, what telephones send. */
const volume = 10
const eventBytes = 4

export interface DtmfReceiver {
  /** Takes a telephone-event payload and its packet's timestamp. Returns the key on the first packet of each press, else null. */
  receive(payload: Buffer, timestamp: number): Keypress | null
  /** The stream restarted: timestamps cannot be compared with earlier ones. */
  reset(): void
}

export function createDtmfReceiver(): DtmfReceiver {
  let last: { event: number; timestamp: number; duration: number; ended: boolean } | null = null

  function receive(payload: Buffer, timestamp: number): Keypress | null {
    if (payload.length < eventBytes || payload[0]! >= keys.length) return null
    const event = payload[0]!
    const ended = (payload[1]! & endBit) !== 0
    const duration = payload.readUInt16BE(2)

    const later = last === null ? 1 : timestampDelta(timestamp, last.timestamp)
    if (last !== null && later === 0) {
      last.duration = Math.max(last.duration, duration)
      last.ended ||= ended
      return null
    }
    if (later < 0) return null
    // A press longer than 8 s continues in a segment that begins where the last one ended (2.5.1.3); some senders move
    // the timestamp along with every packet.
    const continues = last !== null && last.event === event && !last.ended && later <= last.duration
    last = { event, timestamp, duration, ended }
    return continues ? null : (keys[event] as Keypress)
  }

  return {
    receive,
    reset() {
      last = null
    },
  }
}

export interface DtmfFrame {
  /** Four bytes, valid until the next call. */
  payload: Buffer
  /** The timestamp of the press, the same in all its packets. */
  timestamp: number
  marker: boolean
}

export interface DtmfSender {
  /** Resolves after the last key and its pause. Throws on a character that is not a key. */
  press(text: string): Promise<void>
  /** True during a key or its pause, when no audio is sent. */
  readonly busy: boolean
  /** The packet of this 20 ms, null in a pause. Call only when busy. */
  next(timestamp: number): DtmfFrame | null
  /** Drops the remaining keys and resolves their promises. */
  clear(): void
}

const toneFrames = 5
const pauseFrames = 3
/** The end packet is sent three times; the repeats fall into the pause. */
const endRepeats = 2

export function createDtmfSender(): DtmfSender {
  const queue: { event: number; done: (() => void) | null }[] = []
  const frame: DtmfFrame = { payload: Buffer.alloc(eventBytes), timestamp: 0, marker: false }
  let step = 0

  function next(timestamp: number): DtmfFrame | null {
    const { event, done } = queue[0]!
    const at = step++
    if (step === toneFrames + pauseFrames) {
      step = 0
      queue.shift()
      done?.()
    }
    if (at >= toneFrames + endRepeats) return null
    if (at === 0) frame.timestamp = timestamp
    frame.marker = at === 0
    frame.payload[0] = event
    frame.payload[1] = at >= toneFrames - 1 ? volume | endBit : volume
    frame.payload.writeUInt16BE(Math.min(at + 1, toneFrames) * frameSamples, 2)
    return frame
  }

  return {
    next,
    get busy() {
      return queue.length > 0
    },
    press(text) {
      const events = Array.from(text.toUpperCase(), (key) => {
        const event = keys.indexOf(key)
        if (event < 0) throw new RangeError(`"${key}" is not a DTMF key: use 0-9, *, #, A-D.`)
        return event
      })
      if (events.length === 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      events.forEach((event, i) => queue.push({ event, done: i === events.length - 1 ? resolve : null }))
      return promise
    },
    clear() {
      for (const { done } of queue.splice(0)) done?.()
      step = 0
    },
  }
}
