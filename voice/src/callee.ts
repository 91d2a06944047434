import type { Keypress, MediaRef, RtpStats } from './gateway.ts'

/** The behaviour of a called party, as data. The simulator and the loopback carrier behave the same. */
export type CalleeBehaviour = Answers | Rejects | RingsForever | Unreachable

export interface Answers {
  does: 'answer'
  /** From the INVITE to the 200, ringing meanwhile. */
  afterMs: number
  /** Sends a 183 with audio before the answer. */
  earlyMedia?: boolean
  /** Audio the callee plays in a loop (the simulator has no audio). Default: silence. */
  plays?: MediaRef
  /** Records the call into this file, as `Leg.record` does; the left channel is what the callee hears (not in the simulator). */
  records?: string
  /** Sends back the audio it hears, at least 40 ms later. */
  echoes?: boolean
  /** The line to the callee (only in the simulator). Default: no sound is counted, so a call has no quality. */
  line?: { lossPercent: number; jitterMs: number; roundTripMs: number }
  /** Keys pressed by RFC 4733, each `afterMs` after the answer. */
  keys?: { key: Keypress; afterMs: number }[]
  /** Hangs up this long after the answer. Default: the callee waits for the other side to hang up. */
  hangUpAfterMs?: number
  /** Stops sending audio this long after the answer, and does not hang up. */
  goesSilentAfterMs?: number
  /** The carrier's response to a REFER on this call. Default `refuse` (603), as most carriers do. */
  refer?: 'accept' | 'refuse'
}

interface Rejects {
  does: 'reject'
  status: number
  afterMs: number
  /** Plays an announcement in a 183 first. */
  earlyMedia?: boolean
}

/** 180 and nothing more. */
interface RingsForever {
  does: 'ring'
}

/** Sends no response, not even a 100. */
interface Unreachable {
  does: 'nothing'
}

/** The callee rings, and answers after `afterMs`. */
export const answers = (afterMs: number, more: Omit<Answers, 'does' | 'afterMs'> = {}): CalleeBehaviour => ({
  does: 'answer',
  afterMs,
  ...more,
})
/** The callee sends this SIP status after `afterMs`, without ringing. */
export const rejects = (status: number, afterMs = 0): CalleeBehaviour => ({ does: 'reject', status, afterMs })
/** 486 Busy Here. */
export const busy = (afterMs = 0): CalleeBehaviour => rejects(486, afterMs)
/** 404 Not Found: the number does not exist. */
export const notFound = (): CalleeBehaviour => rejects(404)
/** The callee rings until the caller gives up. */
export const noAnswer = (): CalleeBehaviour => ({ does: 'ring' })
/** The callee sends no response. */
export const unreachable = (): CalleeBehaviour => ({ does: 'nothing' })

/** One call as the carrier saw it. Tests compare the product's own counts with it. */
export interface CarriedCall {
  /** Unix time in ms of the INVITE. */
  at: number
  callId: string
  from: string
  to: string
  /** Keys the callee received from us. */
  keysHeard: string
  answered: boolean
  over: boolean
  /** The callee's RTP counts, once the call has ended. Null without audio. */
  rtp: RtpStats | null
  /** The callee hangs up now, or declines while it still rings. */
  hangUp(): void
  /** The callee, after answering, presses a key now. */
  press(key: Keypress): void
}

/** An inbound call to us. */
export interface PlacedCall {
  from: string
  to: string
  /** Gives up when not answered within this. Default 60 s. */
  givesUpAfterMs?: number
  keys?: { key: Keypress; afterMs: number }[]
}

/** The state of an inbound call; it changes during the call. */
export interface PlacedCallState {
  state: 'calling' | 'ringing' | 'answered' | 'over'
  /** Final status of the INVITE. */
  status: number | null
  /** The caller hangs up now, or gives up. */
  hangUp(): void
}
