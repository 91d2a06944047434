import type { EmbeddedOptions } from '../embedded/gateway.ts'
import type { AudioAddress, AudioOptions } from '../live-audio/types.ts'
import { DuplicateAttempt, NotAdmitted } from '../gateway.ts'
import type {
  GatewayLoad,
  LegEvent,
  MediaRef,
  OriginateRequest,
  TransferRequest,
  TransferResult,
  Trunk,
  TrunkState,
  VoiceGateway,
} from '../gateway.ts'

/** What the server asks of the voice process; each is answered once. */
export interface Calls {
  upsertTrunk(trunk: Trunk): void
  removeTrunk(id: string): void
  trunkState(id: string): TrunkState
  testTrunk(trunk: Trunk): Awaited<ReturnType<VoiceGateway['testTrunk']>>
  /** The leg is known by its attemptId from then on. */
  originate(request: OriginateRequest): void
  /** Calls that come in are wanted. Before that they are refused. */
  takeInbound(): void
  /** Audio listeners connect there, not over this channel. */
  listenAt(address: AudioAddress): void
  load(): GatewayLoad
  drain(deadlineMs: number): void
  close(): void
  /** Ids of playbacks and recordings are the server's, so that it need not wait for them. */
  play(leg: string, playback: string, media: MediaRef, options: { loop?: boolean }): void
  stopPlayback(leg: string, playback: string): number
  sendDtmf(leg: string, keys: string): void
  record(leg: string, path: string): void
  stopRecording(leg: string): { durationMs: number }
  openAudio(leg: string, options: AudioOptions): void
  closeAudio(leg: string): void
  transfer(leg: string, request: TransferRequest): TransferResult
  cancelTransfer(leg: string): void
  hangup(leg: string): void
  answer(leg: string): void
  reject(leg: string, sip: 486 | 480 | 603): void
}

export type CallName = keyof Calls

/** The voice process carries these out. */
export type CallHandlers = {
  [Name in CallName]: (...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>
}

export type ToWorker =
  | { t: 'start'; options: EmbeddedOptions }
  | { t: 'call'; id: number; name: CallName; args: unknown[] }

export type FromWorker =
  | { t: 'ready'; sip: { host: string; port: number } }
  | { t: 'failed'; message: string }
  | { t: 'reply'; id: number; value: unknown }
  | { t: 'refusal'; id: number; error: PlainError }
  | { t: 'event'; leg: string; event: LegEvent }
  | { t: 'inbound'; leg: string; trunkId: string; from: string; to: string }

/** An error as it crosses: structured clone would drop its class and fields. */
export interface PlainError {
  name: string
  message: string
  reason?: NotAdmitted['reason']
  retryAfterMs?: number
  attemptId?: string
}

export function flattenError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  if (error instanceof NotAdmitted) return { name, message, reason: error.reason, retryAfterMs: error.retryAfterMs }
  if (error instanceof DuplicateAttempt) return { name, message, attemptId: error.attemptId }
  return { name, message }
}

export function reviveError({ name, message, reason, retryAfterMs, attemptId }: PlainError): Error {
  if (reason !== undefined) return new NotAdmitted(reason, retryAfterMs ?? 0)
  if (attemptId !== undefined) return new DuplicateAttempt(attemptId)
  if (name === 'TypeError') return new TypeError(message)
  if (name === 'RangeError') return new RangeError(message)
  if (name === 'AbortError') return new DOMException(message, name)
  return Object.assign(new Error(message), { name })
}
