import type { Keypress, MediaRef, RtpStats } from './gateway.ts'

/** What a called party does, as data: the simulator and the loopback carrier act it out alike. */
export type CalleeBehaviour = Answers | Rejects | RingsForever | Unreachable

export interface Answers {
  does: 'answer'
  /** From the INVITE to the 200, ringing meanwhile. */
  afterMs: number
  /** Sends a 183 with audio before the answer. */
  earlyMedia?: boolean
  /** Audio the callee plays over and over (the simulator has none). Default: silence. */
  plays?: MediaRef
  /** Records the call into this file, as `Leg.record` does; left is what the callee hears (the simulator has no audio). */
  records?: string
  /** Says what it hears, 40 ms later or more. */
  echoes?: boolean
  /** Keys pressed, each so long after the answer, by RFC 4733. */
  keys?: { key: Keypress; afterMs: number }[]
  /** Hangs up so long after the answer; without it the callee waits for the other side. */
  hangUpAfterMs?: number
  /** Sends no more audio from so long after the answer on, and does not hang up. */
  goesSilentAfterMs?: number
  /** What the carrier says to a REFER on this call. Default `refuse` (603), as most do. */
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

/** Nothing comes back at all, not even a 100. */
interface Unreachable {
  does: 'nothing'
}

/** Rings, and answers after `afterMs`. */
export const answers = (afterMs: number, more: Omit<Answers, 'does' | 'afterMs'> = {}): CalleeBehaviour => ({
  does: 'answer',
  afterMs,
  ...more,
})
/** Answers with this SIP status after `afterMs`, without ringing before. */
export const rejects = (status: number, afterMs = 0): CalleeBehaviour => ({ does: 'reject', status, afterMs })
/** 486 Busy Here. */
export const busy = (afterMs = 0): CalleeBehaviour => rejects(486, afterMs)
/** 404 Not Found: no such number. */
export const notFound = (): CalleeBehaviour => rejects(404)
/** Rings until the caller gives up. */
export const noAnswer = (): CalleeBehaviour => ({ does: 'ring' })
/** Answers nothing at all. */
export const unreachable = (): CalleeBehaviour => ({ does: 'nothing' })

/** What a carrier saw of one call that reached it: the oracle a test holds the product's own counts against. */
export interface CarriedCall {
  /** Unix time in ms of the INVITE. */
  at: number
  callId: string
  from: string
  to: string
  /** Keys the callee heard us send. */
  keysHeard: string
  answered: boolean
  over: boolean
  /** What the callee's side of the audio counted, once the call is over. Null without audio. */
  rtp: RtpStats | null
  /** The callee hangs up now, or declines when it still rings. */
  hangUp(): void
  /** The callee, having answered, presses a key now. */
  press(key: Keypress): void
}

/** A call somebody makes to us. */
export interface PlacedCall {
  from: string
  to: string
  /** Gives up when not answered by then. Default 60 s. */
  givesUpAfterMs?: number
  keys?: { key: Keypress; afterMs: number }[]
}

/** How a placed call stands; it changes while the call goes on. */
export interface PlacedCallState {
  state: 'calling' | 'ringing' | 'answered' | 'over'
  /** Final status of the INVITE. */
  status: number | null
  /** The caller hangs up now, or gives up. */
  hangUp(): void
}
