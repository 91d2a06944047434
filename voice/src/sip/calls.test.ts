import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, answer, createTestNetwork, offer } from './test-network.ts'
import type { TestNetwork } from './test-network.ts'
import { SipFailure } from './types.ts'
import type { IncomingCall, InviteHandlers, SipCall } from './types.ts'
import type { SipUserAgent } from './user-agent.ts'

interface Pair {
  network: TestNetwork
  caller: SipUserAgent
  callee: SipUserAgent
  events: string[]
  call: SipCall
  incoming: IncomingCall
}

/** A call from 6001 to 6002 that is ringing; `events` records what both owners hear. */
async function ringing(handlers: InviteHandlers = {}, incomingHandlers: InviteHandlers = {}): Promise<Pair> {
  const network = createTestNetwork()
  const caller = await network.agent(6001)
  const callee = await network.agent(6002)
  const events: string[] = []
  const record = (who: string): InviteHandlers => ({
    onProgress: (status, sdp) => events.push(`${who} ${status}${sdp ? ' media' : ''}`),
    onAnswer: (sdp) => events.push(`${who} answered${sdp === '' ? '' : ' with sdp'}`),
    onFailure: (status, reason) => events.push(`${who} failed ${status} ${reason}`),
    onBye: () => events.push(`${who} bye`),
    onReferProgress: (status) => events.push(`${who} refer ${status}`),
    onInfoDtmf: (key) => events.push(`${who} key ${key}`),
  })
  let incoming: IncomingCall | null = null
  callee.onInvite(
    () => true,
    (arriving) => {
      arriving.handlers = { ...record('callee'), ...incomingHandlers }
      arriving.ring()
      incoming = arriving
    },
  )
  const request = {
    account: accountAt(6002),
    callId: 'attempt-1',
    to: '+15551234',
    from: '+15550000',
    offer,
    ringTimeoutMs: 30_000,
  }
  const call = caller.invite(request, { ...record('caller'), ...handlers })
  await network.clock.advance(20)
  assert.ok(incoming)
  return { network, caller, callee, events, call, incoming }
}

async function established(handlers: InviteHandlers = {}, incomingHandlers: InviteHandlers = {}): Promise<Pair> {
  const pair = await ringing(handlers, incomingHandlers)
  pair.incoming.answer(answer)
  await pair.network.clock.advance(20)
  pair.events.length = 0
  pair.network.log.length = 0
  return pair
}

/** Lets the last timers run and proves that nothing is kept. */
async function nothingLeft({ network, caller, callee }: Pair): Promise<void> {
  assert.equal(caller.openTransactions() + callee.openTransactions(), 0)
  await network.clock.advance(100_000)
  const nothing = { transactions: 0, calls: 0, timers: 0 }
  assert.deepEqual([caller.held(), callee.held()], [nothing, nothing])
  await caller.close()
  await callee.close()
  assert.equal(network.clock.pending(), 0)
}

