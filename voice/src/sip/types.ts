import type { AddressPolicy } from '../addresses.ts'
import type { Clock } from '../clock.ts'

/** A request inside a call failed: 408 without a response, 481 when the call has ended. */
export class SipFailure extends Error {
  readonly status: number
  readonly reason: string
  /** Of a 422: the shortest session interval that would be accepted. */
  readonly minSessionSeconds: number | undefined

  constructor(status: number, reason: string, minSessionSeconds?: number) {
    super(`SIP ${status} ${reason}`)
    this.name = 'SipFailure'
    this.status = status
    this.reason = reason
    this.minSessionSeconds = minSessionSeconds
  }
}

/** The SIP side of the engine. It does not know RTP: session descriptions are passed as text. */
export interface UserAgentOptions {
  /** Address and port to listen on, for UDP and TCP; port 0 takes a free one. */
  host: string
  port: number
  /** Address written into Via, Contact and SDP when it differs from `host` (behind NAT). */
  advertisedHost?: string
  tls?: TlsOptions
  clock?: Clock
  userAgent?: string
  /**
   * What one address may send: messages (one of more than 1500 bytes counts as several), and requests outside any call.
   * Default 5000 and 500 a second, twice that at once; all addresses together, above a fiftieth each, twice as much. The excess is dropped.
   */
  sourceLimits?: { messagesPerSecond: number; newRequestsPerSecond: number }
  /** Returns false for addresses to which nothing may be sent, whatever named them. Default: every address of a single host. */
  mayReach?: AddressPolicy
  /** Called with each message as text, credentials redacted. For traces, off by default. */
  trace?: (direction: 'in' | 'out', text: string, peer: string) => void
}

export interface TlsOptions {
  /** PEM certificates of authorities trusted besides those that Node trusts. */
  ca?: string | string[]
  /** false: accept any certificate. Default true. */
  rejectUnauthorized?: boolean
  /** Listen for TLS too, with this PEM key and certificate. Without it inbound calls arrive over the connections that we open. */
  listen?: { port: number; key: string; cert: string }
}

export interface SipAccount {
  /** An address, or a name: one of its A records is used until it does not respond. SRV records are not used; the port is known. */
  host: string
  port: number
  username: string
  password: string
  /** Default `host`. */
  domain?: string
  /** Default `udp`, also for messages of more than 1300 bytes. */
  transport?: 'udp' | 'tcp' | 'tls'
}

export interface InviteRequest {
  account: SipAccount
  callId: string
  /** E.164 or a user part; the domain is the account's. */
  to: string
  /** E.164 or a user part; empty: the account's username. */
  from: string
  /** The SDP offer. */
  offer: string
  /** CANCEL after this long without a final answer; ends with 487, reason `No Answer`. */
  ringTimeoutMs: number
}

export interface InviteHandlers {
  /** 1xx. `sdp` when it carries early media. */
  onProgress?(status: number, sdp: string | null): void
  /**
   * 2xx, ACK already sent, once (extra forks are ACKed and BYEd by the user agent). For an incoming call: its ACK came,
   * with `sdp` when the INVITE had no offer, empty otherwise.
   */
  onAnswer?(sdp: string): void
  /**
   * Non-2xx final, redirects included (they are not followed), timeout (408), transport failure (503) or cancelled (487). Once,
   * and never after onAnswer. `retryAfterMs` when the answer carried Retry-After.
   */
  onFailure?(status: number, reason: string, retryAfterMs?: number): void
  /** An answered call ended: BYE from the other side, or the dialog was lost. Not called for our own `bye`. */
  onBye?(): void
  /** re-INVITE or UPDATE with an offer: return the answer, or null to refuse with 488. */
  onReoffer?(sdp: string): string | null
  /** A re-INVITE without an offer: return ours, to which `onReanswer` brings their answer. Without this, our latest description. */
  onOfferWanted?(): string
  /** Their answer to an offer that the user agent made in the call: for them, or to refresh the session. */
  onReanswer?(sdp: string): void
  /** INFO application/dtmf-relay or application/dtmf. */
  onInfoDtmf?(key: string): void
  /** Progress of a REFER we sent: the status line in each NOTIFY's sipfrag. */
  onReferProgress?(status: number): void
  /**
   * A REFER of the other side in the dialog: return its status (202; without this handler 603). `notify` sends one NOTIFY with
   * a sipfrag of that status; a final status ends the subscription. The loopback carrier needs it.
   */
  onRefer?(to: string, notify: (status: number) => void): number
}

