import { NotAdmitted } from '../gateway.ts'
import type { Slot } from './trunk-gate.ts'
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

/** How long the cancellation of a call may take after its ring timeout. */
const cancelGraceMs = 1_000

/**
 * Sends one INVITE over a trunk, in a slot that was taken before, and returns its leg. Throws `NoPorts`, or the signal's
 * reason when it is aborted in time: then nothing was sent and the slot is released.
 */
export async function dial(
  engine: Engine,
  line: TrunkLine,
  slot: Slot,
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
    release()
    throw error
  })
  if (signal?.aborted || engine.closing) {
    leg.session.close()
    release()
    throw signal?.reason ?? new NotAdmitted('draining', 0)
  }

  function release(): void {
    engine.calls--
    slot.release()
    engine.onIdle()
  }

  const hangUp = () => void leg.hangup()
  function onReleased(leg: CallLeg): void {
    engine.legs.delete(leg)
    signal?.removeEventListener('abort', hangUp)
    release()
  }

  // The user agent ends an unanswered call itself. This covers carriers that never respond, to the INVITE or to CANCEL.
  const givenUp = engine.clock.setTimeout(() => {
    if (leg.carrierResponded()) void leg.end('no_answer')
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
  // RFC 3261 section 21.5.4: calls sent before the Retry-After of a 503 would all be refused.
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
