import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotAdmitted } from '../gateway.ts'
import { checkEngine, defaultLimits } from './admission.ts'

const idle = { openTransactions: 0, p99Ms: 0, freePorts: 100, calls: 0 }

/** Returns why a call is refused in this state of the engine, or null. */
function refusal(state: Partial<typeof idle>): NotAdmitted['reason'] | null {
  const { openTransactions, p99Ms, freePorts, calls } = { ...idle, ...state }
  const media = { lateness: () => ({ p50Ms: 0, p99Ms, maxMs: p99Ms }), freePorts: () => freePorts }
  try {
    checkEngine(defaultLimits, calls, { openTransactions: () => openTransactions }, media)
    return null
  } catch (error) {
    assert.ok(error instanceof NotAdmitted && error.retryAfterMs > 0)
    return error.reason
  }
}

test('each limit of the engine refuses calls with its reason', () => {
  assert.equal(refusal({}), null)
  assert.equal(refusal({ calls: 499 }), null)
  assert.equal(refusal({ calls: 500 }), 'engine_limit')
  assert.equal(refusal({ openTransactions: 4000 }), 'engine_limit')
  assert.equal(refusal({ freePorts: 0 }), 'no_ports')
})

test('late packets refuse new calls only when many calls are active', () => {
  assert.equal(refusal({ p99Ms: 20, calls: 50 }), null)
  assert.equal(refusal({ p99Ms: 20, calls: 51 }), 'engine_limit')
  assert.equal(refusal({ p99Ms: 5, calls: 400 }), null)
})
