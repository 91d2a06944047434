import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createVirtualClock } from '../../sim/virtual-clock.ts'
import { accountAt, answer, createTestNetwork, offer, replyTo } from '../test/network.ts'
import { inviteServer, nonInviteServer, type ServerInput, type ServerState } from './server-machines.ts'
import { createTimerWheel } from './timer-wheel.ts'

/** Returns the times at which messages of this kind were sent from a port, in ms from the first. */
function recorder() {
  const network = createTestNetwork()
  const times: { port: number; what: string; at: number }[] = []
  let lose = (_what: string): boolean => true
  network.fate = (what, port) => {
    times.push({ port, what, at: network.clock.monotonic() })
    return lose(what) ? [] : [1]
  }
  return {
    network,
    lose: (which: (what: string) => boolean) => (lose = which),
    at: (port: number, what: string): number[] => {
      const found = times.filter((entry) => entry.port === port && entry.what === what).map((entry) => entry.at)
      return found.map((at) => Math.round((at - found[0]!) / 100) * 100)
    },
  }
}

const timerA = [0, 500, 1500, 3500, 7500, 15_500, 31_500]
const timerE = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]

test('timers A and B: INVITE is repeated at doubling intervals, for 32 s', async () => {
  const { network, at } = recorder()
  const agent = await network.agent(6001)
  agent.invite({ account: accountAt(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 90_000 }, {})
  await network.clock.advance(40_000)
  assert.deepEqual(at(6001, 'INVITE'), timerA)
  assert.equal(agent.openTransactions(), 0)
})

test('timers E and F: other requests at most every 4 s, for 32 s; a provisional slows them to 4 s', async () => {
  const { network, at, lose } = recorder()
  const agent = await network.agent(6001)
  const asked = agent.options(accountAt(6002), 90_000)
  await network.clock.advance(33_000)
  assert.equal(await asked, 408)
  assert.deepEqual(at(6001, 'OPTIONS'), timerE)

  lose(() => false)
  const send = await network.peer(6003, (message) => {
    if (message.type === 'request') send(replyTo(message, '100 Trying'), 6001)
  })
  void agent.tryRegister(accountAt(6003), 90_000)
  await network.clock.advance(33_000)
  assert.deepEqual(at(6001, 'REGISTER').slice(0, 4), [0, 500, 4500, 8500])
  await network.clock.advance(40_000)
  assert.deepEqual(agent.held(), { transactions: 0, calls: 0, timers: 0 })
})

test('timers G, H and I: a refusal is repeated until its ACK, or for 32 s', async () => {
  const { network, at, lose } = recorder()
  const [caller, callee] = [await network.agent(6001), await network.agent(6002)]
  callee.onInvite(
    () => true,
    (call) => call.reject(486),
  )
  lose((what) => what === 'ACK')
  const request = { account: accountAt(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 90_000 }
  const failures: number[] = []
  caller.invite(request, { onFailure: (status) => failures.push(status) })
  await network.clock.advance(80_000)
  assert.deepEqual(failures, [486])
  assert.deepEqual(at(6002, '486 INVITE'), timerE)
  assert.equal(at(6001, 'ACK').length, timerE.length)
  assert.deepEqual([caller.held().transactions, callee.held().transactions], [0, 0])

  lose(() => false)
  caller.invite({ ...request, callId: 'y' }, {})
  await network.clock.advance(1000)
  assert.equal(callee.held().transactions, 1, 'absorbing repeated ACKs')
  await network.clock.advance(4100)
  assert.equal(callee.held().transactions, 0)
})

test('timers J and K: a response is repeated for 32 s to retransmissions; late responses are absorbed for 5 s', async () => {
  const { network, at, lose } = recorder()
  const [asker, answerer] = [await network.agent(6001), await network.agent(6002)]
  let lost = 0
  lose((what) => what === '200 OPTIONS' && lost++ < 2)
  const asked = asker.options(accountAt(6002), 30_000)
  await network.clock.advance(2000)
  assert.equal(await asked, 200)
  assert.deepEqual(at(6002, '200 OPTIONS'), [0, 500, 1500])
  assert.deepEqual([asker.held().transactions, answerer.held().transactions], [1, 1])
  await network.clock.advance(5000)
  assert.deepEqual([asker.held().transactions, answerer.held().transactions], [0, 1])
  await network.clock.advance(32_000)
  assert.equal(answerer.held().transactions, 0)
})

test('a retransmitted INVITE gets the last provisional response again, and makes no second call', async () => {
  const { network, lose } = recorder()
  const callee = await network.agent(6002)
  let calls = 0
  callee.onInvite(
    () => true,
    (call) => {
      calls++
      call.ring()
      network.clock.setTimeout(() => call.answer(answer), 1200)
    },
  )
  lose(() => false)
  const seen: string[] = []
  const send = await network.peer(
    6001,
    (message) => void (message.type === 'response' && seen.push(String(message.status))),
  )
  const lines = [
    'INVITE sip:1@h SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:6001;branch=z9hG4bKa;rport',
    'From: <sip:a@h>;tag=1',
  ]
  const invite = [
    ...lines,
    'To: <sip:1@h>',
    'Call-ID: x',
    'CSeq: 1 INVITE',
    'Contact: <sip:a@127.0.0.1:6001>',
    '',
    '',
  ].join('\r\n')
  send(invite, 6002)
  await network.clock.advance(500)
  send(invite, 6002)
  await network.clock.advance(10)
  assert.deepEqual(seen, ['100', '180', '180'])
  send(invite.replace('z9hG4bKa', 'z9hG4bKother'), 6002)
  await network.clock.advance(10)
  assert.equal(seen.at(-1), '482')
  assert.equal(calls, 1)
})

test('whatever happens in any order, a server transaction ends, answers once, and repeats only its last response', () => {
  const inputs = fc.array(
    fc.constantFrom<ServerInput>('provisional', 'success', 'failure', 'request', 'ack', 'retransmit', 'lingered'),
  )
  fc.assert(
    fc.property(fc.constantFrom(inviteServer, nonInviteServer), inputs, (machine, happened) => {
      let state: ServerState = 'proceeding'
      let finals = 0
      for (const input of happened) {
        const wasOpen = state === 'proceeding'
        const [next, action] = machine.states[state](input)
        if (!wasOpen) assert.notEqual(next, 'proceeding')
        if (wasOpen && (input === 'success' || input === 'failure')) {
          finals++
          assert.equal(action, 'send')
        }
        if (action === 'send' && (state === 'accepted' || state === 'confirmed')) assert.fail(`${state} sends`)
        state = next
        // Each closed state has a timer that ends it, unless it has ended.
        if (state !== 'proceeding' && state !== 'terminated') assert.notEqual(machine.lingerMs(state, false), undefined)
      }
      assert.ok(finals <= 1)
    }),
  )
})

test('the wheel fires every timer in time, in order, never early, and never a cancelled one', async () => {
  const timer = fc.record({ ms: fc.oneof(fc.nat(300), fc.nat(100_000)), cancelled: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(timer, { maxLength: 30 }), async (timers) => {
      const clock = createVirtualClock()
      const wheel = createTimerWheel(clock)
      const fired: { ms: number; at: number }[] = []
      for (const { ms, cancelled } of timers) {
        const set = wheel.after(ms, () => fired.push({ ms, at: clock.monotonic() }))
        if (cancelled) set.cancel()
      }
      await clock.runUntilIdle()
      const due = timers.filter(({ cancelled }) => !cancelled).map(({ ms }) => ms)
      assert.deepEqual(
        fired.map(({ ms }) => ms).toSorted((a, b) => a - b),
        due.toSorted((a, b) => a - b),
      )
      const times = fired.map(({ at }) => at)
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      )
      for (const { ms, at } of fired) assert.ok(at >= ms && at <= ms + 11, `${ms} fired at ${at}`)
      assert.equal(wheel.size, 0)
      assert.equal(clock.pending(), 0)
    }),
    { numRuns: 40 },
  )
})
