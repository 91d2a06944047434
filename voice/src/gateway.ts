/**
 * The one door to the telephone network. Everything above it (campaigns, the receptionist) speaks of trunks, legs and
 * keys, never of SIP. Drivers: `embedded` (our own SIP/RTP engine), `sim` (a virtual clock, for tests).
 */

import type { AudioListener, AudioOptions, LegAudio, TakeChannel } from './live-audio/types.ts'

/** One account or peering at a carrier. */
export interface Trunk {
  id: string
  host: string
  /** 5060, and 5061 for TLS, unless the carrier says otherwise. */
  port: number
  transport: 'udp' | 'tcp' | 'tls'
  username: string
  /** Plain text here, encrypted at rest by whoever stores it; never logged. */
  password: string
  /** true: keep a REGISTER alive; false: the carrier knows us by address or challenges each call. */
  register: boolean
  /** SIP domain for From and the digest when it is not `host`. */
  domain?: string
  maxConcurrentCalls: number
  callsPerSecond: number
  /** `refer` hands the caller back to the carrier (and falls back to a bridge when it is refused). */
  transferMode: 'bridge' | 'refer'
}

/** How we stand with the carrier. `expiresAt`: Unix time in ms; `sip`: the status the carrier answered. */
export type TrunkState =
  | { state: 'unregistered' }
  | { state: 'registering' }
  | { state: 'registered'; expiresAt: number }
  /** An IP trunk answers OPTIONS, or has not been asked yet. */
  | { state: 'ready' }
  | { state: 'failed'; sip?: number; reason: string }

/** Why a leg ended, in words that do not depend on SIP. */
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
  /** The voice process went away; nobody knows how the call ended. */
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

/** What happens on a leg, in order. `at` is Unix time in milliseconds (virtual in `sim`). */
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
  /** `waiting`: for a channel of the trunk. `trying` again: there is one, and the number is being called. */
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
  /** The listener reads too slowly: so much of what the party said was dropped. */
  | { t: 'audio'; at: number; state: 'lost'; lostMs: number }
  | { t: 'ended'; at: number; by: 'local' | 'remote' | 'network'; sip?: number; cause: EndCause; rtp?: RtpStats }

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
  /** Refused (`trunk_limit`) unless so many of the trunk's channels stay free beside this call. Default 0. */
  keepFree?: number
}

/** Audio prepared for the engine, a file of 8 kHz mono 16-bit PCM WAV; or a sound that the engine makes itself. */
export type MediaRef = { path: string } | { tone: Tone }

/**
 * `ringback`: the telephone rings. `congestion`: all channels are busy (3 s). `hold`: quiet music for those who wait.
 * `ringback` and `hold` are one period, to be looped.
 */
export type Tone = 'ringback' | 'congestion' | 'hold'

export interface Playback {
  readonly id: string
  /** Stops and answers how much was really sent, in ms. Harmless when it has finished. */
  stop(): Promise<number>
}

/** Where to, and how. */
export interface TransferRequest {
  to: string
  mode: 'bridge' | 'refer'
  ringTimeoutMs: number
  /** E.164 or a SIP user part. Default: the leg's. */
  callerId?: string
  /**
   * How long the caller may wait while the trunk has no free channel, or while the carrier says that it has none (503).
   * Default 0: not at all.
   */
  waitMs?: number
  /** What the waiting caller hears, looped. Default: the built-in hold music. */
  hold?: MediaRef
}

/** `mode`: how it came about, which is `bridge` when a `refer` was refused. A failure is a value; the leg lives on. */
export type TransferResult = { ok: true; mode: 'bridge' | 'refer' } | { ok: false; cause: EndCause; sip?: number }

export interface Recording {
  readonly path: string
  stop(): Promise<{ durationMs: number }>
}

