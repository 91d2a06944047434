import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createVirtualClock } from './virtual-clock.ts'

test('timers run in the order of their times, then in the order they were set', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ms: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 60 }),
      async (timers) => {
        const clock = createVirtualClock()
        const ran: { ms: number; index: number }[] = []
        timers.forEach(({ ms, cancelled }, index) => {
          const timer = clock.setTimeout(() => ran.push({ ms: clock.monotonic(), index }), ms)
          if (cancelled) timer.cancel()
        })
        await clock.runUntilIdle()
        const expected = timers
          .map(({ ms, cancelled }, index) => ({ ms, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .toSorted((a, b) => a.ms - b.ms || a.index - b.index)
          .map(({ ms, index }) => ({ ms, index }))
        assert.deepEqual(ran, expected)
        assert.equal(clock.pending(), 0)
      },
    ),
  )
})

test('a chain of promises between two timers settles before time moves on', async () => {
  const clock = createVirtualClock()
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
  const seen: number[] = []

  async function worker() {
    for (let round = 0; round < 3; round++) {
      await sleep(100)
      for (let hop = 0; hop < 50; hop++) await Promise.resolve()
      seen.push(clock.monotonic())
    }
  }
  const done = worker()
  await clock.advance(250)
  assert.deepEqual(seen, [100, 200])
  await clock.runUntilIdle()
  assert.deepEqual(seen, [100, 200, 300])
  await done
})

test('advance moves exactly as far as requested, with or without timers', async () => {
  const clock = createVirtualClock({ startAt: 1_000 })
  await clock.advance(70)
  assert.equal(clock.now(), 1_070)
  assert.equal(clock.monotonic(), 70)
})
