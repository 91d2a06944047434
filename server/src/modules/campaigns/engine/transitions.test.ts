import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callStatuses } from '../call-schema.ts'
import { attemptTransitions, change, isReachable, targetTransitions } from './transitions.ts'

test('events of one call are written together, those of two calls are not', () => {
  assert.ok(isReachable(attemptTransitions, 'dialling', 'completed'))
  assert.ok(isReachable(targetTransitions, 'dialling', 'transferred'))
  assert.ok(isReachable(targetTransitions, 'ringing', 'queued'))
  // Only by way of the queue.
  for (const to of ['do_not_call', 'dialling'] as const) assert.ok(!isReachable(targetTransitions, 'ringing', to), to)
  for (const to of ['ringing', 'answered', 'busy', 'unknown'] as const)
    assert.ok(!isReachable(targetTransitions, 'queued', to), to)
  assert.ok(!isReachable(attemptTransitions, 'dialling', 'queued'))
})

test('no state leads to itself, and final states have no exit', () => {
  for (const transitions of [attemptTransitions, targetTransitions]) {
    for (const status of callStatuses) {
      assert.ok(!isReachable(transitions, status, status), status)
      if (transitions[status].length > 0) continue
      for (const to of callStatuses) assert.ok(!isReachable(transitions, status, to), `${status} to ${to}`)
    }
  }
})

test('a change that is not in the table throws at load time', () => {
  assert.ok(change(targetTransitions, 'cancelled', ['queued']))
  assert.throws(() => change(targetTransitions, 'queued', ['answered']), /no change from answered to queued/)
  assert.throws(() => change(attemptTransitions, 'queued'), /no change from any state to queued/)
})
