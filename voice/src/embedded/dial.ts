import { NotAdmitted } from '../gateway.ts'
import type { Place } from './trunk-gate.ts'
import type { Engine } from './engine.ts'
import { openLeg, type CallLeg } from './leg.ts'
import type { TrunkLine } from './trunks.ts'

export interface DialRequest {
  /** The Call-ID's local part. */
  attemptId: string
  to: string
  callerId: string
  ringTimeoutMs: number
  maxDurationMs: number
}

/** How long after its ring timeout a call may take to be cancelled. */
const cancelGraceMs = 1_000

/**
 * Sends one INVITE over a trunk on which it has a place, and answers its leg. When it throws (`NoPorts`, or the signal was
 * aborted in time) nothing was sent and the place is given back.
 */
export async function dial(
  engine: Engine,
  line: TrunkLine,
  place: Place,
  request: DialRequest,
  signal?: AbortSignal,
): Promise<CallLeg> {
  engine.calls++
  const leg = await openLeg(engine.media, engine.clock, {
    id: request.attemptId,
    attemptId: request.attemptId,
    maxDurationMs: request.maxDurationMs,
    audio: engine.audio,
    transfer: (leg, transfer, signal) => engine.transfer(leg, line, request.callerId, transfer, signal),
    onReleased,
  }).catch((error: unknown) => {
    giveBack()
    throw error
  })
  if (signal?.aborted || engine.closing) {
    leg.session.close()
    giveBack()
    throw signal?.reason ?? new NotAdmitted('draining', 0)
  }

  function giveBack(): void {
    engine.calls--
    place.release()
    engine.onIdle()
  }

  const hangUp = () => void leg.hangup()
  function onReleased(leg: CallLeg): void {
    engine.legs.delete(leg)
    signal?.removeEventListener('abort', hangUp)
    giveBack()
  }

  // The user agent ends an unanswered call itself; a carrier that lets CANCEL unanswered, or never spoke, is not waited for.
  const givenUp = engine.clock.setTimeout(() => {
    if (leg.heardFromCarrier()) void leg.end('no_answer')
    else void leg.end('network', 'network')
  }, request.ringTimeoutMs + cancelGraceMs)

  const sentAt = engine.clock.monotonic()
  leg.listen((event) => {
    if (event.t === 'answered' || event.t === 'ended') givenUp.cancel()
    if (event.t === 'answered') line.report('answered_by_carrier', sentAt)
    if (event.t !== 'ended') return
    if (event.cause === 'network') line.report('no_response', sentAt)
    else if (event.sip === 503) line.report('failed', sentAt)
    else if (event.sip !== undefined) line.report('answered_by_carrier', sentAt)
  })
  // RFC 3261 section 21.5.4: calls that follow a 503 before its time would be refused one after the other.
  const { onFailure } = leg.sipHandlers
  leg.sipHandlers.onFailure = (status, reason, retryAfterMs) => {
    if (status === 503 && retryAfterMs !== undefined) line.gate.pause(retryAfterMs)
    onFailure?.(status, reason, retryAfterMs)
  }
  signal?.addEventListener('abort', hangUp, { once: true })
  engine.legs.add(leg)
  engine.invitesSent.mark()
  leg.attach(
    engine.userAgent.invite(
      {
        account: line.account(),
        callId: `${request.attemptId}@${engine.userAgent.host}`,
        to: request.to,
        from: request.callerId || line.trunk.username,
        offer: leg.session.offer(),
        ringTimeoutMs: request.ringTimeoutMs,
      },
      leg.sipHandlers,
    ),
  )
  return leg
}
