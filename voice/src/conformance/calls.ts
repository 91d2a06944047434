import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, notFound, rejects, unreachable } from '../callee.ts'
import { DuplicateAttempt, type EndCause } from '../gateway.ts'
import { on, type MakeHarness } from './harness.ts'

export function describeCalls(make: MakeHarness): void {
  test('a callee answers and hangs up: every event, in order, ended last', () =>
    on(make, { callees: { '100': answers(50, { hangUpAfterMs: 100 }) } }, async ({ dial, carried }) => {
      const call = await dial('100', { attemptId: 'first-call' })
      const ended = await call.event('ended')
      assert.deepEqual(
        call.events.map((event) => event.t),
        ['trying', 'ringing', 'answered', 'ended'],
      )
      assert.equal(ended.by, 'remote')
      assert.equal(ended.cause, 'completed')
      const answered = await call.event('answered')
      assert.ok(answered.codec === 'PCMU' || answered.codec === 'PCMA')
      assert.equal(answered.dtmf, 'rfc4733')
      assert.ok(call.events.every((event, index) => index === 0 || event.at >= call.events[index - 1]!.at))
      assert.equal(carried.length, 1)
      assert.equal(carried[0]!.to, '100')
      assert.equal(carried[0]!.from, '5550100')
      assert.equal(carried[0]!.callId.split('@')[0], 'first-call')
      assert.equal(call.leg.attemptId, 'first-call')
    }))

  const refusals: [string, ReturnType<typeof rejects>, EndCause, number][] = [
    ['busy', busy(50), 'busy', 486],
    ['busy everywhere', rejects(600), 'busy', 600],
    ['declined', rejects(603), 'rejected', 603],
    ['no such number', notFound(), 'not_found', 404],
    ['address incomplete', rejects(484), 'not_found', 484],
    ['not there now', rejects(480), 'no_answer', 480],
    ['the carrier is congested', rejects(503), 'congestion', 503],
    ['the carrier fails', rejects(500), 'unavailable', 500],
  ]
  for (const [what, behaviour, cause, sip] of refusals) {
    test(`${what} (${sip}) ends as ${cause}`, () =>
      on(make, { callees: { '100': behaviour } }, async ({ dial }) => {
        const call = await dial('100')
        const ended = await call.event('ended')
        assert.deepEqual({ by: ended.by, cause: ended.cause, sip: ended.sip }, { by: 'remote', cause, sip })
        assert.ok(!call.events.some((event) => event.t === 'answered'))
      }))
  }

  test('a call not answered within the ring timeout is cancelled and ends as no_answer', () =>
    on(make, { callees: { '100': noAnswer() } }, async ({ dial, carried, until }) => {
      const call = await dial('100', { ringTimeoutMs: 1_500 })
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'local', cause: 'no_answer' })
      await until('the carrier to see the CANCEL', () => carried[0]!.over)
      assert.equal(carried[0]!.answered, false)
    }))

  test('nothing comes back from the network: that is no one’s refusal', () =>
    on(make, { callees: { '100': unreachable() } }, async ({ dial }) => {
      const ended = await (await dial('100', { ringTimeoutMs: 400 })).event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'network', cause: 'network' })
    }))

  test('aborting while it rings cancels', () =>
    on(make, { callees: { '100': noAnswer() } }, async ({ dial, carried, until }) => {
      const abort = new AbortController()
      const call = await dial('100', {}, abort.signal)
      await call.event('ringing')
      abort.abort()
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'local', cause: 'cancelled' })
      await until('the carrier to see the CANCEL', () => carried[0]!.over)
    }))

  test('aborting an answered call hangs up', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, carried, until }) => {
      const abort = new AbortController()
      const call = await dial('100', {}, abort.signal)
      await call.event('answered')
      abort.abort()
      assert.equal((await call.event('ended')).cause, 'completed')
      await until('the carrier to see the BYE', () => carried[0]!.over)
    }))

  test('a signal that was aborted before: no call is placed', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, carried, pass }) => {
      await assert.rejects(dial('100', {}, AbortSignal.abort()), { name: 'AbortError' })
      await pass(50)
      assert.equal(carried.length, 0)
    }))

  test('an announcement before the refusal is early media, not an answer', () =>
    on(
      make,
      { callees: { '100': { does: 'reject', status: 486, afterMs: 150, earlyMedia: true } } },
      async ({ dial }) => {
        const call = await dial('100')
        assert.equal((await call.event('ended')).cause, 'busy')
        assert.ok(call.events.some((event) => event.t === 'early-media'))
        assert.ok(!call.events.some((event) => event.t === 'answered'))
      },
    ))

  test('early media, then the answer', () =>
    on(make, { callees: { '100': answers(150, { earlyMedia: true, hangUpAfterMs: 50 }) } }, async ({ dial }) => {
      const call = await dial('100')
      await call.event('ended')
      const kinds = call.events.map((event) => event.t)
      assert.ok(kinds.indexOf('early-media') > 0 && kinds.indexOf('early-media') < kinds.indexOf('answered'))
      assert.equal(kinds.filter((kind) => kind === 'answered').length, 1)
    }))

  test('we hang up; again and again changes nothing', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, carried, until }) => {
      const call = await dial('100')
      await call.event('answered')
      await Promise.all([call.leg.hangup(), call.leg.hangup()])
      await call.leg.hangup()
      const ended = await call.event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'local', cause: 'completed' })
      await until('the carrier to see the BYE', () => carried[0]!.over)
      assert.equal(call.events.filter((event) => event.t === 'ended').length, 1)
    }))

  test('the longest call is hung up', () =>
    on(make, { callees: { '100': answers(0) } }, async ({ dial, carried, until }) => {
      const ended = await (await dial('100', { maxDurationMs: 200 })).event('ended')
      assert.deepEqual({ by: ended.by, cause: ended.cause }, { by: 'local', cause: 'max_duration' })
      await until('the carrier to see the BYE', () => carried[0]!.over)
    }))

  test('an attempt is dialled once, whatever became of it', () =>
    on(make, { callees: { '100': busy() } }, async ({ dial, carried }) => {
      const call = await dial('100', { attemptId: 'only-once' })
      await assert.rejects(dial('100', { attemptId: 'only-once' }), DuplicateAttempt)
      await call.event('ended')
      await assert.rejects(
        dial('100', { attemptId: 'only-once' }),
        (error) => error instanceof DuplicateAttempt && error.attemptId === 'only-once',
      )
      assert.equal(carried.length, 1)
    }))

  test('a request no carrier could take is refused by name', () =>
    on(make, {}, async ({ dial, carried }) => {
      await assert.rejects(dial('100>\r\nX: 1'), /^TypeError: to is neither/)
      await assert.rejects(dial('100', { callerId: 'a b' }), /^TypeError: callerId/)
      await assert.rejects(dial('100', { attemptId: '' }), /^TypeError: attemptId/)
      await assert.rejects(dial('100', { ringTimeoutMs: 0 }), /^TypeError: ringTimeoutMs/)
      await assert.rejects(dial('100', { maxDurationMs: Number.NaN }), /^TypeError: maxDurationMs/)
      assert.equal(carried.length, 0)
    }))
}
