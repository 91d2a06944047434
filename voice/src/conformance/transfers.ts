import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, rejects } from '../callee.ts'
import type { TransferRequest, TransferResult } from '../gateway.ts'
import { on, type MakeHarness, type Fixture, type WatchedLeg } from './harness.ts'

const bridge: TransferRequest = { to: '200', mode: 'bridge', ringTimeoutMs: 30_000 }
const refer: TransferRequest = { ...bridge, mode: 'refer' }

const statesOf = (call: WatchedLeg) => call.events.flatMap((event) => (event.t === 'transfer' ? event.state : []))

/** Starts a transfer and waits for its result, with time passing. */
async function transfer({ until }: Fixture, call: WatchedLeg, request: TransferRequest): Promise<TransferResult> {
  await call.event('answered')
  let result: TransferResult | null = null
  void call.leg.transfer(request).then((done) => (result = done))
  await until('the transfer to end', () => result !== null)
  return result!
}

export function describeTransfers(make: MakeHarness): void {
  const both = { '100': answers(0), '200': answers(80) }

  test('a bridged transfer connects a second call through the trunk; our hang-up ends both', () =>
    on(make, { callees: both }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, bridge), { ok: true, mode: 'bridge' })
      assert.deepEqual(statesOf(call), ['trying', 'ringing', 'answered'])
      assert.deepEqual(
        fixture.carried.map(({ to, from }) => [to, from]),
        [
          ['100', '5550100'],
          ['200', '5550100'],
        ],
      )
      assert.equal((await fixture.gateway.load()).activeCalls, 2)

      const [caller, target] = fixture.carried
      caller!.press('5')
      await fixture.until('the caller’s key at the target', () => target!.keysHeard === '5')
      target!.press('8')
      await fixture.until('the target’s key at the caller', () => caller!.keysHeard === '8')
      await call.leg.hangup()
      await fixture.until('both calls to end', () => fixture.carried.every(({ over }) => over))
    }))

  test('the target hangs up: the caller’s call ends too', () =>
    on(make, { callees: both }, async (fixture) => {
      const call = await fixture.dial('100')
      await transfer(fixture, call, bridge)
      fixture.carried[1]!.hangUp()
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'remote', cause: 'completed' })
      await fixture.until('both calls to end', () => fixture.carried.every(({ over }) => over))
    }))

  test('the caller hangs up: the target’s call ends too', () =>
    on(make, { callees: both }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.equal((await transfer(fixture, call, bridge)).ok, true)
      fixture.carried[0]!.hangUp()
      await call.event('ended')
      await fixture.until(
        'both calls to end',
        () => fixture.carried.length === 2 && fixture.carried.every(({ over }) => over),
      )
    }))

  test('the target is busy: the caller lives on and hears the menu again', () =>
    on(make, { callees: { ...both, '200': busy(50) } }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, bridge), { ok: false, cause: 'busy', sip: 486 })
      const failed = await call.event('transfer', ({ state }) => state === 'failed')
      assert.deepEqual({ cause: failed.cause, sip: failed.sip }, { cause: 'busy', sip: 486 })
      call.leg.play(fixture.audio(60))
      await call.event('playback', ({ state }) => state === 'finished')
    }))

  test('the target does not answer: its call is cancelled, and another try may follow', () =>
    on(make, { callees: { ...both, '200': noAnswer() } }, async (fixture) => {
      const call = await fixture.dial('100')
      const request = { ...bridge, ringTimeoutMs: 1_500 }
      const first = await transfer(fixture, call, request)
      assert.ok(!first.ok && first.cause === 'no_answer')
      await fixture.until('the CANCEL', () => fixture.carried[1]!.over)
      const second = await transfer(fixture, call, request)
      assert.ok(!second.ok && second.cause === 'no_answer')
      await fixture.until('both tries at the carrier', () => fixture.carried.length === 3)
      assert.ok(!call.events.some((event) => event.t === 'ended'))
    }))

  test('the caller leaves while the target rings: the target is cancelled', () =>
    on(make, { callees: { ...both, '200': noAnswer() } }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      const result = call.leg.transfer(bridge)
      await call.event('transfer', ({ state }) => state === 'ringing')
      fixture.carried[0]!.hangUp()
      await call.event('ended')
      assert.deepEqual(await result, { ok: false, cause: 'cancelled' })
      await fixture.until('the CANCEL', () => fixture.carried.length === 2 && fixture.carried.every(({ over }) => over))
      await call.event('ended')
      assert.equal(call.events.at(-1)!.t, 'ended')
    }))

  test('a full trunk has no room for a transfer: the caller lives on', () =>
    on(make, { callees: both }, async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, maxConcurrentCalls: 1 })
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, bridge), { ok: false, cause: 'congestion' })
      assert.equal(fixture.carried.length, 1)
      assert.ok(!call.events.some((event) => event.t === 'ended'))
    }))

  test('a target no carrier could call is refused by field', () =>
    on(make, { callees: both }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      await assert.rejects(call.leg.transfer({ ...bridge, to: '2>\r\nX: 1' }), /^TypeError: to is neither/)
      assert.deepEqual(statesOf(call), [])
    }))

  test('one transfer at a time', () =>
    on(make, { callees: { ...both, '200': noAnswer() } }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      const first = call.leg.transfer(bridge)
      await assert.rejects(call.leg.transfer(bridge), /being transferred already/)
      await call.leg.hangup()
      assert.deepEqual(await first, { ok: false, cause: 'cancelled' })
    }))

  test('REFER: the carrier takes the caller over and our call ends', () =>
    on(make, { callees: { ...both, '100': answers(0, { refer: 'accept' }) } }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, refer), { ok: true, mode: 'refer' })
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'local', cause: 'completed' })
      assert.deepEqual(statesOf(call), ['trying', 'ringing', 'answered'])
      assert.deepEqual(
        fixture.carried.map(({ to }) => to),
        ['100'],
      )
    }))

  test('REFER refused: a bridge instead', () =>
    on(make, { callees: both }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, refer), { ok: true, mode: 'bridge' })
      assert.deepEqual(
        fixture.carried.map(({ to }) => to),
        ['100', '200'],
      )
    }))

  test('REFER taken, target busy: the caller lives on and is not called for twice', () =>
    on(make, { callees: { '100': answers(0, { refer: 'accept' }), '200': busy(50) } }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, refer), { ok: false, cause: 'busy', sip: 486 })
      assert.equal(fixture.carried.length, 1)
      assert.ok(!call.events.some((event) => event.t === 'ended'))
    }))

  test('REFER taken, then refused by the carrier itself: a bridge instead', () =>
    on(make, { callees: { '100': answers(0, { refer: 'accept' }), '200': rejects(503, 50) } }, async (fixture) => {
      const call = await fixture.dial('100')
      assert.deepEqual(await transfer(fixture, call, refer), { ok: false, cause: 'congestion', sip: 503 })
      assert.equal(fixture.carried.length, 2)
    }))
}
