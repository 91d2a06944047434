import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountAt, answer, createTestNetwork, offer } from './test/network.ts'
import type { IncomingCall } from './types.ts'

/** The fate of each datagram in turn; after these the network is reliable, so that a call can always end. */
const fate = fc.oneof(
  { weight: 5, arbitrary: fc.nat(60).map((delayMs) => [1 + delayMs]) },
  { weight: 2, arbitrary: fc.constant<number[]>([]) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(40), fc.nat(900)).map(([first, second]) => [1 + first, 1 + second]) },
  { weight: 1, arbitrary: fc.nat(1500).map((delayMs) => [1 + delayMs]) },
)

const script = fc.record({
  fates: fc.array(fate, { maxLength: 40 }),
  calleeAnswersAfterMs: fc.option(fc.nat(3000), { nil: null }),
  calleeRejects: fc.boolean(),
  callerHangsUpAfterMs: fc.nat(6000),
  calleeHangsUpAfterMs: fc.option(fc.nat(6000), { nil: null }),
  challenged: fc.boolean(),
})

test('with lost, repeated and reordered datagrams both sides end the call and keep no state', async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ fates, ...plan }) => {
      const network = createTestNetwork()
      const queue = [...fates]
      network.fate = () => queue.shift() ?? [5]
      const caller = await network.agent(6001)
      const callee = await network.agent(6002)
      let answered = 0
      let failed = 0
      let byes = 0
      const live = new Set<IncomingCall>()
      callee.onInvite(
        () => true,
        (call) => {
          if (plan.challenged && !call.header('Authorization')) {
            return call.reject(401, { 'WWW-Authenticate': 'Digest realm="c", nonce="n", qop="auth"' })
          }
          live.add(call)
          call.handlers = { onFailure: () => live.delete(call), onBye: () => live.delete(call) }
          call.ring()
          const { calleeAnswersAfterMs, calleeHangsUpAfterMs } = plan
          if (calleeAnswersAfterMs !== null) {
            network.clock.setTimeout(() => {
              if (plan.calleeRejects) call.reject(486)
              else call.answer(answer)
              if (plan.calleeRejects) live.delete(call)
            }, calleeAnswersAfterMs)
          }
          if (calleeHangsUpAfterMs !== null) {
            network.clock.setTimeout(() => void call.hangup().then(() => live.delete(call)), calleeHangsUpAfterMs)
          }
        },
      )
      const request = { account: accountAt(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 20_000 }
      const call = caller.invite(request, {
        onAnswer: () => answered++,
        onFailure: () => failed++,
        onBye: () => byes++,
      })
      let hungUp = false
      network.clock.setTimeout(() => void call.hangup().then(() => (hungUp = true)), plan.callerHangsUpAfterMs)
      await network.clock.advance(220_000)

      assert.ok(hungUp)
      assert.equal(answered + failed, 1)
      assert.ok(byes <= answered)
      assert.equal(live.size, 0, 'the callee believes that the call goes on')
      const nothing = { transactions: 0, calls: 0, timers: 0 }
      assert.deepEqual([caller.held(), callee.held()], [nothing, nothing])
      assert.equal(caller.openTransactions() + callee.openTransactions(), 0)
    }),
    { numRuns: 150 },
  )
})