/** One call to one party. Ended legs accept every verb and do nothing. */
export interface Leg {
  readonly id: string
  readonly attemptId: string
  /** Every event from the first one, in order; ends after `ended`. One reader. */
  readonly events: AsyncIterable<LegEvent>
  play(media: MediaRef, options?: { loop?: boolean }): Playback
  /** Sends RFC 4733 keys, 100 ms each with 60 ms between. */
  sendDtmf(keys: string): Promise<void>
  /** Both directions into a stereo 8 kHz WAV (left: the other party). */
  record(path: string): Promise<Recording>
  /**
   * Gives the leg's audio, both ways, to the gateway's listener (`VoiceGateway.listen`); how that goes comes as `audio`
   * events. On the wire go first keys, then what `play` plays, then speech, which waits meanwhile; `record` and keys
   * that arrive are not affected. A bridge closes it. Throws when it is open already or the leg is bridged.
   */
  openAudio(options?: AudioOptions): Promise<LegAudio>
  /**
   * Connects this leg to another number through the same trunk. The party hears ringback meanwhile. Resolves when the
   * other side answered (audio flows both ways; either side hanging up ends both) or when it did not (this leg lives on).
   * A bridge needs a second channel: while there is none the caller waits, with hold music, for up to `waitMs`. Callers
   * who wait are served in the order of asking, before any new call. `congestion`: no channel came free. Aborting the
   * signal ends the attempt (`cancelled`), and does nothing once it has a result.
   */
  transfer(request: TransferRequest, signal?: AbortSignal): Promise<TransferResult>
  hangup(): Promise<void>
}

/** A call that came in: not answered yet. Nobody answering within 30 s (`inbound.ringTimeoutMs`) is a 480. */
export interface InboundLeg extends Leg {
  /** The trunk whose host sent the call. */
  readonly trunkId: string
  readonly from: string
  readonly to: string
  answer(): Promise<void>
  reject(sip: 486 | 480 | 603): Promise<void>
}

/** How busy the engine is, now. */
export interface GatewayLoad {
  activeCalls: number
  /** INVITEs sent in the last second. */
  callsPerSecond: number
  /** How late RTP packets left, 99th percentile of the last 10 s. */
  pacerP99Ms: number
  freePorts: number
  accepting: boolean
}

/** `originate` refused before any INVITE left: nobody was called, the attempt may be made again. */
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

/** This gateway has dialled the attempt already: nothing was sent, and the attempt must not be made again. */
export class DuplicateAttempt extends Error {
  readonly attemptId: string

  constructor(attemptId: string) {
    super(`Attempt ${attemptId} has been dialled already. Give each try its own attemptId.`)
    this.name = 'DuplicateAttempt'
    this.attemptId = attemptId
  }
}

/** What every driver does; `describeGateway` (conformance.ts) holds them to it. */
export interface VoiceGateway {
  readonly kind: 'embedded' | 'sim'
  /** Opens a trunk, or changes the one of this id. Throws `TypeError` for one that cannot work. */
  upsertTrunk(trunk: Trunk): Promise<void>
  removeTrunk(id: string): Promise<void>
  trunkState(id: string): Promise<TrunkState>
  /** Tries a trunk once (REGISTER or OPTIONS) and says what happened, within 10 s. Leaves no registration behind. */
  testTrunk(trunk: Trunk): Promise<{ ok: boolean; sip?: number; message: string; latencyMs: number }>
  /**
   * Sends an INVITE and answers the leg at once; what becomes of it comes as events. Throws `NotAdmitted` when nothing
   * was sent, `DuplicateAttempt` for an attemptId dialled before, `TypeError` for a request no carrier could take.
   * Aborting the signal cancels or hangs up.
   */
  originate(request: OriginateRequest, signal?: AbortSignal): Promise<Leg>
  /** One handler, the last one given. Without it calls are refused with 480. */
  onInbound(handler: (leg: InboundLeg) => void): void
  /** Takes the live audio of all legs, in place of the listener before. */
  listen(take: TakeChannel): Promise<AudioListener>
  load(): Promise<GatewayLoad>
  /** Takes no new calls, lets the present ones end, hangs up what is left after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
  close(): Promise<void>
}
