import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, rejects } from '../callee.ts'
import { NotAdmitted } from '../gateway.ts'
import { on, type MakeHarness, type Fixture } from './harness.ts'

const notAdmitted = (reason: NotAdmitted['reason']) => (error: unknown) =>
  error instanceof NotAdmitted && error.reason === reason && error.retryAfterMs >= 0

const idle = ({ gateway, until }: Fixture) => until('no call', async () => (await gateway.load()).activeCalls === 0)

export function describeLimits(make: MakeHarness): void {
  test('an unknown trunk places no call', () =>
    on(make, {}, async ({ dial, carried }) => {
      await assert.rejects(dial('100', { trunkId: 'another' }), notAdmitted('trunk_unknown'))
      assert.equal(carried.length, 0)
    }))

  test('a trunk carries so many calls and no more; a place is free again when a call is over', () =>
    on(make, { callees: { '100': answers(0) } }, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, maxConcurrentCalls: 2 })
      const first = await fixture.dial('100')
      await fixture.pass(5)
      await fixture.dial('100')
      await fixture.pass(5)
      await assert.rejects(fixture.dial('100', { attemptId: 'third-call' }), notAdmitted('trunk_limit'))
      await first.event('answered')
      await first.leg.hangup()
      await fixture.until('the place', async () => (await fixture.gateway.load()).activeCalls === 1)
      await fixture.dial('100', { attemptId: 'third-call' })
      await fixture.until('three calls at the carrier', () => fixture.carried.length === 3)
    }))

  test('calls per second are spaced evenly: a burst is refused with the time to wait', () =>
    on(make, { callees: { '100': busy() } }, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, callsPerSecond: 1 })
      const startedAt = fixture.now()
      const [first, second] = await Promise.allSettled([fixture.dial('100'), fixture.dial('100')])
      assert.equal(first.status, 'fulfilled')
      const refusal: unknown = second.status === 'rejected' && second.reason
      assert.ok(refusal instanceof NotAdmitted && refusal.reason === 'trunk_limit')
      assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 1_000)
      await fixture.pass(refusal.retryAfterMs)
      await fixture.dial('100')
      assert.ok(fixture.now() - startedAt >= 999)
      await fixture.until('two calls at the carrier', () => fixture.carried.length === 2)
    }))

  test('the engine carries so many calls and no more', () =>
    on(make, { callees: { '100': answers(0) }, limits: { maxCalls: 2 } }, async (fixture) => {
      await fixture.dial('100')
      await fixture.pass(5)
      await fixture.dial('100')
      await fixture.pass(5)
      assert.equal((await fixture.gateway.load()).accepting, false)
      await assert.rejects(fixture.dial('100'), notAdmitted('engine_limit'))
    }))

  test('five failures in a row: the trunk is left alone for a while, and says so', () =>
    on(
      make,
      { callees: { '100': rejects(503), '200': busy() }, breaker: { failures: 5, openMs: 3_000 } },
      async (fixture) => {
        for (let i = 0; i < 5; i++) {
          await (await fixture.dial('100')).event('ended')
          await fixture.pass(5)
        }
        await assert.rejects(fixture.dial('200'), notAdmitted('trunk_limit'))
        const state = await fixture.gateway.trunkState(fixture.trunk.id)
        assert.ok(state.state === 'failed' && /in a row/.test(state.reason))
        await fixture.pass(3_050)
        await (await fixture.dial('200')).event('ended')
        assert.equal(fixture.carried.length, 6)
      },
    ))

  test('draining refuses new calls and waits for the present ones', () =>
    on(make, { callees: { '100': answers(0) } }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      let drained = false
      void fixture.gateway.drain(30_000).then(() => (drained = true))
      await assert.rejects(fixture.dial('100'), notAdmitted('draining'))
      assert.equal((await fixture.gateway.load()).accepting, false)
      assert.equal(drained, false)
      fixture.carried[0]!.hangUp()
      await fixture.until('the drain', () => drained)
      assert.deepEqual((await call.event('ended')).by, 'remote')
    }))

  test('draining hangs up what is left at the deadline', () =>
    on(make, { callees: { '100': answers(0), '200': noAnswer() } }, async (fixture) => {
      const talking = await fixture.dial('100')
      await talking.event('answered')
      const ringing = await fixture.dial('200')
      await ringing.event('ringing')
      let drained = false
      void fixture.gateway.drain(200).then(() => (drained = true))
      await fixture.until('the drain', () => drained)
      assert.deepEqual(
        [(await talking.event('ended')).cause, (await ringing.event('ended')).cause],
        ['completed', 'cancelled'],
      )
      await fixture.until('the carrier to see both', () => fixture.carried.every(({ over }) => over))
    }))

  test('when all is over nothing is held', () =>
    on(
      make,
      { callees: { '100': answers(0, { hangUpAfterMs: 100 }), '200': busy(), '300': noAnswer() } },
      async (fixture) => {
        const before = await fixture.gateway.load()
        assert.equal(before.activeCalls, 0)
        const calls = []
        let busiest = 0
        for (const to of ['100', '200', '300', '100', '200', '300']) {
          calls.push(await fixture.dial(to, { ringTimeoutMs: 200 }))
          await fixture.pass(5)
          busiest = Math.max(busiest, (await fixture.gateway.load()).callsPerSecond)
        }
        assert.ok(busiest > 0)
        for (const call of calls) await call.event('ended')
        await idle(fixture)
        await fixture.until(
          'every port back',
          async () => (await fixture.gateway.load()).freePorts === before.freePorts,
        )
        await fixture.pass(1_050)
        const { activeCalls, callsPerSecond, accepting } = await fixture.gateway.load()
        assert.deepEqual(
          { activeCalls, callsPerSecond, accepting },
          { activeCalls: 0, callsPerSecond: 0, accepting: true },
        )
      },
    ))
}
