import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '../callee.ts'
import { NotAdmitted } from '../gateway.ts'
import { on, type MakeHarness, type Fixture } from './harness.ts'

const untilState = ({ gateway, trunk, until }: Fixture, wanted: string) =>
  until(`the trunk to be ${wanted}`, async () => (await gateway.trunkState(trunk.id)).state === wanted)

export function describeTrunks(make: MakeHarness): void {
  test('a trunk that registers', () =>
    on(make, {}, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, register: true })
      await untilState(fixture, 'registered')
      const state = await fixture.gateway.trunkState(fixture.trunk.id)
      assert.ok(state.state === 'registered' && state.expiresAt > fixture.now())
      await fixture.gateway.removeTrunk(fixture.trunk.id)
      assert.deepEqual(await fixture.gateway.trunkState(fixture.trunk.id), { state: 'unregistered' })
    }))

  test('a trunk that registers with a wrong password', () =>
    on(make, {}, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, register: true, password: 'wrong' })
      await untilState(fixture, 'failed')
      const state = await fixture.gateway.trunkState(fixture.trunk.id)
      assert.ok(state.state === 'failed' && [401, 403, 407].includes(state.sip ?? 0))
      assert.match(state.reason, /refused the user name or password/)
    }))

  test('a call with a wrong password ends as auth_failed; the right one put in place works', () =>
    on(make, { callees: { '100': answers(0) } }, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, password: 'wrong' })
      assert.equal((await (await fixture.dial('100')).event('ended')).cause, 'auth_failed')
      await fixture.gateway.upsertTrunk(fixture.trunk)
      await (await fixture.dial('100')).event('answered')
    }))

  test('a trunk without registration is ready', () =>
    on(make, {}, async ({ gateway, trunk, pass }) => {
      assert.deepEqual(await gateway.trunkState(trunk.id), { state: 'ready' })
      await pass(100)
      assert.deepEqual(await gateway.trunkState(trunk.id), { state: 'ready' })
    }))

  test('removing a trunk lets its calls go on and admits no more', () =>
    on(make, { callees: { '100': answers(0, { hangUpAfterMs: 200 }) } }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      await fixture.gateway.removeTrunk(fixture.trunk.id)
      await assert.rejects(
        fixture.dial('100'),
        (error) => error instanceof NotAdmitted && error.reason === 'trunk_unknown',
      )
      assert.equal((await call.event('ended')).by, 'remote')
    }))

  for (const register of [true, false]) {
    const how = register ? 'REGISTER' : 'OPTIONS'

    test(`testing a good trunk by ${how}`, () =>
      on(make, {}, async ({ gateway, trunk }) => {
        const result = await gateway.testTrunk({ ...trunk, id: 'tested', register })
        assert.deepEqual({ ok: result.ok, sip: result.sip }, { ok: true, sip: 200 })
        assert.ok(result.latencyMs >= 0 && result.message.length > 0)
        assert.deepEqual(await gateway.trunkState('tested'), { state: 'unregistered' })
      }))

    test(`testing by ${how} without a response`, () =>
      on(make, { probeTimeoutMs: 300 }, async ({ gateway, trunk, nowhere, until }) => {
        let result: Awaited<ReturnType<typeof gateway.testTrunk>> | null = null
        void gateway.testTrunk({ ...trunk, ...nowhere, register }).then((done) => (result = done))
        await until('the test', () => result !== null)
        assert.deepEqual({ ok: result!.ok, sip: result!.sip }, { ok: false, sip: undefined })
        assert.match(result!.message, /No answer/)
      }))
  }

  test('testing a trunk with a wrong password', () =>
    on(make, {}, async ({ gateway, trunk }) => {
      const result = await gateway.testTrunk({ ...trunk, register: true, password: 'wrong' })
      assert.equal(result.ok, false)
      assert.match(result.message, /refused the user name or password/)
    }))

  test('a trunk that cannot be served is refused by field', () =>
    on(make, {}, async ({ gateway, trunk }) => {
      await assert.rejects(gateway.upsertTrunk({ ...trunk, host: '' }), /^TypeError: trunk\.host/)
      await assert.rejects(gateway.upsertTrunk({ ...trunk, callsPerSecond: 0 }), /^TypeError: trunk\.callsPerSecond/)
      const unknown = { ...trunk, transport: 'sctp' as 'udp' }
      await assert.rejects(gateway.upsertTrunk(unknown), /^TypeError: trunk\.transport/)
    }))
}
