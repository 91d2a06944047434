/**
 * The public API of the telephone engine. Its users (campaigns, the receptionist) work with trunks, legs and keys, never
 * with SIP. Drivers: `embedded` (our own SIP/RTP engine), `sim` (a virtual clock, for tests).
 */

import type { AudioListener, AudioOptions, LegAudio, TakeChannel } from './live-audio/types.ts'

/** One account or peering at a carrier. */
export interface Trunk {
  id: string
  host: string
  /** 5060, or 5061 for TLS, unless the carrier specifies another. */
  port: number
  transport: 'udp' | 'tcp' | 'tls'
  username: string
  /** Plain text here; the caller encrypts it at rest. It is never logged. */
  password: string
  /** true: stay registered; false: the carrier knows our address or challenges each call. */
  register: boolean
  /** SIP domain for From and the digest when it is not `host`. */
  domain?: string
  maxConcurrentCalls: number
  callsPerSecond: number
  /** `refer` returns the caller to the carrier, and falls back to a bridge when the carrier refuses. */
  transferMode: 'bridge' | 'refer'
}

/** The state of a trunk. `expiresAt`: Unix time in ms; `sip`: the carrier's status code. */
export type TrunkState =
  | { state: 'unregistered' }
  | { state: 'registering' }
  | { state: 'registered'; expiresAt: number }
  /** An IP trunk that answers OPTIONS, or has not been probed yet. */
  | { state: 'ready' }
  | { state: 'failed'; sip?: number; reason: string }

/** Why a leg ended, independent of SIP. */
export type EndCause =
  | 'completed'
  | 'busy'
  | 'no_answer'
  | 'rejected'
  | 'not_found'
  | 'unavailable'
  | 'congestion'
  | 'auth_failed'
  | 'cancelled'
  | 'media_timeout'
  | 'max_duration'
  | 'network'
  /** The voice process ended; how the call ended is unknown. */
  | 'lost'

/** A key by RFC 4733, events 0 to 15. */
export type Keypress = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | 'A' | 'B' | 'C' | 'D'

/** Counts of one leg's audio. */
export interface RtpStats {
  packetsSent: number
  packetsReceived: number
  packetsLost: number
  /** Interarrival jitter, RFC 3550 section 6.4.1, in milliseconds. */
  jitterMs: number
}

/** The sound of a call, measured over all of it; each figure is that of the worse direction. */
export interface CallQuality {
  jitterMs: number
  lossPercent: number
  /** Null when the other side sent no RTCP report. */
  roundTripMs: number | null
  /** Estimated mean opinion score, 1 to 4.5 (ITU-T G.107). */
  mos: number
}

/** Events of a leg, in order. `at` is Unix time in milliseconds (virtual in `sim`). */
export type LegEvent =
  | { t: 'trying' | 'ringing' | 'early-media'; at: number; sip?: number }
  | { t: 'answered'; at: number; codec: 'PCMU' | 'PCMA'; dtmf: 'rfc4733' | 'none' }
  | { t: 'dtmf'; at: number; key: Keypress; via: 'rfc4733' | 'info' }
  /** `error`: the file could not be played. */
  | {
      t: 'playback'
      at: number
      id: string
      state: 'started' | 'finished' | 'stopped'
      playedMs: number
      error?: string
    }
  /** `waiting`: for a channel of the trunk. A second `trying`: a channel is free, and the number is being called. */
  | {
      t: 'transfer'
      at: number
      state: 'trying' | 'waiting' | 'ringing' | 'answered' | 'failed'
      sip?: number
      cause?: EndCause
    }
  /**
   * Live audio. `waiting`: no listener is connected, and what the party says is lost. `listening`: one is connected. `closed`:
   * by us, by a bridge or with the call.
   */
  | { t: 'audio'; at: number; state: 'waiting' | 'listening' | 'closed' }
  /** The listener reads too slowly: this much of the party's speech was dropped. */
  | { t: 'audio'; at: number; state: 'lost'; lostMs: number }
  /** `quality`: absent when no sound arrived. */
  | {
      t: 'ended'
      at: number
      by: 'local' | 'remote' | 'network'
      sip?: number
      cause: EndCause
      rtp?: RtpStats
      quality?: CallQuality
    }

export interface OriginateRequest {
  /** The idempotency key: a gateway never dials one attempt twice. It becomes the SIP Call-ID's local part. */
  attemptId: string
  trunkId: string
  /** E.164 with `+`, or a SIP user part. */
  to: string
  /** E.164 or a SIP user part; empty: the trunk's username. */
  callerId: string
  ringTimeoutMs: number
  /** The call is hung up this long after the answer. */
  maxDurationMs: number
  /** The call is refused (`trunk_limit`) unless this many of the trunk's channels stay free beside it. Default 0. */
  keepFree?: number
}

/** An audio file, 8 kHz mono 16-bit PCM WAV, or a sound that the engine generates. */
export type MediaRef = { path: string } | { tone: Tone }

/**
 * `ringback`: the ringing tone. `congestion`: all channels are busy (3 s). `hold`: quiet music for waiting callers.
 * `ringback` and `hold` are one period, to be looped.
 */
export type Tone = 'ringback' | 'congestion' | 'hold'

export interface Playback {
  readonly id: string
  /** Stops and returns how much was really sent, in ms. Does nothing after the end. */
  stop(): Promise<number>
}

