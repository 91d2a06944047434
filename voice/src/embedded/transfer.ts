import { causeOf } from '../causes.ts'
import type { TransferRequest, TransferResult } from '../gateway.ts'
import { bridge } from './bridge.ts'
import type { Engine } from './engine.ts'
import type { CallLeg } from './leg.ts'
import { checkTransfer } from './requests.ts'
import type { TrunkLine } from './trunks.ts'

/** Legs that are transferred, or about to be. */
const transferring = new WeakSet<CallLeg>()

/** Transfers the caller as the trunk's mode says; a carrier that refuses REFER gets a bridge instead. */
export async function transferLeg(
  engine: Engine,
  a: CallLeg,
  line: TrunkLine,
  callerId: string,
  request: TransferRequest,
  signal?: AbortSignal,
): Promise<TransferResult> {
  checkTransfer(request)
  if (transferring.has(a)) throw new Error('This leg is being transferred already.')
  transferring.add(a)
  a.emit({ t: 'transfer', at: engine.clock.now(), state: 'trying' })
  const referred = request.mode === 'refer' ? await refer(engine, a, request, signal) : null
  const result = referred ?? (await bridge(engine, a, line, callerId, request, signal))
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

/** How the target ended the call. Refusals by the carrier itself lead to a bridge and are not in this list. */
const targetCauses = new Set(['busy', 'no_answer', 'not_found', 'rejected'])

/** Asks the carrier to take the caller back and call the target (RFC 3515). Returns null when it refuses: no call was made. */
async function refer(
  engine: Engine,
  a: CallLeg,
  request: TransferRequest,
  signal?: AbortSignal,
): Promise<TransferResult | null> {
  const { promise: final, resolve } = Promise.withResolvers<number | 'left' | 'late'>()
  const timer = engine.clock.setTimeout(() => resolve('late'), request.ringTimeoutMs)
  a.listen((event) => event.t === 'ended' && resolve('left'))
  const cancel = () => resolve('left')
  signal?.addEventListener('abort', cancel)
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
    signal?.removeEventListener('abort', cancel)
    delete a.sipHandlers.onReferProgress
  }
}
