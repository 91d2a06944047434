import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy } from '../callee.ts'
import type { Keypress } from '../gateway.ts'
import { on, type MakeHarness, type WatchedLeg } from './harness.ts'

const press = (...keys: [Keypress, number][]) => keys.map(([key, afterMs]) => ({ key, afterMs }))
const keysOf = (call: WatchedLeg) => call.events.flatMap((event) => (event.t === 'dtmf' ? event.key : [])).join('')

export function describeMedia(make: MakeHarness): void {
  test('keys arrive once each, in order', () =>
    on(
      make,
      { callees: { '100': answers(0, { keys: press(['1', 50], ['1', 250], ['#', 450]) }) } },
      async ({ dial }) => {
        const call = await dial('100')
        await call.event('dtmf', ({ key }) => key === '#')
        assert.equal(keysOf(call), '11#')
        assert.ok(call.events.every((event) => event.t !== 'dtmf' || event.via === 'rfc4733'))
      },
    ))

  test('a key during the greeting stops it, and the result has how much was played', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio, carried, pass }) => {
      const call = await dial('100')
      await call.event('answered')
      const playback = call.leg.play(audio(30_000))
      await call.event('playback', ({ state }) => state === 'started')
      await pass(100)
      carried[0]!.press('1')
      await call.event('dtmf')
      const playedMs = await playback.stop()
      assert.ok(playedMs > 0 && playedMs < 30_000)
      assert.equal(await playback.stop(), playedMs)
      const stopped = await call.event('playback', ({ state }) => state === 'stopped')
      assert.equal(stopped.id, playback.id)
      assert.equal(stopped.playedMs, playedMs)
    }))

  test('the end of an answered call has the quality of its sound, and that of an unanswered one has not', () =>
    on(
      make,
      {
        callees: {
          '100': answers(0, { hangUpAfterMs: 600, line: { lossPercent: 0, jitterMs: 1, roundTripMs: 20 } }),
          '101': busy(),
        },
      },
      async ({ dial }) => {
        const { quality } = await (await dial('100')).event('ended')
        assert.ok(quality)
        assert.ok(quality.mos > 1 && quality.mos <= 4.5 && quality.lossPercent < 100 && quality.jitterMs >= 0)
        assert.equal((await (await dial('101')).event('ended')).quality, undefined)
      },
    ))

  test('a greeting plays to its end', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio }) => {
      const call = await dial('100')
      await call.event('answered')
      const playback = call.leg.play(audio(200))
      const finished = await call.event('playback', ({ state }) => state === 'finished')
      assert.equal(finished.id, playback.id)
      assert.equal(finished.playedMs, 200)
      assert.equal(await playback.stop(), 200)
      assert.deepEqual(
        call.events.flatMap((event) => (event.t === 'playback' ? event.state : [])),
        ['started', 'finished'],
      )
    }))

  test('a loop plays until stopped, and counts all it played', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio, pass }) => {
      const call = await dial('100')
      await call.event('answered')
      const playback = call.leg.play(audio(20), { loop: true })
      await call.event('playback', ({ state }) => state === 'started')
      await pass(1_000)
      assert.ok((await playback.stop()) > 20)
      assert.ok(!call.events.some((event) => event.t === 'playback' && event.state === 'finished'))
    }))

  test('playing again stops what played', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio, pass }) => {
      const call = await dial('100')
      await call.event('answered')
      const first = call.leg.play(audio(30_000))
      await call.event('playback', ({ state }) => state === 'started')
      await pass(60)
      const second = call.leg.play(audio(100))
      await call.event('playback', ({ id, state }) => id === second.id && state === 'finished')
      const stopped = await call.event('playback', ({ id, state }) => id === first.id && state === 'stopped')
      assert.ok(stopped.playedMs < 30_000)
    }))

  test('hanging up during the greeting reports the playback before the end', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio, carried }) => {
      const call = await dial('100')
      await call.event('answered')
      call.leg.play(audio(30_000))
      await call.event('playback')
      carried[0]!.hangUp()
      await call.event('ended')
      const [before, last] = call.events.slice(-2)
      assert.ok(before?.t === 'playback' && before.state === 'stopped')
      assert.equal(last?.t, 'ended')
    }))

  test('keys we send are heard', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, carried, until }) => {
      const call = await dial('100')
      await call.event('answered')
      const sent = call.leg.sendDtmf('19*#')
      await until('four keys at the callee', () => carried[0]!.keysHeard.length === 4)
      assert.equal(carried[0]!.keysHeard, '19*#')
      await sent
    }))

  test('a recording lasts as long as it ran', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, audio, pass }) => {
      const call = await dial('100')
      await call.event('answered')
      const recording = await call.leg.record(`${audio(20).path}.recording.wav`)
      await pass(300)
      const { durationMs } = await recording.stop()
      assert.ok(durationMs >= 200, `${durationMs} ms`)
    }))

  test('a callee who falls silent without hanging up is let go', () =>
    on(
      make,
      { callees: { '100': answers(0, { goesSilentAfterMs: 100 }) }, mediaTimeoutMs: 300 },
      async ({ dial, carried, until }) => {
        const ended = await (await dial('100')).event('ended')
        assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'network', cause: 'media_timeout' })
        await until('the carrier to see the BYE', () => carried[0]!.over)
      },
    ))

  test('verbs before the answer say so', () =>
    on(make, {}, async ({ dial, audio }) => {
      const { leg } = await dial('100')
      assert.throws(() => leg.play(audio(20)), /not been answered/)
      await assert.rejects(leg.sendDtmf('1'), /not been answered/)
      await assert.rejects(leg.transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 100 }), /not been answered/)
      await leg.hangup()
    }))

  test('verbs on an ended leg are harmless', () =>
    on(make, { callees: { '100': answers(0, { hangUpAfterMs: 50 }) } }, async ({ dial, audio }) => {
      const call = await dial('100')
      await call.event('ended')
      const count = call.events.length
      assert.equal(await call.leg.play(audio(20)).stop(), 0)
      await call.leg.sendDtmf('1')
      await call.leg.hangup()
      assert.equal((await (await call.leg.record('/nowhere/at/all.wav')).stop()).durationMs, 0)
      assert.equal((await call.leg.transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 100 })).ok, false)
      assert.equal(call.events.length, count)
    }))
}
