import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from '../message/headers.ts'
import type { ReceivedRequest } from '../message/message.ts'
import { answer, offer, replyTo } from '../test/network.ts'
import { answerAll, callPeer, contact } from '../test/peer.ts'

test('requests inside the call', async () => {
  const keys: string[] = []
  const progress: number[] = []
  let byes = 0
  const peer = await callPeer(answerAll, {
    onInfoDtmf: (key) => keys.push(key),
    onReoffer: (sdp) => (sdp === offer ? answer : null),
    onReferProgress: (status) => progress.push(status),
    onBye: () => byes++,
  })
  const sdp = 'Content-Type: application/sdp'
  assert.equal(
    await peer.inside('INFO', 1, ['Content-Type: application/dtmf-relay'], 'Signal=5\r\nDuration=160\r\n'),
    200,
  )
  assert.equal(await peer.inside('INFO', 2, ['Content-Type: application/dtmf'], '11'), 200)
  assert.equal(await peer.inside('INFO', 3, ['Content-Type: text/plain'], 'hi'), 415)
  assert.deepEqual(keys, ['5', '#'])
  assert.equal(await peer.inside('UPDATE', 4), 200)
  assert.equal(await peer.inside('UPDATE', 5, [sdp], offer), 200)
  assert.equal(await peer.inside('UPDATE', 6, [sdp], 'v=0'), 488)
  assert.equal(await peer.inside('OPTIONS', 7), 200)
  assert.equal(await peer.inside('REFER', 8, ['Refer-To: <sip:x@h>']), 603)
  assert.equal(
    await peer.inside('NOTIFY', 9, ['Event: refer', 'Content-Type: message/sipfrag'], 'SIP/2.0 486 Busy'),
    200,
  )
  assert.equal(await peer.inside('NOTIFY', 10, ['Event: presence']), 489)
  assert.deepEqual(progress, [486])
  assert.equal(await peer.inside('MESSAGE', 11), 405)
  assert.equal(await peer.inside('FROBNICATE', 12), 501)
  assert.equal(await peer.inside('INVITE', 13, ['Require: 100rel', sdp], offer), 420)
  assert.equal(await peer.inside('INVITE', 14, ['Session-Expires: 60', 'Supported: timer', sdp], offer), 422)
  assert.equal(await peer.inside('OPTIONS', 3), 500, 'an old CSeq')
  assert.equal(await peer.inside('BYE', 20, [], '', 'another-tag'), 481)
  assert.equal(await peer.inside('BYE', 21), 200)
  assert.equal(await peer.inside('BYE', 22), 481)
  assert.equal(byes, 1)
  await peer.nothingLeft()
})

