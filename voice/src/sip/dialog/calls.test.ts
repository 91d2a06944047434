import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, answer, createTestNetwork, offer } from '../test/network.ts'
import { established, nothingLeft, ringing } from '../test/pair.ts'
import type { Protocol } from '../transport/transport.ts'
import { SipFailure } from '../types.ts'

/** Runs a test over UDP and TCP: calls must not depend on the transport. */
function overEach(name: string, run: (protocol: Protocol) => Promise<void>): void {
  for (const protocol of ['udp', 'tcp'] as const) test(`${name} (${protocol})`, () => run(protocol))
}

overEach('a call: ring, answer, ACK, hang up', async (protocol) => {
  const pair = await ringing(protocol)
  const { network, events, call, incoming } = pair
  assert.deepEqual([incoming.callId, incoming.from, incoming.to], ['attempt-1', '+15550000', '+15551234'])
  assert.equal(incoming.offer, offer)
  incoming.answer(answer)
  await network.clock.advance(20)
  const hungUp = call.hangup()
  await network.clock.advance(20)
  await hungUp
  assert.deepEqual(events, ['caller 100', 'caller 180', 'caller answered with sdp', 'callee answered', 'callee bye'])
  assert.deepEqual(network.sent(6001), ['INVITE', 'ACK', 'BYE'])
  assert.deepEqual(network.sent(6002), ['100 INVITE', '180 INVITE', '200 INVITE', '200 BYE'])
  assert.match(network.log[0]!.text, /^From: <sip:\+15550000@carrier\.test>/m)
  assert.ok(network.log.every(({ text }) => text.length < 1300))
  await nothingLeft(pair)
})

overEach('the callee hangs up: once, however often it is asked', async (protocol) => {
  const pair = await established(protocol)
  const hungUp = Promise.all([pair.incoming.hangup(), pair.incoming.hangup()])
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.events, ['caller bye'])
  assert.deepEqual(pair.network.sent(6002), ['BYE'])
  await nothingLeft(pair)
})

test('a callee that hangs up before the ACK sends BYE after it', async () => {
  const pair = await ringing('udp')
  pair.network.fate = (what) => (what === 'ACK' ? [100] : [1])
  pair.incoming.answer(answer)
  await pair.network.clock.advance(20)
  const hungUp = pair.incoming.hangup()
  await pair.network.clock.advance(20)
  assert.ok(!pair.network.sent(6002).includes('BYE'))
  await pair.network.clock.advance(100)
  await hungUp
  assert.equal(pair.network.sent(6002).at(-1), 'BYE')
  await nothingLeft(pair)
})

test('until the ACK comes the callee sends no new offer, and a BYE that overtakes it stops the retransmission of the 200', async () => {
  const pair = await ringing('udp')
  pair.network.fate = (what) => (what === 'ACK' ? [] : [1])
  pair.incoming.answer(answer)
  await pair.network.clock.advance(20)
  await assert.rejects(pair.incoming.reinvite(answer), { status: 491 })
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  assert.equal(pair.events.at(-1), 'callee bye')
  await pair.network.clock.advance(40_000)
  assert.equal(pair.network.sent(6002).filter((what) => what === '200 INVITE').length, 1)
  await nothingLeft(pair)
})

overEach('both hang up at once', async (protocol) => {
  const pair = await established(protocol)
  const hungUp = Promise.all([pair.call.hangup(), pair.incoming.hangup()])
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.events, [])
  await nothingLeft(pair)
})

overEach('an unanswered call: CANCEL, 487', async (protocol) => {
  const pair = await ringing(protocol)
  await pair.network.clock.advance(30_100)
  assert.deepEqual(pair.events.slice(2), ['callee failed 487 Request Terminated', 'caller failed 487 No Answer'])
  assert.deepEqual(pair.network.sent(6001), ['INVITE', 'CANCEL', 'ACK'])
  await nothingLeft(pair)
})

overEach('a 200 that crosses the CANCEL is ACKed and hung up', async (protocol) => {
  const pair = await ringing(protocol)
  pair.incoming.answer(answer)
  const hungUp = pair.call.hangup()
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.network.sent(6001), ['INVITE', 'CANCEL', 'ACK', 'BYE'])
  assert.deepEqual(pair.events.slice(2), ['caller failed 487 Request Cancelled', 'callee answered', 'callee bye'])
  await nothingLeft(pair)
})

overEach('refusals keep their status and Retry-After', async (protocol) => {
  let retryAfterMs: number | undefined
  const pair = await ringing(protocol, { onFailure: (_status, _reason, after) => (retryAfterMs = after) })
  pair.incoming.reject(503, { 'Retry-After': '7 (busy)' })
  await pair.network.clock.advance(20)
  assert.equal(retryAfterMs, 7000)
  await nothingLeft(pair)
})

overEach('a redirect is a failure', async (protocol) => {
  const pair = await ringing(protocol)
  pair.incoming.reject(302, { Contact: '<sip:elsewhere@h.test>' })
  await pair.network.clock.advance(20)
  assert.equal(pair.events.at(-1)?.slice(0, 17), 'caller failed 302')
  await nothingLeft(pair)
})

