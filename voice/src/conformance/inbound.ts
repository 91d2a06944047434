import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '../callee.ts'
import type { InboundLeg } from '../gateway.ts'
import { on, type MakeHarness, type Fixture } from './harness.ts'

/** Takes the next call, from now on. */
async function nextCall({ gateway, until }: Fixture): Promise<() => Promise<InboundLeg>> {
  let taken: InboundLeg | null = null
  gateway.onInbound((leg) => (taken = leg))
  // The wish travels to the voice process ahead of this question.
  await gateway.load()
  return async () => {
    await until('a call', () => taken !== null)
    return taken!
  }
}

export function describeInbound(make: MakeHarness): void {
  test('a call comes in, is answered, presses a key and hangs up', () =>
    on(make, {}, async (fixture) => {
      const incoming = await nextCall(fixture)
      const caller = await fixture.place({ from: '5550177', to: '5550100', keys: [{ key: '7', afterMs: 100 }] })
      const leg = await incoming()
      assert.deepEqual(
        { from: leg.from, to: leg.to, trunkId: leg.trunkId },
        { from: '5550177', to: '5550100', trunkId: fixture.trunk.id },
      )
      const call = fixture.watch(leg)
      await leg.answer()
      await leg.answer()
      await fixture.until('the answer at the caller', () => caller.state === 'answered')
      assert.equal((await call.event('dtmf')).key, '7')
      caller.hangUp()
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'remote', cause: 'completed' })
    }))

  test('we hang up on a caller', () =>
    on(make, {}, async (fixture) => {
      const incoming = await nextCall(fixture)
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      const leg = await incoming()
      await leg.answer()
      await fixture.until('the answer at the caller', () => caller.state === 'answered')
      await leg.hangup()
      await fixture.until('the BYE', () => caller.state === 'over')
    }))

  for (const [status, cause] of [
    [486, 'busy'],
    [480, 'no_answer'],
    [603, 'rejected'],
  ] as const) {
    test(`a call is refused with ${status}`, () =>
      on(make, {}, async (fixture) => {
        const incoming = await nextCall(fixture)
        const caller = await fixture.place({ from: '5550177', to: '5550100' })
        const leg = await incoming()
        const call = fixture.watch(leg)
        await leg.reject(status)
        assert.equal((await call.event('ended')).cause, cause)
        await fixture.until('the refusal', () => caller.state === 'over')
        assert.equal(caller.status, status)
      }))
  }

  test('an unanswered call gets 480', () =>
    on(make, { inbound: { ringTimeoutMs: 300, maxDurationMs: 60_000 } }, async (fixture) => {
      const incoming = await nextCall(fixture)
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      const call = fixture.watch(await incoming())
      const ended = await call.event('ended')
      assert.deepEqual(
        { by: ended.by, cause: ended.cause, sip: ended.sip },
        { by: 'local', cause: 'no_answer', sip: 480 },
      )
      await fixture.until('the refusal', () => caller.state === 'over')
      assert.equal(caller.status, 480)
    }))

  test('a call without a handler is refused at once', () =>
    on(make, {}, async (fixture) => {
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      await fixture.until('the refusal', () => caller.state === 'over')
      assert.equal(caller.status, 480)
    }))

  test('the caller gives up before the answer', () =>
    on(make, {}, async (fixture) => {
      const incoming = await nextCall(fixture)
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      const leg = await incoming()
      caller.hangUp()
      const ended = await fixture.watch(leg).event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'remote', cause: 'cancelled' })
      await leg.answer()
    }))

  test('a caller is transferred, and both calls count', () =>
    on(make, { callees: { '200': answers(50) } }, async (fixture) => {
      const incoming = await nextCall(fixture)
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      const leg = await incoming()
      await leg.answer()
      let ok: boolean | null = null
      void leg
        .transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 30_000, callerId: '5550177' })
        .then((result) => (ok = result.ok))
      await fixture.until('the transfer', () => ok !== null)
      assert.equal(ok, true)
      assert.equal(fixture.carried[0]!.from, '5550177')
      assert.equal((await fixture.gateway.load()).activeCalls, 2)
      await leg.hangup()
      await fixture.until('both to end', () => caller.state === 'over' && fixture.carried[0]!.over)
    }))
}
