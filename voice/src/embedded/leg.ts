import { randomUUID } from 'node:crypto'
import { causeOf } from '../causes.ts'
import type { Clock, Timer } from '../clock.ts'
import { createEventQueue } from '../event-queue.ts'
import type {
  EndCause,
  Keypress,
  Leg,
  LegEvent,
  Playback,
  RtpStats,
  TransferRequest,
  TransferResult,
} from '../gateway.ts'
import type { AudioHub } from '../live-audio/hub.ts'
import { SdpError } from '../media/sdp/sdp.ts'
import { estimateQuality } from '../media/rtp/quality.ts'
import type { MediaEngine, MediaSession, MediaStats } from '../media/types.ts'
import type { InviteHandlers, SipCall } from '../sip/types.ts'

type EndedEvent = Extract<LegEvent, { t: 'ended' }>

/** Properties of the call that a leg represents. */
export interface LegSettings {
  id: string
  attemptId: string
  /** The leg is hung up this long after the answer. Infinity: the code that opened the leg ends it. */
  maxDurationMs: number
  /** Carries out `Leg.transfer`. */
  transfer(leg: CallLeg, request: TransferRequest, signal?: AbortSignal): Promise<TransferResult>
  audio: AudioHub
  /** Called once, when the call has ended at the carrier too (BYE or CANCEL confirmed): its slot is free again. */
  onReleased(leg: CallLeg): void
}

/** A leg as the engine sees it: one SIP call and one media session that begin and end together. */
export interface CallLeg extends Leg {
  readonly session: MediaSession
  /** Handlers for the user agent's events of the call. */
  readonly sipHandlers: InviteHandlers
  phase(): 'waiting' | 'answered' | 'ended'
  /** Did the carrier send any response? */
  carrierResponded(): boolean
  attach(call: SipCall): void
  call(): SipCall
  /** Our answer to their offer, or null when there is no codec in common. */
  answerOffer(sdp: string): string | null
  /** The call was answered, by either side: audio begins. */
  markAnswered(): void
  emit(event: LegEvent): void
  /** Called with each event as it happens, before the reader of `events`. */
  listen(listener: (event: LegEvent) => void): void
  /** Ends the call from our side: CANCEL, BYE or 480. Resolves when the carrier has confirmed. */
  end(cause: EndCause, by?: EndedEvent['by']): Promise<void>
  /** Ends the leg after the SIP call has ended. */
  ended(by: EndedEvent['by'], cause: EndCause, sip?: number): void
}

