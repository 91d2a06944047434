import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answer, createTestNetwork, offer, replyTo } from '../test/network.ts'
import { callPeer } from '../test/peer.ts'
import { established, nothingLeft, ringing } from '../test/pair.ts'

test('INVITE, OPTIONS and refusals are sent once over a reliable transport', async () => {
  const network = createTestNetwork('tcp')
  const [caller, callee] = [await network.agent(6001), await network.agent(6002)]
  callee.onInvite(
    () => true,
    (call) => call.reject(486),
  )
  await network.peer(6003, () => {
    // It does not respond.
  })
  network.fate = (what) => (what === 'ACK' ? [] : [1])
  const request = { callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
  const failures: number[] = []
  const onFailure = (status: number) => failures.push(status)
  caller.invite({ ...request, account: network.account(6002) }, { onFailure })
  caller.invite({ ...request, callId: 'y', account: network.account(6003) }, { onFailure })
  const asked = caller.options(network.account(6003), 60_000)
  await network.clock.advance(40_000)
  assert.deepEqual(failures, [486, 408])
  assert.equal(await asked, 408)
  assert.deepEqual(network.sent(6001), ['INVITE', 'INVITE', 'OPTIONS', 'ACK'])
  assert.deepEqual(network.sent(6002), ['100 INVITE', '486 INVITE'])
  await caller.close()
  await callee.close()
})

test('no state is kept for retransmissions: timers I, J and K are 0', async () => {
  const network = createTestNetwork('tcp')
  const [asker, answerer] = [await network.agent(6001), await network.agent(6002)]
  answerer.onInvite(
    () => true,
    (call) => call.reject(486),
  )
  const asked = asker.options(network.account(6002), 5000)
  const account = network.account(6002)
  asker.invite({ account, callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 9000 }, {})
  await network.clock.advance(20)
  assert.equal(await asked, 200)
  assert.deepEqual([asker.held().transactions, answerer.held().transactions], [0, 0])
})

test('Via, Contact and the requests of a call name the transport', async () => {
  const pair = await established('tcp')
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  const [bye] = pair.network.log.filter(({ what }) => what === 'BYE')
  assert.match(bye!.text, /^BYE sip:\S+@127\.0\.0\.1:6002;transport=tcp SIP/)
  assert.match(bye!.text, /\r\nVia: SIP\/2\.0\/TCP 127\.0\.0\.1:6001;/)
  assert.match(bye!.text, /\r\nContact: <sip:alice@127\.0\.0\.1:6001;transport=tcp>/)
  await nothingLeft(pair)
})

test('a port without a listener gives 503 at once, with the reason', async () => {
  const network = createTestNetwork('tcp')
  const agent = await network.agent(6001)
  const failures: string[] = []
  const onFailure = (status: number, reason: string) => failures.push(`${status} ${reason}`)
  const account = network.account(6009)
  agent.invite({ account, callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 9000 }, { onFailure })
  const asked = assert.rejects(agent.options(account, 5000), { message: 'Nothing listens there' })
  const tried = assert.rejects(agent.tryRegister(account, 5000), { message: 'Nothing listens there' })
  await network.clock.advance(1)
  await Promise.all([asked, tried])
  assert.deepEqual(failures, ['503 Nothing listens there'])
})

test('a connection cut while ringing fails the call, and CANCEL is sent over a new one', async () => {
  const pair = await ringing('tcp')
  pair.network.cut(6002)
  await pair.network.clock.advance(20)
  assert.deepEqual(pair.events.slice(2), [
    'caller failed 503 The connection was cut',
    'callee failed 487 Request Terminated',
  ])
  assert.deepEqual(pair.network.sent(6001), ['INVITE', 'CANCEL'])
  await nothingLeft({ ...pair })
})

test('a connection cut during a call is opened again by the next sender', async () => {
  const pair = await established('tcp')
  pair.network.cut(6002)
  await pair.network.clock.advance(60_000)
  assert.deepEqual(pair.events, [])
  void pair.incoming.hangup()
  await pair.network.clock.advance(20)
  assert.deepEqual(pair.events, ['caller bye'])
  await nothingLeft(pair)
})

test('a BYE that is lost with its connection is sent again over a new one', async () => {
  const pair = await established('tcp')
  pair.network.fate = (what) => {
    if (what === 'BYE' && pair.network.sent(6001).length === 1)
      pair.network.clock.setTimeout(() => pair.network.cut(6001), 0)
    return [1]
  }
  const hungUp = pair.call.hangup()
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.network.sent(6001), ['BYE', 'BYE'])
  assert.deepEqual(pair.events, ['callee bye'])
  await nothingLeft(pair)
})

test('a peer without a transport in its Contact gets requests over the transport of the INVITE', async () => {
  const peer = await callPeer(
    (request, reply) => {
      const contact = 'Contact: <sip:peer@127.0.0.1:6002>'
      if (request.method === 'INVITE') reply(replyTo(request, '200 OK', [contact], answer))
      else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
    },
    {},
    'tcp',
  )
  void peer.call.hangup()
  await peer.network.clock.advance(10)
  const bye = peer.network.log.find(({ what }) => what === 'BYE')!
  assert.match(bye.text, /\r\nVia: SIP\/2\.0\/TCP /)
  await peer.nothingLeft()
})

test('after a connection is cut at any message both sides end the call and keep no state', async () => {
  const script = fc.record({
    /** The number of the message that is lost with its connection. */
    lost: fc.nat(8),
    answersAfterMs: fc.option(fc.nat(3000), { nil: null }),
    callerHangsUpAfterMs: fc.nat(6000),
    calleeHangsUpAfterMs: fc.option(fc.nat(6000), { nil: null }),
  })
  await fc.assert(
    fc.asyncProperty(script, async ({ lost, answersAfterMs, callerHangsUpAfterMs, calleeHangsUpAfterMs }) => {
      const pair = await ringing('tcp')
      const { network, call, incoming } = pair
      let sent = 0
      network.fate = () => {
        if (sent++ === lost) network.clock.setTimeout(() => network.cut(6001), 0)
        return [1]
      }
      if (answersAfterMs !== null) network.clock.setTimeout(() => incoming.answer(answer), answersAfterMs)
      let calleeIsFree = false
      if (calleeHangsUpAfterMs !== null)
        network.clock.setTimeout(() => void incoming.hangup().then(() => (calleeIsFree = true)), calleeHangsUpAfterMs)
      let callerIsFree = false
      network.clock.setTimeout(() => void call.hangup().then(() => (callerIsFree = true)), callerHangsUpAfterMs)
      await network.clock.advance(120_000)

      assert.ok(callerIsFree)
      assert.ok(calleeIsFree || pair.events.some((event) => /^callee (bye|failed)/.test(event)), pair.events.join())
      assert.equal(pair.events.filter((event) => /^caller (answered|failed)/.test(event)).length, 1)
      await nothingLeft(pair)
    }),
    { numRuns: 200 },
  )
})