test('a call: ring, answer, ACK, hang up', async () => {
  const pair = await ringing()
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

test('the callee hangs up: once, however often it is asked', async () => {
  const pair = await established()
  const hungUp = Promise.all([pair.incoming.hangup(), pair.incoming.hangup()])
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.events, ['caller bye'])
  assert.deepEqual(pair.network.sent(6002), ['BYE'])
  await nothingLeft(pair)
})

test('a callee that hangs up before the ACK waits for it', async () => {
  const pair = await ringing()
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

test('until the ACK comes the callee offers nothing new, and a BYE that overtakes it ends the repeating of the 200', async () => {
  const pair = await ringing()
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

test('both hang up at once', async () => {
  const pair = await established()
  const hungUp = Promise.all([pair.call.hangup(), pair.incoming.hangup()])
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.events, [])
  await nothingLeft(pair)
})

test('nobody answers: CANCEL, 487', async () => {
  const pair = await ringing()
  await pair.network.clock.advance(30_100)
  assert.deepEqual(pair.events.slice(2), ['callee failed 487 Request Terminated', 'caller failed 487 No Answer'])
  assert.deepEqual(pair.network.sent(6001), ['INVITE', 'CANCEL', 'ACK'])
  await nothingLeft(pair)
})

test('a 200 that crosses the CANCEL is ACKed and hung up', async () => {
  const pair = await ringing()
  pair.incoming.answer(answer)
  const hungUp = pair.call.hangup()
  await pair.network.clock.advance(20)
  await hungUp
  assert.deepEqual(pair.network.sent(6001), ['INVITE', 'CANCEL', 'ACK', 'BYE'])
  assert.deepEqual(pair.events.slice(2), ['caller failed 487 Request Cancelled', 'callee answered', 'callee bye'])
  await nothingLeft(pair)
})

test('refusals keep their status and Retry-After', async () => {
  let retryAfterMs: number | undefined
  const pair = await ringing({ onFailure: (_status, _reason, after) => (retryAfterMs = after) })
  pair.incoming.reject(503, { 'Retry-After': '7 (busy)' })
  await pair.network.clock.advance(20)
  assert.equal(retryAfterMs, 7000)
  await nothingLeft(pair)
})

test('a redirect is a failure', async () => {
  const pair = await ringing()
  pair.incoming.reject(302, { Contact: '<sip:elsewhere@h.test>' })
  await pair.network.clock.advance(20)
  assert.equal(pair.events.at(-1)?.slice(0, 17), 'caller failed 302')
  await nothingLeft(pair)
})

test('early media comes with the progress', async () => {
  const pair = await ringing()
  pair.incoming.progress(answer)
  await pair.network.clock.advance(20)
  assert.equal(pair.events.at(-1), 'caller 183 media')
  pair.incoming.reject(404)
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

test('re-INVITE both ways: hold, and a refusal that leaves the call alone', async () => {
  const held = offer.replace('m=audio', 'a=sendonly\r\nm=audio')
  const pair = await established({ onReoffer: (sdp) => (sdp === held ? offer : null) }, { onReoffer: () => answer })
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

test('re-INVITEs that meet get 491 and both come through in the end', async () => {
  const pair = await established({ onReoffer: () => offer }, { onReoffer: () => answer })
  const both = Promise.all([pair.call.reinvite(offer), pair.incoming.reinvite(answer)])
  await pair.network.clock.advance(10_000)
  assert.deepEqual(await both, [answer, offer])
  assert.ok(pair.network.sent(6001).includes('491 INVITE'))
  void pair.call.hangup()
  await pair.network.clock.advance(20)
  await nothingLeft(pair)
})

test('REFER is refused without a handler and reported with one', async () => {
  const refusing = await established()
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
  const pair = await established({}, { onRefer })
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

test('what needs an established call says so', async () => {
  const pair = await ringing()
  await assert.rejects(pair.call.reinvite(offer), SipFailure)
  await assert.rejects(pair.call.refer('1'), SipFailure)
  void pair.call.hangup()
  await pair.network.clock.advance(50)
  await nothingLeft(pair)
})

test('a peer that dies: the BYE times out and hangup resolves', async () => {
  const pair = await established()
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
  const pair = await ringing()
  pair.network.fate = (what) => (what === 'ACK' ? [] : [1])
  pair.incoming.answer(answer)
  await pair.network.clock.advance(33_000)
  assert.deepEqual(pair.events.slice(2), ['caller answered with sdp', 'callee bye', 'caller bye'])
  assert.equal(pair.network.sent(6002).filter((what) => what === '200 INVITE').length, 11)
  await nothingLeft(pair)
})

test('INVITEs of strangers are dropped in silence', async () => {
  const network = createTestNetwork()
  const caller = await network.agent(6001)
  const callee = await network.agent(6002)
  callee.onInvite(
    (source) => source.port === 6003,
    () => assert.fail('a stranger came through'),
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

test('a challenging carrier: digest on INVITE, re-INVITE, REFER and BYE', async () => {
  const network = createTestNetwork()
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
  const request = { account: accountAt(6002), callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
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
