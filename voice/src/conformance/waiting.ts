import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, rejects } from '../callee.ts'
import { NotAdmitted, type InboundLeg, type TransferRequest, type TransferResult } from '../gateway.ts'
import { on, type MakeHarness, type Fixture, type WatchedLeg } from './harness.ts'

const waiting: TransferRequest = { to: '200', mode: 'bridge', ringTimeoutMs: 30_000, waitMs: 20_000 }

const statesOf = (call: WatchedLeg) => call.events.flatMap((event) => (event.t === 'transfer' ? event.state : []))

/** A call that has been answered and asks for a transfer; `result` stays null until there is one. */
async function ask(fixture: Fixture, request = waiting, call?: WatchedLeg): Promise<Asked> {
  await fixture.pass(5)
  const asked: Asked = { call: call ?? (await fixture.dial('100')), result: null }
  await asked.call.event('answered')
  void asked.call.leg.transfer(request).then((result) => (asked.result = result))
  return asked
}

interface Asked {
  call: WatchedLeg
  result: TransferResult | null
}

const isWaiting = ({ call }: { call: WatchedLeg }) => call.event('transfer', ({ state }) => state === 'waiting')

export function describeWaiting(make: MakeHarness): void {
  const callees = { '100': answers(0), '200': answers(50) }

  /** A trunk with room for a bridge and one more call: the one who asks second has to wait. */
  const scarce = (fixture: Fixture, maxConcurrentCalls = 3) =>
    fixture.gateway.upsertTrunk({ ...fixture.trunk, maxConcurrentCalls })

  test('a caller without a free channel waits and is connected when one comes free', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      const second = await ask(fixture)
      await isWaiting(second)
      assert.equal(fixture.carried.length, 3)
      await first.call.leg.hangup()
      await fixture.until('the second transfer', () => second.result !== null)
      assert.deepEqual(second.result, { ok: true, mode: 'bridge' })
      assert.deepEqual(statesOf(second.call), ['trying', 'waiting', 'trying', 'ringing', 'answered'])
    }))

  test('callers are served in the order of asking; no new call is admitted before all are', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture, 4)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      // Two calls in progress, then a third and a fourth: no channel is left for either.
      const second = await fixture.dial('100')
      await fixture.pass(5)
      const third = await fixture.dial('100')
      const waits: Asked[] = []
      for (const call of [second, third]) {
        const asked = await ask(fixture, waiting, call)
        await isWaiting(asked)
        waits.push(asked)
      }
      fixture.carried[1]!.hangUp()
      // Two channels came free, and both are theirs.
      const refused = (error: unknown) => error instanceof NotAdmitted && error.reason === 'trunk_limit'
      await fixture.until('both transfers', () => waits.every(({ result }) => result !== null))
      await assert.rejects(fixture.dial('100', { attemptId: 'a-new-call' }), refused)
      const connectedAt = waits.map(
        ({ call }) => call.events.findLast((event) => event.t === 'transfer' && event.state === 'trying')!.at,
      )
      assert.ok(connectedAt[0]! <= connectedAt[1]!)
    }))

  test('who hangs up while waiting leaves the queue at once', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      const second = await ask(fixture)
      await isWaiting(second)
      fixture.carried.at(-1)!.hangUp()
      await second.call.event('ended')
      await fixture.until('the result', () => second.result !== null)
      assert.deepEqual(second.result, { ok: false, cause: 'cancelled' })
      await fixture.until('the channel', async () => (await fixture.gateway.load()).activeCalls === 2)
      await fixture.dial('100')
      await fixture.until('the new call at the carrier', () => fixture.carried.length === 4)
      assert.deepEqual(
        fixture.carried.map(({ to }) => to),
        ['100', '200', '100', '100'],
      )
    }))

  test('a transfer that is called off leaves the queue, and its caller lives on', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      await fixture.pass(5)
      const call = await fixture.dial('100')
      await call.event('answered')
      const calledOff = new AbortController()
      const result = call.leg.transfer(waiting, calledOff.signal)
      await call.event('transfer', ({ state }) => state === 'waiting')
      calledOff.abort()
      assert.deepEqual(await result, { ok: false, cause: 'cancelled' })
      await call.event('transfer', ({ state }) => state === 'failed')
      assert.ok(!call.events.some((event) => event.t === 'ended'))
      await first.call.leg.hangup()
      await fixture.until('the end of the first', async () => (await fixture.gateway.load()).activeCalls === 1)
      assert.equal(fixture.carried.length, 3)
    }))

  test('the wait ends without a channel: the caller lives on', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      const second = await ask(fixture, { ...waiting, waitMs: 400 })
      await fixture.until('the result', () => second.result !== null)
      assert.deepEqual(second.result, { ok: false, cause: 'congestion' })
      assert.deepEqual(statesOf(second.call), ['trying', 'waiting', 'failed'])
      assert.ok(!second.call.events.some((event) => event.t === 'ended'))
      second.call.leg.play({ tone: 'congestion' })
      const { playedMs } = await second.call.event('playback', ({ state }) => state === 'finished')
      assert.equal(playedMs, 3_000)
    }))

  test('a trunk of one channel has none to wait for', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture, 1)
      const only = await ask(fixture)
      await fixture.until('the result', () => only.result !== null)
      assert.deepEqual(only.result, { ok: false, cause: 'congestion' })
      assert.deepEqual(statesOf(only.call), ['trying', 'failed'])
    }))

  test('a carrier without a channel (503) is asked again while the caller waits', () => {
    const changing = { ...callees, '200': rejects(503) }
    return on(make, { callees: changing }, async (fixture) => {
      const asked = await ask(fixture)
      await isWaiting(asked)
      changing['200'] = answers(50)
      await fixture.until('the result', () => asked.result !== null)
      assert.deepEqual(asked.result, { ok: true, mode: 'bridge' })
      assert.deepEqual(statesOf(asked.call).slice(0, 3), ['trying', 'waiting', 'trying'])
    })
  })

  test('a carrier without a free channel until the end of the wait: its response is reported', () =>
    on(make, { callees: { ...callees, '200': rejects(503) } }, async (fixture) => {
      const asked = await ask(fixture, { ...waiting, waitMs: 2_500 })
      await fixture.until('the result', () => asked.result !== null)
      assert.deepEqual(asked.result, { ok: false, cause: 'congestion', sip: 503 })
    }))

  test('a busy target is not waited for', () =>
    on(make, { callees: { ...callees, '200': busy() } }, async (fixture) => {
      const asked = await ask(fixture)
      await fixture.until('the result', () => asked.result !== null)
      assert.deepEqual(asked.result, { ok: false, cause: 'busy', sip: 486 })
    }))

  test('calls that came in take channels too', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture, 2)
      let taken: InboundLeg | null = null
      fixture.gateway.onInbound((leg) => (taken = leg))
      await fixture.gateway.load()
      const caller = await fixture.place({ from: '5550177', to: '5550100' })
      await fixture.until('the call', () => taken !== null)
      const asked = await ask(fixture)
      await isWaiting(asked)
      caller.hangUp()
      await fixture.until('the transfer', () => asked.result !== null)
      assert.equal(asked.result?.ok, true)
    }))

  test('a refused REFER waits for the channel of its bridge', () =>
    on(make, { callees }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await fixture.until('the first transfer', () => first.result !== null)
      const second = await ask(fixture, { ...waiting, mode: 'refer' })
      await isWaiting(second)
      await first.call.leg.hangup()
      await fixture.until('the second transfer', () => second.result !== null)
      assert.deepEqual(second.result, { ok: true, mode: 'bridge' })
    }))

  test('closing ends the waiting too', () =>
    on(make, { callees: { ...callees, '200': noAnswer() } }, async (fixture) => {
      await scarce(fixture)
      const first = await ask(fixture)
      await first.call.event('transfer', ({ state }) => state === 'ringing')
      const second = await ask(fixture)
      await isWaiting(second)
      let drained = false
      void fixture.gateway.drain(100).then(() => (drained = true))
      await fixture.until('the drain', () => drained)
      await fixture.until('the result', () => second.result !== null)
      assert.deepEqual(second.result, { ok: false, cause: 'cancelled' })
    }))
}
