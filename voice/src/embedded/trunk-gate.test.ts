import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotAdmitted } from '../gateway.ts'
import { createVirtualClock } from '../sim/virtual-clock.ts'
import { createTrunkGate } from './trunk-gate.ts'

const breaker = { failures: 5, openMs: 30_000 }

test('in any order of requests INVITEs are evenly spaced and slots never exceed the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.record({ waitMs: fc.nat(120), release: fc.boolean() }), { minLength: 1, maxLength: 80 }),
      async (callsPerSecond, maxConcurrentCalls, steps) => {
        const clock = createVirtualClock()
        const gate = createTrunkGate({ callsPerSecond, maxConcurrentCalls }, breaker, clock)
        const held: (() => void)[] = []
        let lastSentAt = -Infinity
        for (const { waitMs, release } of steps) {
          await clock.advance(waitMs)
          if (release) held.pop()?.()
          try {
            held.push(gate.admit().release)
            assert.ok(clock.monotonic() - lastSentAt >= 1000 / callsPerSecond - 1e-6)
            lastSentAt = clock.monotonic()
          } catch (error) {
            assert.ok(error instanceof NotAdmitted && error.reason === 'trunk_limit')
            assert.ok(error.retryAfterMs > 0)
          }
          assert.ok(held.length <= maxConcurrentCalls)
          assert.equal(gate.activeCalls(), held.length)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('trying again after retryAfterMs succeeds', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 3, maxConcurrentCalls: 10 }, breaker, clock)
  gate.admit()
  const refusal = refusalOf(() => gate.admit())
  assert.equal(refusal.retryAfterMs, 334)
  await clock.advance(refusal.retryAfterMs)
  gate.admit()
})

test('a transfer reserves the next slot and campaign calls wait behind it', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1, maxConcurrentCalls: 10 }, breaker, clock)
  gate.admit()
  await clock.advance(400)
  assert.equal(gate.queue().take()?.delayMs, 600)
  assert.equal(refusalOf(() => gate.admit()).retryAfterMs, 1600)
})

test('a carrier that did not respond gets calls as soon as it responds; one more failure stops them again', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1000, maxConcurrentCalls: 10 }, breaker, clock)
  const silent = (times: number, sentAt = clock.monotonic()) => {
    for (let i = 0; i < times; i++) gate.report('no_response', sentAt)
  }
  const sentBefore = clock.monotonic()
  await clock.advance(10)
  silent(5)
  assert.ok(gate.isSilent() && gate.openUntil() !== null)
  await clock.advance(2_000)
  gate.recovered()
  assert.equal(gate.openUntil(), null)
  silent(20, sentBefore)
  assert.equal(gate.openUntil(), null, 'calls that left while it was away say nothing new')

  await clock.advance(10)
  silent(1)
  assert.ok(gate.isSilent(), 'one more is enough')
  gate.recovered()
  assert.ok(gate.openUntil() !== null, 'it answers, but takes no calls')
  await clock.advance(30_000)
  assert.equal(gate.openUntil(), null)

  for (let i = 0; i < 5; i++) gate.report('failed')
  assert.ok(gate.openUntil() !== null)
  assert.equal(gate.isSilent(), false, 'a carrier that refuses calls is no silent one')
})

test('a pause that the carrier requested is kept even when the carrier responds', () => {
  const gate = createTrunkGate({ callsPerSecond: 1000, maxConcurrentCalls: 10 }, breaker, createVirtualClock())
  for (let i = 0; i < 5; i++) gate.report('no_response')
  gate.pause(10_000)
  gate.recovered()
  assert.ok(gate.openUntil() !== null)
})

test('five failures in a row open the breaker for 30 s; an answer before that resets the count', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1000, maxConcurrentCalls: 10 }, breaker, clock)
  for (let i = 0; i < 4; i++) gate.report('failed')
  gate.report('answered_by_carrier')
  for (let i = 0; i < 4; i++) gate.report('failed')
  assert.equal(gate.openUntil(), null)
  gate.report('failed')
  assert.equal(gate.openUntil(), clock.now() + 30_000)
  assert.equal(refusalOf(() => gate.admit()).retryAfterMs, 30_000)
  const transfer = gate.queue()
  assert.equal(transfer.take(), null)
  transfer.end()

  await clock.advance(30_000)
  assert.equal(gate.openUntil(), null)
  gate.admit().release()
  gate.report('failed')
  assert.equal(gate.openUntil(), clock.now() + 30_000, 'still failing: open again at once')
})

test('a pause that the carrier requests is kept, for at most 5 minutes', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1000, maxConcurrentCalls: 10 }, breaker, clock)
  gate.pause(10_000)
  gate.pause(2_000)
  assert.equal(refusalOf(() => gate.admit()).retryAfterMs, 10_000)
  await clock.advance(10_000)
  gate.admit().release()
  gate.pause(86_400_000)
  assert.equal(gate.openUntil(), clock.now() + 300_000)
})

test('new calls leave `keepFree` slots free', () => {
  const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: 5 }, breaker, createVirtualClock())
  gate.join()
  gate.admit(3)
  assert.equal(refusalOf(() => gate.admit(3)).retryAfterMs, 500)
  assert.ok(gate.queue().take())
})

