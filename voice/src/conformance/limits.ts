import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, rejects } from '../callee.ts'
import { NotAdmitted } from '../gateway.ts'
import { on, type MakeHarness, type Scene } from './harness.ts'

const notAdmitted = (reason: NotAdmitted['reason']) => (error: unknown) =>
  error instanceof NotAdmitted && error.reason === reason && error.retryAfterMs >= 0

const idle = ({ gateway, until }: Scene) => until('no call', async () => (await gateway.load()).activeCalls === 0)

export function describeLimits(make: MakeHarness): void {
  test('an unknown trunk calls nobody', () =>
    on(make, {}, async ({ dial, carried }) => {
      await assert.rejects(dial('100', { trunkId: 'another' }), notAdmitted('trunk_unknown'))
      assert.equal(carried.length, 0)
    }))

  test('a trunk carries so many calls and no more; a place is free again when a call is over', () =>
    on(make, { callees: { '100': answers(0) } }, async (scene) => {
      await scene.gateway.upsertTrunk({ ...scene.trunk, maxConcurrentCalls: 2 })
      const first = await scene.dial('100')
      await scene.pass(5)
      await scene.dial('100')
      await scene.pass(5)
      await assert.rejects(scene.dial('100', { attemptId: 'third-call' }), notAdmitted('trunk_limit'))
      await first.event('answered')
      await first.leg.hangup()
      await scene.until('the place', async () => (await scene.gateway.load()).activeCalls === 1)
      await scene.dial('100', { attemptId: 'third-call' })
      await scene.until('three calls at the carrier', () => scene.carried.length === 3)
    }))

  test('calls per second are spaced evenly: a burst is refused with the time to wait', () =>
    on(make, { callees: { '100': busy() } }, async (scene) => {
      await scene.gateway.upsertTrunk({ ...scene.trunk, callsPerSecond: 1 })
      const startedAt = scene.now()
      const [first, second] = await Promise.allSettled([scene.dial('100'), scene.dial('100')])
      assert.equal(first.status, 'fulfilled')
      const refusal: unknown = second.status === 'rejected' && second.reason
      assert.ok(refusal instanceof NotAdmitted && refusal.reason === 'trunk_limit')
      assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 1_000)
      await scene.pass(refusal.retryAfterMs)
      await scene.dial('100')
      assert.ok(scene.now() - startedAt >= 999)
      await scene.until('two calls at the carrier', () => scene.carried.length === 2)
    }))

  test('the engine carries so many calls and no more', () =>
    on(make, { callees: { '100': answers(0) }, limits: { maxCalls: 2 } }, async (scene) => {
      await scene.dial('100')
      await scene.pass(5)
      await scene.dial('100')
      await scene.pass(5)
      assert.equal((await scene.gateway.load()).accepting, false)
      await assert.rejects(scene.dial('100'), notAdmitted('engine_limit'))
    }))

  test('five failures in a row: the trunk is left alone for a while, and says so', () =>
    on(
      make,
      { callees: { '100': rejects(503), '200': busy() }, breaker: { failures: 5, openMs: 3_000 } },
      async (scene) => {
        for (let i = 0; i < 5; i++) {
          await (await scene.dial('100')).event('ended')
          await scene.pass(5)
        }
        await assert.rejects(scene.dial('200'), notAdmitted('trunk_limit'))
        const state = await scene.gateway.trunkState(scene.trunk.id)
        assert.ok(state.state === 'failed' && /in a row/.test(state.reason))
        await scene.pass(3_050)
        await (await scene.dial('200')).event('ended')
        assert.equal(scene.carried.length, 6)
      },
    ))

  test('draining refuses new calls and waits for the present ones', () =>
    on(make, { callees: { '100': answers(0) } }, async (scene) => {
      const call = await scene.dial('100')
      await call.event('answered')
      let drained = false
      void scene.gateway.drain(30_000).then(() => (drained = true))
      await assert.rejects(scene.dial('100'), notAdmitted('draining'))
      assert.equal((await scene.gateway.load()).accepting, false)
      assert.equal(drained, false)
      scene.carried[0]!.hangUp()
      await scene.until('the drain', () => drained)
      assert.deepEqual((await call.event('ended')).by, 'remote')
    }))

  test('draining hangs up what is left at the deadline', () =>
    on(make, { callees: { '100': answers(0), '200': noAnswer() } }, async (scene) => {
      const talking = await scene.dial('100')
      await talking.event('answered')
      const ringing = await scene.dial('200')
      await ringing.event('ringing')
      let drained = false
      void scene.gateway.drain(200).then(() => (drained = true))
      await scene.until('the drain', () => drained)
      assert.deepEqual(
        [(await talking.event('ended')).cause, (await ringing.event('ended')).cause],
        ['completed', 'cancelled'],
      )
      await scene.until('the carrier to see both', () => scene.carried.every(({ over }) => over))
    }))

  test('when all is over nothing is held', () =>
    on(
      make,
      { callees: { '100': answers(0, { hangUpAfterMs: 100 }), '200': busy(), '300': noAnswer() } },
      async (scene) => {
        const before = await scene.gateway.load()
        assert.equal(before.activeCalls, 0)
        const calls = []
        let busiest = 0
        for (const to of ['100', '200', '300', '100', '200', '300']) {
          calls.push(await scene.dial(to, { ringTimeoutMs: 200 }))
          await scene.pass(5)
          busiest = Math.max(busiest, (await scene.gateway.load()).callsPerSecond)
        }
        assert.ok(busiest > 0)
        for (const call of calls) await call.event('ended')
        await idle(scene)
        await scene.until('every port back', async () => (await scene.gateway.load()).freePorts === before.freePorts)
        await scene.pass(1_050)
        const { activeCalls, callsPerSecond, accepting } = await scene.gateway.load()
        assert.deepEqual(
          { activeCalls, callsPerSecond, accepting },
          { activeCalls: 0, callsPerSecond: 0, accepting: true },
        )
      },
    ))
}
