import { randomUUID } from 'node:crypto'
import { causeOf } from '../causes.ts'
import { NotAdmitted, type TransferRequest, type TransferResult } from '../gateway.ts'
import { dial } from './dial.ts'
import type { Engine } from './engine.ts'
import type { CallLeg } from './leg.ts'
import { checkTransfer } from './requests.ts'
import type { TrunkLine } from './trunks.ts'

/** Legs handed over, or about to be. */
const transferring = new WeakSet<CallLeg>()

/** Hands the caller over as asked; a carrier that will not do REFER gets a bridge instead. */
export async function transferLeg(
  engine: Engine,
  a: CallLeg,
  line: TrunkLine,
  callerId: string,
  request: TransferRequest,
): Promise<TransferResult> {
  checkTransfer(request)
  if (transferring.has(a)) throw new Error('This leg is being transferred already.')
  transferring.add(a)
  a.emit({ t: 'transfer', at: engine.clock.now(), state: 'trying' })
  const referred = request.mode === 'refer' ? await refer(engine, a, request) : null
  const result = referred ?? (await bridge(engine, a, line, callerId, request))
  if (!result.ok) {
    transferring.delete(a)
    a.emit({
      t: 'transfer',
      at: engine.clock.now(),
      state: 'failed',
      cause: result.cause,
      ...(result.sip !== undefined && { sip: result.sip }),
    })
  }
  return result
}

/** A second call through the same trunk, the caller hearing ringback until it is answered; then each hears the other. */
async function bridge(
  engine: Engine,
  a: CallLeg,
  line: TrunkLine,
  callerId: string,
  request: TransferRequest,
): Promise<TransferResult> {
  const gone: TransferResult = { ok: false, cause: 'cancelled' }
  const left = new AbortController()
  a.listen((event) => event.t === 'ended' && left.abort())
  if (a.phase() === 'ended') return gone

  const ringback = a.session.playRingback()
  try {
    const place = line.gate.reserve()
    if (place.delayMs > 0) await new Promise<void>((resolve) => engine.clock.setTimeout(resolve, place.delayMs))
    const b = await dial(
      engine,
      line,
      place,
      {
        attemptId: `${a.attemptId}-${randomUUID().slice(0, 8)}`,
        to: request.to,
        callerId: request.callerId ?? callerId,
        ringTimeoutMs: request.ringTimeoutMs,
        maxDurationMs: Infinity,
      },
      left.signal,
    )
    const result = await answerOf(a, b)
    return left.signal.aborted && !result.ok ? gone : result
  } catch (error) {
    if (left.signal.aborted) return gone
    if (error instanceof NotAdmitted || (error instanceof Error && error.name === 'NoPorts'))
      return { ok: false, cause: 'congestion' }
    throw error
  } finally {
    await ringback.stop()
  }
}

function answerOf(a: CallLeg, b: CallLeg): Promise<TransferResult> {
  return new Promise((resolve) => {
    let answered = false
    if (b.phase() === 'ended') resolve({ ok: false, cause: 'cancelled' })
    b.listen((event) => {
      if (event.t === 'ringing')
        a.emit({ t: 'transfer', at: event.at, state: 'ringing', ...(event.sip && { sip: event.sip }) })
      if (event.t === 'answered') {
        answered = true
        a.session.bridge(b.session)
        a.emit({ t: 'transfer', at: event.at, state: 'answered' })
        resolve({ ok: true, mode: 'bridge' })
      }
      if (event.t !== 'ended') return
      if (answered) void a.end(event.cause, event.by)
      else resolve({ ok: false, cause: event.cause, ...(event.sip !== undefined && { sip: event.sip }) })
    })
  })
}

/** How the target ended, when that is the target's doing: the carrier's own refusals are answered by a bridge. */
const targetCauses = new Set(['busy', 'no_answer', 'not_found', 'rejected'])

/** The carrier takes the caller back and calls the target (RFC 3515). Null: it would not, and nobody was called. */
async function refer(engine: Engine, a: CallLeg, request: TransferRequest): Promise<TransferResult | null> {
  const { promise: final, resolve } = Promise.withResolvers<number | 'left' | 'late'>()
  const timer = engine.clock.setTimeout(() => resolve('late'), request.ringTimeoutMs)
  a.listen((event) => event.t === 'ended' && resolve('left'))
  a.sipHandlers.onReferProgress = (status) => {
    if (status >= 200) return resolve(status)
    if (status >= 180) a.emit({ t: 'transfer', at: engine.clock.now(), state: 'ringing', sip: status })
  }
  try {
    const accepted = await a.call().refer(request.to)
    if (accepted >= 300) return null
    const status = await final
    if (status === 'left') return { ok: false, cause: 'cancelled' }
    if (status === 'late') return { ok: false, cause: 'no_answer' }
    if (status < 300) {
      a.emit({ t: 'transfer', at: engine.clock.now(), state: 'answered', sip: status })
      void a.end('completed')
      return { ok: true, mode: 'refer' }
    }
    const cause = causeOf(status)
    return targetCauses.has(cause) ? { ok: false, cause, sip: status } : null
  } finally {
    timer.cancel()
    delete a.sipHandlers.onReferProgress
  }
}
