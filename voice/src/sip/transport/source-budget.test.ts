import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSourceBudget } from './source-budget.ts'

function counting(perSecond: number) {
  let now = 0
  const budget = createSourceBudget(perSecond, () => now)
  const taken = (host: string, times: number) =>
    Array.from({ length: times }, () => budget.take(host, 1)).filter(Boolean).length
  return { budget, taken, pass: (ms: number) => (now += ms) }
}

test('one address may send a burst of two seconds, then its rate per second', () => {
  const { budget, taken, pass } = counting(100)
  assert.equal(taken('a', 1000), 200)
  pass(1000)
  assert.equal(taken('a', 1000), 100)
  pass(60_000)
  assert.equal(taken('a', 1000), 200)
  pass(100)
  assert.equal(budget.take('a', 11), false, 'ten are there')
  assert.equal(budget.take('a', 10), true)
})

test('many addresses together share a limit, and a quiet address is still read', () => {
  const { taken, pass } = counting(100)
  let read = 0
  for (let i = 0; i < 50; i++) read += taken(`forged${i}`, 1000)
  assert.ok(read <= 400 + 50 * 4, `${read} at once`)
  for (let second = 0; second < 10; second++) {
    pass(1000)
    read = 0
    for (let i = 0; i < 50; i++) read += taken(`forged${i}`, 1000)
    assert.ok(read <= 200 + 50 * 2, `${read} in a second`)
    assert.equal(taken('quiet', 2), 2)
  }
})