test('a released slot goes to the caller who has waited longest, and never to a new call', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: 2 }, breaker, clock)
  const [first, second] = [gate.admit(), gate.join()]
  const turns = [gate.queue(), gate.queue()]
  const served: number[] = []
  const never = new AbortController().signal
  // The rank follows the order of joining, not of asking.
  for (const i of [1, 0]) {
    assert.equal(turns[i]!.take(), null)
    void turns[i]!.wait(never).then(() => served.push(i))
  }
  first.release()
  refusalOf(() => gate.admit())
  await clock.advance(0)
  assert.deepEqual(served, [0])
  second.release()
  await clock.advance(0)
  assert.deepEqual(served, [0, 1])
  assert.equal(gate.activeCalls(), 2)
})

test('a caller whose call had no result keeps the rank until the turn is ended', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: 1 }, breaker, clock)
  const [elder, younger] = [gate.queue(), gate.queue()]
  const slot = elder.take()!
  const served: string[] = []
  const { signal } = new AbortController()
  void younger.wait(signal).then((slot) => {
    served.push('younger')
    slot.release()
  })
  void elder.wait(signal).then(() => served.push('elder'))
  slot.release()
  await clock.advance(0)
  assert.deepEqual(served, ['elder'])
  elder.end()
})

test('a caller who leaves the queue gets no slot, and new calls are admitted again', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: 2 }, breaker, clock)
  const slots = [gate.join(), gate.join()]
  const turn = gate.queue()
  const left = new AbortController()
  const outcome = turn.wait(left.signal).then(
    () => 'served',
    () => 'left',
  )
  left.abort()
  turn.end()
  slots[0]!.release()
  assert.equal(await outcome, 'left')
  gate.admit()
})

test('waiting callers get slots when the limit is raised and when the pause ends', async () => {
  const clock = createVirtualClock()
  const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: 1 }, breaker, clock)
  gate.join()
  let served = 0
  for (let i = 0; i < 2; i++)
    void gate
      .queue()
      .wait(new AbortController().signal)
      .then(() => served++)
  gate.limits = { callsPerSecond: 1e9, maxConcurrentCalls: 2 }
  await clock.advance(0)
  assert.equal(served, 1)
  gate.pause(10_000)
  gate.limits = { callsPerSecond: 1e9, maxConcurrentCalls: 3 }
  await clock.advance(9_999)
  assert.equal(served, 1)
  await clock.advance(1)
  assert.equal(served, 2)
})

test('in any order of events: waiting callers before new calls, first come first served, every slot is used', async () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('call' as const), keepFree: fc.nat(2) }),
    fc.record({ does: fc.constantFrom('ask' as const, 'come in' as const) }),
    fc.record({ does: fc.constantFrom('release' as const, 'leave' as const), which: fc.nat(20) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      const clock = createVirtualClock()
      const gate = createTrunkGate({ callsPerSecond: 1e9, maxConcurrentCalls: limit }, breaker, clock)
      const held: { release(): void }[] = []
      // Waiting and served callers, in the order of asking.
      let waiting: { rank: number; left: AbortController }[] = []
      const served: number[] = []
      const settle = () => clock.advance(1)
      for (const [rank, step] of steps.entries()) {
        const active = gate.activeCalls()
        if (step.does === 'call') {
          const isFree = waiting.length === 0 && active + step.keepFree < limit
          if (isFree) held.push(gate.admit(step.keepFree))
          else refusalOf(() => gate.admit(step.keepFree))
        }
        if (step.does === 'come in') held.push(gate.join())
        if (step.does === 'ask') {
          const turn = gate.queue()
          const left = new AbortController()
          waiting.push({ rank, left })
          void turn.wait(left.signal).then(
            (slot) => {
              turn.end()
              served.push(rank)
              held.push(slot)
              waiting = waiting.filter((waiter) => waiter.rank !== rank)
            },
            () => turn.end(),
          )
        }
        if (step.does === 'release' && held.length > 0) held.splice(step.which % held.length, 1)[0]!.release()
        if (step.does === 'leave' && waiting.length > 0) {
          const [gone] = waiting.splice(step.which % waiting.length, 1)
          gone!.left.abort()
        }
        await settle()
        assert.equal(gate.activeCalls(), held.length)
        assert.ok(waiting.length === 0 || held.length >= limit, 'a slot is free and a caller waits')
        const slots = served.length
        assert.deepEqual(
          served,
          served.slice(0, slots).toSorted((a, b) => a - b),
        )
      }
    }),
    { numRuns: 200 },
  )
})

test('releasing a slot twice releases it once', () => {
  const gate = createTrunkGate({ callsPerSecond: 1000, maxConcurrentCalls: 1 }, breaker, createVirtualClock())
  const slot = gate.join()
  slot.release()
  slot.release()
  assert.equal(gate.activeCalls(), 0)
})

function refusalOf(run: () => unknown): NotAdmitted {
  try {
    run()
  } catch (error) {
    if (error instanceof NotAdmitted) return error
  }
  throw new assert.AssertionError({ message: 'expected NotAdmitted' })
}
