import type { AddressPolicy } from '../addresses.ts'
import type { AudioOptions } from '../live-audio/types.ts'
import type { LookUp } from '../sip/transport/resolver.ts'
import type { Keypress, MediaRef, Playback, Recording, RtpStats } from '../gateway.ts'
import type { LiveAudio, LiveAudioHandlers } from './live-audio.ts'

export type Codec = 'PCMU' | 'PCMA'

export interface MediaHandlers {
  onDtmf?(key: Keypress): void
  onPlayback?(id: string, state: 'started' | 'finished' | 'stopped', playedMs: number): void
  /** No packet arrived for the configured time although the other side should be sending. */
  onTimeout?(): void
  /** A file could not be played (`stopped` follows) or a recording could not be written; the call continues. */
  onError?(error: Error): void
}

export interface MediaStats extends RtpStats {
  /** The mean of the jitter over all packets. */
  meanJitterMs: number
  /** The other side's RTCP report on our stream. Null until one arrived. */
  reported: { packetsLost: number; jitterMs: number; roundTripMs: number | null } | null
}

/** One RTP stream in each direction on one UDP port pair: offer or answer, then audio every 20 ms until closed. */
export interface MediaSession {
  readonly port: number
  /** Our SDP offer (PCMU, PCMA, telephone-event). */
  offer(): string
  /**
   * Applies the other side's answer to our offer. `peer`: the address of their SIP, from which their audio may come too and
   * to which ours goes when the address in the SDP cannot be reached. Throws `SdpError` when there is no common codec.
   */
  applyAnswer(sdp: string, peer?: string | null): void
  /** Applies their offer (first or re-INVITE, holds included) and returns our answer. Throws `SdpError`. */
  answerOffer(sdp: string, peer?: string | null): string
  readonly codec: Codec | null
  readonly dtmf: 'rfc4733' | 'none'
  /** Begins sending (silence until something plays). Idempotent. */
  start(): void
  /** Replaces the current playback. */
  play(media: MediaRef, options?: { loop?: boolean }): Playback
  /**
   * Plays in a loop until stopped, in place of the current playback, without `onPlayback`: it is our own signal. A file
   * that cannot be read is replaced by the hold music.
   */
  playSignal(media: MediaRef): Playback
  /** 100 ms per key, 60 ms between. Rejects an unknown key, and when the other side takes no RFC 4733. */
  sendDtmf(keys: string): Promise<void>
  record(path: string): Promise<Recording>
  /**
   * Live audio both ways until it is closed, the session is bridged (`transferred`) or ends. Keys and `play` go before
   * speech, which waits. Throws when it is open already or the session is bridged, and a `RangeError` for
   * options out of range.
   */
  openAudio(options: AudioOptions, handlers: LiveAudioHandlers): LiveAudio
  /**
   * Joins two sessions: packets received by one are sent by the other, with its SSRC, sequence and timestamps, transcoded
   * between PCMU and PCMA when they differ, keys included. Ends playback. Undone by `unbridge` or by closing either.
   */
  bridge(other: MediaSession): void
  unbridge(): void
  stats(): MediaStats
  /** Ends playback (`onPlayback` stopped comes before this returns) and recording, undoes the bridge, returns the port. Idempotent. */
  close(): void
}

export interface MediaEngineOptions {
  /** Address to bind, default 127.0.0.1. */
  host: string
  /** Address in SDP when it differs (behind NAT). */
  advertisedHost?: string
  /** Inclusive; even ports are used for RTP, the odd one above is left for RTCP. */
  portRange: { from: number; to: number }
  mediaTimeoutMs?: number
  /** Audio is sent only to addresses that this allows. Default: every address of a single host. */
  mayReach?: AddressPolicy
  /** Looks up names in SDP. Default: the system's resolver. */
  lookUp?: LookUp
}

export interface MediaEngine {
  /** Throws `NoPorts` when the range is used up. */
  createSession(handlers: MediaHandlers): Promise<MediaSession>
  /** Calls `tick` every 20 ms. Returns a function that stops it. */
  everyFrame(tick: () => void): () => void
  /** Pacer lateness over the last 10 s. */
  lateness(): { p50Ms: number; p99Ms: number; maxMs: number }
  freePorts(): number
  close(): Promise<void>
}