overEach('early media comes with the progress', async (protocol) => {
  const pair = await ringing(protocol)
  pair.incoming.progress(answer)
  await pair.network.clock.advance(20)
  assert.equal(pair.events.at(-1), 'caller 183 media')
  pair.incoming.reject(404)
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

overEach('re-INVITE both ways: hold, and a refusal that leaves the call alone', async (protocol) => {
  const held = offer.replace('m=audio', 'a=sendonly\r\nm=audio')
  const pair = await established(
    protocol,
    { onReoffer: (sdp) => (sdp === held ? offer : null) },
    { onReoffer: () => answer },
  )
  const ours = pair.call.reinvite(held)
  await pair.network.clock.advance(20)
  assert.equal(await ours, answer)
  const theirs = pair.incoming.reinvite(held)
  await pair.network.clock.advance(20)
  assert.equal(await theirs, offer)
  const refused = assert.rejects(pair.incoming.reinvite('v=0\r\n'), { name: 'SipFailure', status: 488 })
  await pair.network.clock.advance(20)
  await refused
  assert.deepEqual(
    pair.events.filter((event) => event.endsWith('bye')),
    [],
  )
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

overEach('re-INVITEs that meet get 491 and both come through in the end', async (protocol) => {
  const pair = await established(protocol, { onReoffer: () => offer }, { onReoffer: () => answer })
  const both = Promise.all([pair.call.reinvite(offer), pair.incoming.reinvite(answer)])
  await pair.network.clock.advance(10_000)
  assert.deepEqual(await both, [answer, offer])
  assert.ok(pair.network.sent(6001).includes('491 INVITE'))
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

overEach('REFER is refused without a handler and reported with one', async (protocol) => {
  const refusing = await established(protocol)
  const refused = refusing.call.refer('+15559999')
  await refusing.network.clock.advance(20)
  assert.equal(await refused, 603)
  void refusing.call.hangup()
  await refusing.network.clock.advance(20)
  await nothingLeft(refusing)

  const notifiers: ((status: number) => void)[] = []
  let target = ''
  const onRefer = (to: string, notify: (status: number) => void) => {
    target = to
    notifiers.push(notify)
    return 202
  }
  const pair = await established(protocol, {}, { onRefer })
  const referred = pair.call.refer('+15559999')
  await pair.network.clock.advance(20)
  assert.equal(await referred, 202)
  assert.equal(target, 'sip:+15559999@carrier.test')
  notifiers[0]!(180)
  await pair.network.clock.advance(20)
  notifiers[0]!(200)
  notifiers[0]!(486)
  await pair.network.clock.advance(20)
  assert.deepEqual(pair.events, ['caller refer 180', 'caller refer 200'])
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

overEach('what needs an established call says so', async (protocol) => {
  const pair = await ringing(protocol)
  await assert.rejects(pair.call.reinvite(offer), SipFailure)
  await assert.rejects(pair.call.refer('1'), SipFailure)
  void pair.call.hangup()
  await pair.network.clock.advance(50)
  await nothingLeft(pair)
})

test('a peer that dies: the BYE times out and hangup resolves', async () => {
  const pair = await established('udp')
  pair.network.fate = () => []
  const hungUp = pair.call.hangup()
  await pair.network.clock.advance(33_000)
  await hungUp
  assert.ok(pair.network.sent(6001).length >= 10)
  pair.network.fate = () => [1]
  void pair.incoming.hangup()
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

test('an answer whose ACK never comes ends after 32 s', async () => {
  const pair = await ringing('udp')
  pair.network.fate = (what) => (what === 'ACK' ? [] : [1])
  pair.incoming.answer(answer)
  await pair.network.clock.advance(33_000)
  assert.deepEqual(pair.events.slice(2), ['caller answered with sdp', 'callee bye', 'caller bye'])
  assert.equal(pair.network.sent(6002).filter((what) => what === '200 INVITE').length, 11)
  await nothingLeft(pair)
})

test('INVITEs of unknown senders are dropped without a response', async () => {
  const network = createTestNetwork()
  const caller = await network.agent(6001)
  const callee = await network.agent(6002)
  callee.onInvite(
    (source) => source.port === 6003,
    () => assert.fail('a request of an unknown sender came through'),
  )
  const failures: number[] = []
  const request = { account: accountAt(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
  caller.invite(request, { onFailure: (status) => failures.push(status) })
  const alive = caller.options(accountAt(6002), 1000)
  await network.clock.advance(33_000)
  assert.equal(await alive, 408)
  assert.deepEqual(failures, [408])
  assert.deepEqual(network.sent(6002), [])
})

overEach('a challenging carrier: digest on INVITE, re-INVITE, REFER and BYE', async (protocol) => {
  const network = createTestNetwork(protocol)
  const caller = await network.agent(6001)
  const carrier = await network.agent(6002)
  const seen: (string | undefined)[] = []
  carrier.onInvite(
    () => true,
    (call) => {
      seen.push(call.header('Authorization'))
      if (!call.header('authorization'))
        call.reject(401, { 'WWW-Authenticate': 'Digest realm="c", nonce="n1", qop="auth"' })
      else call.answer(answer)
    },
  )
  const request = { account: network.account(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
  let answered = false
  const call = caller.invite(request, { onAnswer: () => (answered = true) })
  await network.clock.advance(20)
  assert.ok(answered)
  assert.deepEqual(
    seen.map((value) => value === undefined),
    [true, false],
  )
  void call.refer('2')
  await network.clock.advance(20)
  void call.hangup()
  await network.clock.advance(20)
  const authorized = network.log.filter(({ text }) => text.includes('\r\nAuthorization: Digest username="alice"'))
  assert.deepEqual(
    authorized.map(({ what }) => what),
    ['INVITE', 'ACK', 'REFER', 'BYE'],
  )
  assert.match(authorized[3]!.text, /nc=00000003/)
})
