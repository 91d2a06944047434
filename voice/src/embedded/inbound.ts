import { randomUUID } from 'node:crypto'
import { causeOf } from '../causes.ts'
import type { InboundLeg } from '../gateway.ts'
import { NoPorts } from '../media/rtp/ports.ts'
import { parseNameAddr, parseUri } from '../sip/message/uri.ts'
import type { IncomingCall } from '../sip/types.ts'
import type { Engine } from './engine.ts'
import { openLeg, type CallLeg } from './leg.ts'
import type { TrunkLine } from './trunks.ts'

/** How long a call that came in may ring and last. */
export interface InboundSettings {
  /** A call nobody took within this is refused with 480. */
  ringTimeoutMs: number
  /** Hung up so long after the answer. */
  maxDurationMs: number
}

/** Opens a leg for a call that came in, rings, and offers it to `handler`. */
export function receive(
  engine: Engine,
  line: TrunkLine,
  call: IncomingCall,
  settings: InboundSettings,
  handler: (leg: InboundLeg) => void,
): void {
  const place = line.gate.join()
  engine.calls++
  const giveBack = () => {
    engine.calls--
    place.release()
    engine.onIdle()
  }
  // Not the Call-ID: that is the other side's choice, and may be one of ours.
  const id = randomUUID()
  let gone = false
  // A CANCEL may come while the ports are being opened.
  call.handlers = { onFailure: () => (gone = true) }

  openLeg(engine.media, engine.clock, {
    id,
    attemptId: id,
    maxDurationMs: settings.maxDurationMs,
    audio: engine.audio,
    transfer: (leg, request, signal) => engine.transfer(leg, line, '', request, signal),
    onReleased(leg) {
      engine.legs.delete(leg)
      giveBack()
    },
  }).then(
    (leg) => {
      leg.attach(call)
      engine.legs.add(leg)
      if (gone) return leg.ended('remote', 'cancelled', 487)
      handler(ring(engine, line, call, leg, settings.ringTimeoutMs))
    },
    (error: unknown) => {
      giveBack()
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
  /** Resolves when an answer that was sent has led to audio, or to the end of the call. */
  let answering: Promise<void> | null = null

  function reject(status: number): void {
    if (leg.phase() !== 'waiting' || answering) return
    call.reject(status)
    leg.ended('local', causeOf(status), status)
  }

  /** The INVITE had no offer: the 200 carries ours, and the ACK what the caller makes of it (RFC 3261 section 13.3.1). */
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

/** A carrier calls the Contact we registered, our user name; the number that was dialled stands in To then. */
function dialledNumber(call: IncomingCall, username: string): string {
  if (call.to !== username) return call.to
  const to = parseNameAddr(call.header('To') ?? '')
  return (to && parseUri(to.uri)?.user) || call.to
}