export async function openLeg(media: MediaEngine, clock: Clock, settings: LegSettings): Promise<CallLeg> {
  const queue = createEventQueue<LegEvent>()
  const listeners: ((event: LegEvent) => void)[] = []
  let phase: ReturnType<CallLeg['phase']> = 'waiting'
  let sipCall: SipCall | null = null
  let maxDuration: Timer | null = null
  let responded = false
  let released = Promise.resolve()
  let endSent = false
  let playbackError: string | null = null
  let keysComeBy: 'rfc4733' | 'info' | null = null
  const progressSent = new Set<LegEvent['t']>()

  const session = await media.createSession({
    onDtmf: (key) => pressed(key, 'rfc4733'),
    onPlayback(id, state, playedMs) {
      emit({
        t: 'playback',
        at: clock.now(),
        id,
        state,
        playedMs,
        ...(playbackError !== null && { error: playbackError }),
      })
      playbackError = null
    },
    onError: (error) => (playbackError = error.message),
    onTimeout: () => void end('media_timeout', 'network'),
  })

  /** Sends nothing after `ended`, which is the last event. */
  function emit(event: LegEvent): void {
    if (endSent) return
    endSent = event.t === 'ended'
    queue.push(event)
    for (const listener of listeners) listener(event)
  }

  /** Some carriers send each key by RFC 4733 and by INFO: the first one used counts for the whole call. */
  function pressed(key: Keypress, via: 'rfc4733' | 'info'): void {
    keysComeBy ??= via
    if (keysComeBy === via && phase === 'answered') emit({ t: 'dtmf', at: clock.now(), key, via })
  }

  function progress(t: 'trying' | 'ringing' | 'early-media', sip: number): void {
    responded = true
    if (progressSent.has(t)) return
    progressSent.add(t)
    emit({ t, at: clock.now(), sip })
  }

  function markAnswered(): void {
    if (phase !== 'waiting') return
    phase = 'answered'
    session.start()
    if (Number.isFinite(settings.maxDurationMs))
      maxDuration = clock.setTimeout(() => void end('max_duration'), settings.maxDurationMs)
    emit({ t: 'answered', at: clock.now(), codec: session.codec ?? 'PCMU', dtmf: session.dtmf })
  }

  function finish(by: EndedEvent['by'], cause: EndCause, sip?: number): void {
    const stats = phase === 'answered' ? session.stats() : undefined
    const rtp = stats && rtpStats(stats)
    const quality = stats && estimateQuality(stats)
    phase = 'ended'
    maxDuration?.cancel()
    session.close()
    emit({
      t: 'ended',
      at: clock.now(),
      by,
      cause,
      ...(sip !== undefined && { sip }),
      ...(rtp && { rtp }),
      ...(quality && { quality }),
    })
    queue.close()
  }

  function ended(by: EndedEvent['by'], cause: EndCause, sip?: number): void {
    if (phase === 'ended') return
    finish(by, cause, sip)
    settings.onReleased(leg)
  }

  function end(cause: EndCause, by: EndedEvent['by'] = 'local'): Promise<void> {
    if (phase === 'ended') return released
    finish(by, cause)
    const release = () => settings.onReleased(leg)
    released = (sipCall?.hangup() ?? Promise.resolve()).then(release, release)
    return released
  }

  function requireAnswered(verb: string): boolean {
    if (phase === 'waiting')
      throw new Error(`Cannot ${verb}: the call has not been answered yet. Wait for the 'answered' event.`)
    return phase === 'answered'
  }

  const peer = () => sipCall?.peerAddress() ?? null

  function answerOffer(sdp: string): string | null {
    let answer: string | null = null
    tryMedia(() => (answer = session.answerOffer(sdp, peer())))
    return answer
  }

  const sipHandlers: InviteHandlers = {
    onProgress(status, sdp) {
      if (status === 100) return progress('trying', status)
      if (sdp) return progress('early-media', status)
      progress('ringing', status)
    },
    onAnswer(sdp) {
      responded = true
      if (phase !== 'waiting') return
      if (tryMedia(() => session.applyAnswer(sdp, peer()))) markAnswered()
      else void end('unavailable')
    },
    onFailure(status) {
      if (!responded && (status === 487 || status === 408)) return ended('network', 'network', status)
      ended(status === 487 ? 'local' : 'remote', causeOf(status), status)
    },
    onBye: () => ended('remote', phase === 'answered' ? 'completed' : 'cancelled'),
    onReoffer: answerOffer,
    onOfferWanted: () => session.offer(),
    // A description that cannot be used changes nothing: the previous agreement stays.
    onReanswer: (sdp) => void tryMedia(() => session.applyAnswer(sdp, peer())),
    onInfoDtmf: (key) => pressed(key as Keypress, 'info'),
  }

  const leg: CallLeg = {
    id: settings.id,
    attemptId: settings.attemptId,
    events: queue,
    session,
    sipHandlers,
    phase: () => phase,
    carrierResponded: () => responded,
    attach: (call) => (sipCall = call),
    call: () => sipCall!,
    answerOffer,
    markAnswered,
    emit,
    listen: (listener) => listeners.push(listener),
    end,
    ended,
    play: (media, options) => (requireAnswered('play') ? session.play(media, options) : nothingPlayed()),
    async sendDtmf(keys) {
      if (requireAnswered('send keys')) await session.sendDtmf(keys)
    },
    async record(path) {
      return requireAnswered('record') ? session.record(path) : { path, stop: async () => ({ durationMs: 0 }) }
    },
    async openAudio(options = {}) {
      return requireAnswered('open live audio') ? settings.audio.open(leg, options) : { close: async () => {} }
    },
    async transfer(request, signal) {
      return requireAnswered('transfer') ? settings.transfer(leg, request, signal) : { ok: false, cause: 'cancelled' }
    },
    hangup: () => end(phase === 'answered' ? 'completed' : 'cancelled'),
  }
  return leg
}

/** A description without a common codec is an outcome of the call; any other error is a fault of ours. */
function tryMedia(run: () => void): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof SdpError) return false
    throw error
  }
}

const rtpStats = ({ packetsSent, packetsReceived, packetsLost, jitterMs }: MediaStats): RtpStats => ({
  packetsSent,
  packetsReceived,
  packetsLost,
  jitterMs,
})

const nothingPlayed = (): Playback => ({ id: randomUUID(), stop: async () => 0 })