test('a re-INVITE without an offer gets our offer, and its ACK carries their answer', async () => {
  const answers: string[] = []
  const peer = await callPeer(answerAll, {
    onOfferWanted: () => `${offer}a=renewed\r\n`,
    onReanswer: (sdp) => answers.push(sdp),
  })
  assert.equal(await peer.inside('INVITE', 1), 200)
  assert.equal(peer.responses.at(-1)?.body, `${offer}a=renewed\r\n`)
  await peer.inside('ACK', 1, ['Content-Type: application/sdp'], answer)
  assert.deepEqual(answers, [answer])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('a NOTIFY without our tag finds its call', async () => {
  const progress: number[] = []
  const peer = await callPeer(answerAll, { onReferProgress: (status) => progress.push(status) })
  const lines = [
    'NOTIFY sip:alice@127.0.0.1:6001 SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bKn',
    'From: <sip:1@h>;tag=peer',
  ]
  peer.send(
    [...lines, 'To: <sip:alice@h>', 'Call-ID: c1', 'CSeq: 1 NOTIFY', 'Event: refer', '', 'SIP/2.0 200 OK'].join('\r\n'),
  )
  await peer.network.clock.advance(10)
  assert.deepEqual(progress, [200])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('a 200 of the first INVITE that comes after a re-INVITE harms nothing', async () => {
  let byes = 0
  const peer = await callPeer(answerAll, { onBye: () => byes++ })
  const again = peer.call.reinvite(offer)
  await peer.network.clock.advance(10)
  assert.equal(await again, answer)
  peer.send(replyTo(peer.requests[0]!, '200 OK', [contact], answer))
  await peer.network.clock.advance(10)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'INVITE', 'ACK'])
  assert.equal(byes, 0)
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('the caller may hang up while its answer to a re-INVITE waits for the ACK', async () => {
  const peer = await callPeer(answerAll, { onReoffer: () => answer })
  assert.equal(await peer.inside('INVITE', 1, ['Content-Type: application/sdp'], offer), 200)
  void peer.call.hangup()
  await peer.network.clock.advance(10)
  assert.equal(peer.network.sent(6001).at(-1), 'BYE')
  await peer.nothingLeft()
})

test('session timer: we refresh at half the interval, and again', async () => {
  const peer = await callPeer((request, reply) => {
    if (request.method === 'INVITE')
      reply(replyTo(request, '200 OK', [contact, 'Session-Expires: 120;refresher=uac'], answer))
    else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
  })
  await peer.network.clock.advance(121_000)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK'])
  const refresh = peer.requests.findLast(({ method }) => method === 'INVITE')!
  assert.equal(header(refresh.headers, 'session-expires'), '120;refresher=uac')
  assert.equal(refresh.body, offer)
  void peer.call.hangup()
  await peer.nothingLeft()
})

/** A peer that makes us the refresher and responds to requests inside the call with `respond`. */
function refreshing(respond: (request: ReceivedRequest) => string | null, expires = '120;refresher=uac') {
  const answers: string[] = []
  const call = callPeer(
    (request, reply) => {
      const text = request.cseq > 1 && request.method !== 'ACK' && request.method !== 'BYE' ? respond(request) : null
      if (text !== null) reply(text)
      else if (request.method === 'INVITE')
        reply(replyTo(request, '200 OK', [contact, `Session-Expires: ${expires}`, 'Allow: INVITE, UPDATE'], answer))
      else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
    },
    { onReanswer: (sdp) => answers.push(sdp) },
  )
  return { call, answers }
}

const refreshed = ['Session-Expires: 120;refresher=uac', 'Require: timer']

test('session timer: a peer that accepts UPDATE is refreshed by it, without a session description', async () => {
  const peer = await refreshing((request) => replyTo(request, '200 OK', refreshed)).call
  await peer.network.clock.advance(121_000)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'UPDATE', 'UPDATE'])
  const update = peer.requests.at(-1)!
  assert.deepEqual([header(update.headers, 'session-expires'), update.body], ['120;refresher=uac', ''])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('session timer: a peer that lists UPDATE but refuses it is refreshed by re-INVITE, whose response counts', async () => {
  const { call, answers } = refreshing((request) =>
    request.method === 'UPDATE'
      ? replyTo(request, '405 Method Not Allowed')
      : replyTo(request, '200 OK', [contact, ...refreshed], answer),
  )
  const peer = await call
  await peer.network.clock.advance(80_000)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'UPDATE', 'INVITE', 'ACK'])
  assert.deepEqual(answers, [answer])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('session timer: a hold without Session-Expires does not end our refreshing', async () => {
  const peer = await refreshing((request) => replyTo(request, '200 OK', refreshed)).call
  assert.equal(await peer.inside('INVITE', 1), 200)
  assert.equal(header(peer.responses.at(-1)!.headers, 'session-expires'), '120;refresher=uas')
  await peer.inside('ACK', 1)
  await peer.network.clock.advance(61_000)
  assert.equal(peer.network.sent(6001).at(-1), 'UPDATE')
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('session timer: an interval shorter than allowed is still followed', async () => {
  const peer = await refreshing((request) => replyTo(request, '200 OK', ['Session-Expires: 20']), '20;refresher=uac')
    .call
  await peer.network.clock.advance(21_000)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'UPDATE', 'UPDATE'])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('session timer: 422 raises the interval of a refresh and of the INVITE', async () => {
  const tooSmall = (request: ReceivedRequest) => replyTo(request, '422 Session Interval Too Small', ['Min-SE: 600'])
  const peer = await refreshing((request) =>
    header(request.headers, 'min-se') === '600'
      ? replyTo(request, '200 OK', ['Session-Expires: 600;refresher=uac'])
      : tooSmall(request),
  ).call
  await peer.network.clock.advance(300_000)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'UPDATE', 'UPDATE'])
  assert.equal(header(peer.requests.at(-1)!.headers, 'session-expires'), '600;refresher=uac')
  void peer.call.hangup()
  await peer.nothingLeft()

  let answered = 0
  const strict = await callPeer(
    (request, reply) => {
      if (request.method === 'INVITE' && header(request.headers, 'min-se') !== '600') reply(tooSmall(request))
      else answerAll(request, reply)
    },
    { onAnswer: () => answered++ },
  )
  assert.deepEqual([strict.network.sent(6001), answered], [['INVITE', 'ACK', 'INVITE', 'ACK'], 1])
  assert.equal(header(strict.requests.at(-1)!.headers, 'cseq')?.split(' ')[0], '2')
  void strict.call.hangup()
  await strict.nothingLeft()
})

test('session timer: a proxy that keeps raising the interval fails the call', async () => {
  let minimum = 90
  const peer = await callPeer((request, reply) => {
    if (request.method === 'INVITE')
      reply(replyTo(request, '422 Session Interval Too Small', [`Min-SE: ${(minimum += 1)}`]))
  })
  await peer.network.clock.advance(1000)
  assert.deepEqual(peer.failures, ['422 Session Interval Too Small'])
  await peer.nothingLeft()
})

test('session timer: the call ends when the peer does not refresh', async () => {
  let byes = 0
  const peer = await callPeer(
    (request, reply) => {
      if (request.method === 'INVITE')
        reply(replyTo(request, '200 OK', [contact, 'Session-Expires: 120;refresher=uas'], answer))
      else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
    },
    { onBye: () => byes++ },
  )
  const refresh = ['Session-Expires: 120;refresher=uac', 'Supported: timer']
  await peer.network.clock.advance(60_000)
  assert.equal(await peer.inside('UPDATE', 1, refresh), 200)
  assert.equal(header(peer.responses.at(-1)!.headers, 'session-expires'), '120;refresher=uac')
  await peer.network.clock.advance(87_000)
  assert.equal(byes, 0)
  await peer.network.clock.advance(2000)
  assert.equal(byes, 1)
  assert.equal(peer.network.sent(6001).at(-1), 'BYE')
  await peer.nothingLeft()
})

test('a re-INVITE that gets 481 ends the call', async () => {
  let byes = 0
  const peer = await callPeer(
    (request, reply) => {
      if (request.method === 'INVITE' && request.cseq > 1) reply(replyTo(request, '481 Gone'))
      else answerAll(request, reply)
    },
    { onBye: () => byes++ },
  )
  const refused = assert.rejects(peer.call.reinvite(offer), { status: 481 })
  await peer.network.clock.advance(10)
  await refused
  assert.equal(byes, 1)
  await peer.nothingLeft()
})