/** The target of a transfer, and how to reach it. */
export interface TransferRequest {
  to: string
  mode: 'bridge' | 'refer'
  ringTimeoutMs: number
  /** E.164 or a SIP user part. Default: the leg's. */
  callerId?: string
  /**
   * How long the caller may wait while the trunk has no free channel, or while the carrier reports that it has none (503).
   * Default 0: not at all.
   */
  waitMs?: number
  /** Audio for the waiting caller, looped. Default: the built-in hold music. */
  hold?: MediaRef
}

/** `mode`: the method used, which is `bridge` when a `refer` was refused. A failure is a value; the leg continues. */
export type TransferResult = { ok: true; mode: 'bridge' | 'refer' } | { ok: false; cause: EndCause; sip?: number }

export interface Recording {
  readonly path: string
  stop(): Promise<{ durationMs: number }>
}

/** One call with one party. On an ended leg every method does nothing. */
export interface Leg {
  readonly id: string
  readonly attemptId: string
  /** Every event from the first one, in order; ends after `ended`. One reader. */
  readonly events: AsyncIterable<LegEvent>
  play(media: MediaRef, options?: { loop?: boolean }): Playback
  /** Sends keys by RFC 4733, 100 ms each with 60 ms between. */
  sendDtmf(keys: string): Promise<void>
  /** Records both directions into a stereo 8 kHz WAV (left: the other party). */
  record(path: string): Promise<Recording>
  /**
   * Connects the leg's audio, both ways, to the gateway's listener (`VoiceGateway.listen`) and reports its state as `audio`
   * events. Keys are sent first, then what `play` plays, then speech, which waits meanwhile. `record` and received keys
   * are not affected. A bridge closes it. Throws when it is open already or the leg is bridged.
   */
  openAudio(options?: AudioOptions): Promise<LegAudio>
  /**
   * Connects this leg to another number through the same trunk. The party hears ringback meanwhile. Resolves when the
   * other side answered (audio flows both ways; either side hanging up ends both) or when it did not (this leg continues).
   * A bridge needs a second channel: while none is free the caller waits, with hold music, for up to `waitMs`. Waiting
   * callers get channels in the order of asking, before any new call. `congestion`: no channel became free. Aborting the
   * signal ends the attempt (`cancelled`), and does nothing once it has a result.
   */
  transfer(request: TransferRequest, signal?: AbortSignal): Promise<TransferResult>
  hangup(): Promise<void>
}

/** An inbound call that is not answered yet. Refused with 480 when not answered within 30 s (`inbound.ringTimeoutMs`). */
export interface InboundLeg extends Leg {
  /** The trunk over which the call came. */
  readonly trunkId: string
  readonly from: string
  readonly to: string
  answer(): Promise<void>
  reject(sip: 486 | 480 | 603): Promise<void>
}

/** The current load of the engine. */
export interface GatewayLoad {
  activeCalls: number
  /** INVITEs sent in the last second. */
  callsPerSecond: number
  /** How late RTP packets were sent, 99th percentile of the last 10 s. */
  pacerP99Ms: number
  freePorts: number
  accepting: boolean
}

/** `originate` refused before an INVITE was sent: no call was made, the attempt may be repeated. */
export class NotAdmitted extends Error {
  readonly reason: 'trunk_unknown' | 'trunk_limit' | 'engine_limit' | 'draining' | 'no_ports' | 'voice_down'
  /** When to try again, in ms. */
  readonly retryAfterMs: number

  constructor(reason: NotAdmitted['reason'], retryAfterMs: number) {
    super(`Call not admitted: ${reason}`)
    this.name = 'NotAdmitted'
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

/** This gateway has dialled the attempt already: nothing was sent, and the attempt must not be repeated. */
export class DuplicateAttempt extends Error {
  readonly attemptId: string

  constructor(attemptId: string) {
    super(`Attempt ${attemptId} has been dialled already. Give each try its own attemptId.`)
    this.name = 'DuplicateAttempt'
    this.attemptId = attemptId
  }
}

/** The interface of every driver; `describeGateway` (conformance.ts) tests them against it. */
export interface VoiceGateway {
  readonly kind: 'embedded' | 'sim'
  /** Opens a trunk, or changes the one with this id. Throws a `TypeError` for a trunk that cannot work. */
  upsertTrunk(trunk: Trunk): Promise<void>
  removeTrunk(id: string): Promise<void>
  trunkState(id: string): Promise<TrunkState>
  /** Tries a trunk once (REGISTER or OPTIONS) and returns the result, within 10 s. Leaves no registration behind. */
  testTrunk(trunk: Trunk): Promise<{ ok: boolean; sip?: number; message: string; latencyMs: number }>
  /**
   * Sends an INVITE and returns the leg at once; its progress comes as events. Throws `NotAdmitted` when nothing
   * was sent, `DuplicateAttempt` for an attemptId dialled before, `TypeError` for a request that no carrier could accept.
   * Aborting the signal cancels or hangs up.
   */
  originate(request: OriginateRequest, signal?: AbortSignal): Promise<Leg>
  /** Sets the handler of inbound calls, in place of the one before. Without a handler calls are refused with 480. */
  onInbound(handler: (leg: InboundLeg) => void): void
  /** Connects a listener to the live audio of all legs, in place of the one before. */
  listen(take: TakeChannel): Promise<AudioListener>
  load(): Promise<GatewayLoad>
  /** Takes no new calls, waits for the present ones to end, and hangs up the rest after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
  close(): Promise<void>
}