/** A request outside any dialog, for `UserAgent.onRequest` (the loopback carrier's registrar). */
export interface SipRequestView {
  readonly method: string
  readonly uri: string
  readonly source: { host: string; port: number }
  /** First header of that name, case-insensitive, unfolded. */
  header(name: string): string | undefined
}

export interface SipReply {
  status: number
  reason?: string
  headers?: Record<string, string>
}

/** A dialog (RFC 3261 section 12) that either side began, from INVITE to BYE. */
export interface SipCall {
  readonly callId: string
  /** The address with which we exchange its SIP messages; null until the host's name is resolved. */
  peerAddress(): string | null
  /** Before the answer: CANCEL (or BYE when the 200 crosses it). After it: BYE. Idempotent. Resolves when done. */
  hangup(): Promise<void>
  /** Sends a re-INVITE; resolves with the answer. Rejects with `SipFailure`. After a glare (491) it is sent once more. */
  reinvite(sdp: string): Promise<string>
  /** RFC 3515. `to` is a user part or a URI. Resolves with the status of the REFER itself (202 accepted). */
  refer(to: string): Promise<number>
}

export interface IncomingCall extends SipCall {
  readonly from: string
  readonly to: string
  readonly source: { host: string; port: number }
  readonly offer: string | null
  /** Header of the INVITE, as in `SipRequestView` (Authorization, for a carrier that challenges). */
  header(name: string): string | undefined
  ring(): void
  /** A 183 with early media. */
  progress(sdp: string): void
  answer(sdp: string): void
  reject(status: number, headers?: Record<string, string>): void
  /** To be set before the handler of `onInvite` returns. The caller's CANCEL arrives as `onFailure(487)`, its BYE as `onBye`. */
  handlers: InviteHandlers
}

export interface Registration {
  readonly state: 'registering' | 'registered' | 'failed' | 'stopped'
  /** `registered` with another status than 200: the latest refresh failed so, but the binding holds until `expiresAt`. */
  readonly detail: { status?: number; reason?: string; expiresAt?: number }
  /** Registers now, because the registrar responds again. Does nothing after a refusal. */
  renew(): void
  /** Un-REGISTERs (best effort, 2 s) and stops refreshing. */
  stop(): Promise<void>
}

export interface UserAgent {
  readonly host: string
  readonly port: number
  /** The port of the TLS listener; undefined without one. */
  readonly tlsPort?: number | undefined
  invite(request: InviteRequest, handlers: InviteHandlers): SipCall
  /** Keeps a binding alive: refreshes at half its time, backs off on failure, stops on a wrong password. */
  register(account: SipAccount, onChange: (registration: Registration) => void): Registration
  /** Sends one OPTIONS, for health; resolves with the final status (408 without a response). Rejects when it could not be sent. */
  options(account: SipAccount, timeoutMs: number): Promise<number>
  /** Sends one REGISTER and un-REGISTER; resolves with the final status. Rejects when it could not be sent. */
  tryRegister(account: SipAccount, timeoutMs: number): Promise<{ status: number; reason: string }>
  /**
   * Requests outside a known dialog from sources for which `allow` is false are dropped without a response (scanners).
   * Until this is called every INVITE is dropped.
   */
  onInvite(allow: (source: { host: string; port: number }) => boolean, handler: (call: IncomingCall) => void): void
  /** Sets the handler of requests outside dialogs (REGISTER, OPTIONS); without one OPTIONS gets 200, others 405. */
  onRequest(method: 'REGISTER' | 'OPTIONS', handler: (request: SipRequestView) => SipReply): void
  /** Transactions without a final response, ringing calls included, for admission control. */
  openTransactions(): number
  close(): Promise<void>
}
