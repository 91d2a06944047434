import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { NotAdmitted, type Playback, type TransferRequest, type TransferResult } from '../gateway.ts'
import { NoPorts } from '../media/rtp/ports.ts'
import { dial } from './dial.ts'
import type { Engine } from './engine.ts'
import type { CallLeg } from './leg.ts'
import type { Slot } from './trunk-gate.ts'
import type { TrunkLine } from './trunks.ts'

/** A carrier without a free channel is tried again after this, or after its Retry-After. */
const askAgainMs = 2_000

/**
 * Makes a second call through the same trunk. The caller hears ringback until it is answered; then the two are connected.
 * While neither we nor the carrier have a free channel, the caller waits and hears music.
 */
export async function bridge(
  engine: Engine,
  a: CallLeg,
  line: TrunkLine,
  callerId: string,
  request: TransferRequest,
  signal?: AbortSignal,
): Promise<TransferResult> {
  const gone: TransferResult = { ok: false, cause: 'cancelled' }
  if (a.phase() === 'ended' || signal?.aborted) return gone
  const { clock } = engine
  const left = new AbortController()
  a.listen((event) => event.t === 'ended' && left.abort())
  const cancel = () => left.abort()
  signal?.addEventListener('abort', cancel)
  const waitUntil = clock.monotonic() + (request.waitMs ?? 0)
  const turn = line.gate.queue()
  let sound: Playback | null = null
  let waits = false

  function wait(): void {
    if (waits) return
    waits = true
    a.emit({ t: 'transfer', at: clock.now(), state: 'waiting' })
    sound = a.session.playSignal(request.hold ?? { tone: 'hold' })
  }

  async function findSlot(): Promise<Slot | null> {
    const slot = turn.take()
    // The caller's own call takes the only channel of the trunk.
    if (slot || line.gate.limits.maxConcurrentCalls < 2 || clock.monotonic() >= waitUntil) return slot
    wait()
    return before(clock, waitUntil, left.signal, (signal) => turn.wait(signal))
  }

  async function call(slot: Slot): Promise<TransferResult> {
    if (slot.delayMs > 0) await sleep(clock, slot.delayMs, left.signal)
    if (left.signal.aborted) {
      slot.release()
      return gone
    }
    if (waits || !sound) sound = a.session.playSignal({ tone: 'ringback' })
    if (waits) a.emit({ t: 'transfer', at: clock.now(), state: 'trying' })
    waits = false
    try {
      const b = await dial(
        engine,
        line,
        slot,
        {
          attemptId: `${a.attemptId}-${randomUUID().slice(0, 8)}`,
          to: request.to,
          callerId: request.callerId ?? callerId,
          ringTimeoutMs: request.ringTimeoutMs,
          maxDurationMs: Infinity,
        },
        left.signal,
      )
      return await answerOf(a, b)
    } catch (error) {
      if (left.signal.aborted) return gone
      if (error instanceof NotAdmitted || error instanceof NoPorts) return { ok: false, cause: 'congestion' }
      throw error
    }
  }

  try {
    for (;;) {
      const slot = await findSlot()
      if (left.signal.aborted) {
        slot?.release()
        return gone
      }
      if (!slot) return { ok: false, cause: 'congestion' }
      const result = await call(slot)
      if (left.signal.aborted && !result.ok) return gone
      const mayAskAgain = clock.monotonic() + askAgainMs < waitUntil && !engine.closing
      if (result.ok || result.cause !== 'congestion' || !mayAskAgain) return result
      wait()
      await sleep(clock, askAgainMs, left.signal)
    }
  } finally {
    turn.end()
    signal?.removeEventListener('abort', cancel)
    await (sound as Playback | null)?.stop()
  }
}

/** Returns null when there is no result by `until` (monotonic ms), or when the signal is aborted first. */
async function before<T>(
  clock: Clock,
  at: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const late = new AbortController()
  const timer = clock.setTimeout(() => late.abort(), at - clock.monotonic())
  const over = AbortSignal.any([signal, late.signal])
  try {
    return await run(over)
  } catch (error) {
    if (over.aborted) return null
    throw error
  } finally {
    timer.cancel()
  }
}

/** Resolves early when the signal is aborted. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(done, ms)
    function done(): void {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener('abort', done)
  })
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
