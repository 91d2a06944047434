import { randomUUID } from 'node:crypto'
import { causeOf } from '../causes.ts'
import type { InboundLeg } from '../gateway.ts'
import { NoPorts } from '../media/rtp/ports.ts'
import { parseNameAddr, parseUri } from '../sip/message/uri.ts'
import type { IncomingCall } from '../sip/types.ts'
import type { Engine } from './engine.ts'
import { openLeg, type CallLeg } from './leg.ts'
import type { TrunkLine } from './trunks.ts'

/** How long an inbound call may ring and last. */
export interface InboundSettings {
  /** An inbound call that is not answered within this is refused with 480. */
  ringTimeoutMs: number
  /** The call is hung up this long after the answer. */
  maxDurationMs: number
}

/** Opens a leg for an inbound call, rings, and passes it to `handler`. */
export function receive(
  engine: Engine,
  line: TrunkLine,
  call: IncomingCall,
  settings: InboundSettings,
  handler: (leg: InboundLeg) => void,
): void {
  const slot = line.gate.join()
  engine.calls++
  const release = () => {
    engine.calls--
    slot.release()
    engine.onIdle()
  }
  // Not the Call-ID: the other side chooses it, and it may equal one of ours.
  const id = randomUUID()
  let gone = false
  // A CANCEL may arrive while the ports are being opened.
  call.handlers = { onFailure: () => (gone = true) }

  openLeg(engine.media, engine.clock, {
    id,
    attemptId: id,
    maxDurationMs: settings.maxDurationMs,
    audio: engine.audio,
    transfer: (leg, request, signal) => engine.transfer(leg, line, '', request, signal),
    onReleased(leg) {
      engine.legs.delete(leg)
      release()
    },
  }).then(
    (leg) => {
      leg.attach(call)
      engine.legs.add(leg)
      if (gone) return leg.ended('remote', 'cancelled', 487)
      handler(ring(engine, line, call, leg, settings.ringTimeoutMs))
    },
    (error: unknown) => {
      release()
      call.reject(503)
      if (!(error instanceof NoPorts)) process.emitWarning(error instanceof Error ? error : String(error))
    },
  )
}

function ring(engine: Engine, line: TrunkLine, call: IncomingCall, leg: CallLeg, ringTimeoutMs: number): InboundLeg {
  const unanswered = engine.clock.setTimeout(() => reject(480), ringTimeoutMs)
  leg.listen((event) => {
    if (event.t === 'answered' || event.t === 'ended') unanswered.cancel()
  })
  leg.sipHandlers.onFailure = () => leg.ended('remote', 'cancelled', 487)
  call.handlers = leg.sipHandlers
  call.ring()
  /** Resolves when the answered call has audio, or has ended. */
  let answering: Promise<void> | null = null

  function reject(status: number): void {
    if (leg.phase() !== 'waiting' || answering) return
    call.reject(status)
    leg.ended('local', causeOf(status), status)
  }

  /** The INVITE had no offer: the 200 carries our offer, and the ACK the caller's answer (RFC 3261 section 13.3.1). */
  function offerAndWait(): Promise<void> {
    unanswered.cancel()
    const settled = new Promise<void>((resolve) =>
      leg.listen((event) => {
        if (event.t === 'answered' || event.t === 'ended') resolve()
      }),
    )
    call.answer(leg.session.offer())
    return settled
  }

  return {
    ...leg,
    trunkId: line.trunk.id,
    from: call.from,
    to: dialledNumber(call, line.trunk.username),
    async answer() {
      if (leg.phase() !== 'waiting' || answering) return answering ?? undefined
      if (call.offer === null) return (answering = offerAndWait())
      const answer = leg.answerOffer(call.offer)
      if (answer === null) return reject(488)
      call.answer(answer)
      leg.markAnswered()
    },
    reject: async (status) => reject(status),
    async hangup() {
      if (leg.phase() === 'waiting' && !answering) reject(480)
      else await leg.hangup()
    },
  }
}

/** A carrier may call our registered Contact, which has our user name; then the dialled number is in To. */
function dialledNumber(call: IncomingCall, username: string): string {
  if (call.to !== username) return call.to
  const to = parseNameAddr(call.header('To') ?? '')
  return (to && parseUri(to.uri)?.user) || call.to
}
