import type { InboundLeg } from '../gateway.ts'
import type { IncomingCall } from '../sip/types.ts'
import { causeOf } from '../causes.ts'
import type { Engine } from './engine.ts'
import { openLeg } from './leg.ts'
import type { TrunkLine } from './trunks.ts'

export interface InboundSettings {
  /** A call nobody took within this is refused with 480. */
  ringTimeoutMs: number
  /** Hung up so long after the answer. */
  maxDurationMs: number
}

/** Rings, and offers the call to `handler`. */
export async function receive(engine: Engine, line: TrunkLine, call: IncomingCall, settings: InboundSettings, handler: (leg: InboundLeg) => void): Promise<void> {
  if (!call.offer) return call.reject(488)
  const offer = call.offer
  let gone = false
  // A CANCEL may come while the ports are being opened.
  call.handlers = { onFailure: () => (gone = true) }
  const place = line.gate.join()
  engine.calls++
  const giveBack = () => {
    engine.calls--
    place.release()
    engine.onIdle()
  }

  const leg = await openLeg(engine.media, engine.clock, {
    id: call.callId,
    attemptId: call.callId,
    maxDurationMs: settings.maxDurationMs,
    transfer: (leg, request) => engine.transfer(leg, line, '', request),
    onReleased(leg) {
      engine.legs.delete(leg)
      giveBack()
    },
  }).catch((error: unknown) => {
    giveBack()
    call.reject(503)
    throw error
  })
  engine.legs.add(leg)
  leg.attach(call)
  call.handlers = { ...leg.sipHandlers, onFailure: () => leg.ended('remote', 'cancelled', 487) }
  if (gone) return leg.ended('remote', 'cancelled', 487)
  const unanswered = engine.clock.setTimeout(() => reject(480), settings.ringTimeoutMs)
  leg.listen((event) => {
    if (event.t === 'answered' || event.t === 'ended') unanswered.cancel()
  })
  call.ring()

  function reject(status: number): void {
    if (leg.phase() !== 'waiting') return
    call.reject(status)
    leg.ended('local', causeOf(status), status)
  }

  handler({
    ...leg,
    trunkId: line.trunk.id,
    from: call.from,
    to: call.to,
    async answer() {
      if (leg.phase() !== 'waiting') return
      const answer = leg.sipHandlers.onReoffer!(offer)
      if (answer === null) return reject(488)
      call.answer(answer)
      leg.markAnswered()
    },
    async reject(status) {
      reject(status)
    },
    async hangup() {
      if (leg.phase() === 'waiting') reject(480)
      else await leg.hangup()
    },
  })
}
