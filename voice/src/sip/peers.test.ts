import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from './headers.ts'
import type { ReceivedRequest, ReceivedResponse } from './message.ts'
import { accountAt, answer, createTestNetwork, offer, replyTo } from './test-network.ts'
import type { InviteHandlers } from './types.ts'

/** We call a peer written by hand; `onRequest` decides what it sends back. */
async function callPeer(
  onRequest: (request: ReceivedRequest, reply: (text: string) => void) => void,
  handlers: InviteHandlers = {},
) {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  const responses: ReceivedResponse[] = []
  const requests: ReceivedRequest[] = []
  const send = await network.peer(6002, (message) => {
    if (message.type === 'response') responses.push(message)
    else {
      requests.push(message)
      onRequest(message, (text) => send(text, 6001))
    }
  })
  const failures: string[] = []
  const request = { account: accountAt(6002), callId: 'c1', to: '1', from: '', offer, ringTimeoutMs: 60_000 }
  const onFailure = (status: number, reason: string) => failures.push(`${status} ${reason}`)
  const call = agent.invite(request, { onFailure, ...handlers })
  await network.clock.advance(10)

  /** A request of the peer inside the call. */
  async function inside(
    method: string,
    sequence: number,
    extra: string[] = [],
    body = '',
    tag = 'peer',
  ): Promise<number | undefined> {
    const invite = requests[0]!
    const lines = [
      `${method} sip:alice@127.0.0.1:6001 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bK${method}${sequence}`,
      `From: ${header(invite.headers, 'to')};tag=${tag}`,
      `To: ${header(invite.headers, 'from')}`,
      'Call-ID: c1',
      `CSeq: ${sequence} ${method}`,
      ...extra,
    ]
    send([...lines, '', body].join('\r\n'), 6001)
    await network.clock.advance(10)
    return responses.findLast(
      (response) => response.cseq === sequence && response.cseqMethod === method && response.status >= 200,
    )?.status
  }

  async function nothingLeft(): Promise<void> {
    await network.clock.advance(140_000)
    assert.deepEqual(agent.held(), { transactions: 0, calls: 0, timers: 0 })
    assert.equal(agent.openTransactions(), 0)
    await agent.close()
  }
  return {
    network,
    agent,
    call,
    failures,
    requests,
    responses,
    send: (text: string) => send(text, 6001),
    inside,
    nothingLeft,
  }
}

const contact = 'Contact: <sip:peer@127.0.0.1:6002>'

/** Answers INVITE with 200 and everything but ACK with 200 too. */
function answerAll(request: ReceivedRequest, reply: (text: string) => void): void {
  if (request.method === 'INVITE') reply(replyTo(request, '200 OK', [contact], answer))
  else if (request.method !== 'ACK') reply(replyTo(request, '200 OK'))
}

test('hanging up before any provisional: no CANCEL until one comes', async () => {
  const peer = await callPeer(() => {})
  const hungUp = peer.call.hangup()
  await peer.network.clock.advance(700)
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'INVITE'])
  peer.send(replyTo(peer.requests[0]!, '180 Ringing'))
  await peer.network.clock.advance(10)
  assert.equal(peer.network.sent(6001).at(-1), 'CANCEL')
  const cancel = peer.requests.find(({ method }) => method === 'CANCEL')!
  assert.equal(cancel.via.branch, peer.requests[0]!.via.branch)
  peer.send(replyTo(cancel, '200 OK'))
  peer.send(replyTo(peer.requests[0]!, '487 Request Terminated'))
  await peer.network.clock.advance(10)
  await hungUp
  assert.deepEqual(peer.failures, ['487 Request Cancelled'])
  await peer.nothingLeft()
})

test('a challenge after hanging up is not answered', async () => {
  const peer = await callPeer(() => {})
  const hungUp = peer.call.hangup()
  peer.send(replyTo(peer.requests[0]!, '401 Unauthorized', ['WWW-Authenticate: Digest realm="a", nonce="n"']))
  await peer.network.clock.advance(10)
  await hungUp
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK'])
  assert.deepEqual(peer.failures, ['487 Request Cancelled'])
  await peer.nothingLeft()
})

test('nothing comes at all: 408 after timer B, whatever the ring timeout', async () => {
  const peer = await callPeer(() => {})
  await peer.network.clock.advance(32_100)
  assert.deepEqual(peer.failures, ['408 Request Timeout'])
  assert.equal(peer.network.sent(6001).length, 7)
  await peer.nothingLeft()
})

test('a CANCEL that is never answered by a 487 ends after 32 s', async () => {
  const peer = await callPeer((request, reply) => {
    if (request.method === 'INVITE') reply(replyTo(request, '183 Session Progress'))
    if (request.method === 'CANCEL') reply(replyTo(request, '200 OK'))
  })
  const hungUp = peer.call.hangup()
  await peer.network.clock.advance(32_100)
  await hungUp
  assert.deepEqual(peer.failures, ['487 Request Cancelled'])
  await peer.nothingLeft()
})

test('forks: the first answer wins, the second is ACKed and hung up, repeated 200s are ACKed again', async () => {
  const answers: string[] = []
  const peer = await callPeer(
    (request, reply) => {
      if (request.method === 'BYE') reply(replyTo(request, '200 OK'))
      if (request.method !== 'INVITE') return
      reply(replyTo(request, '180 Ringing', [contact], '', 'one'))
      reply(replyTo(request, '180 Ringing', [contact], '', 'two'))
      reply(replyTo(request, '200 OK', [contact], answer, 'two'))
    },
    { onAnswer: (sdp) => answers.push(sdp) },
  )
  peer.send(replyTo(peer.requests[0]!, '200 OK', [contact], answer, 'one'))
  peer.send(replyTo(peer.requests[0]!, '200 OK', [contact], answer, 'two'))
  await peer.network.clock.advance(10)
  peer.send(replyTo(peer.requests[0]!, '200 OK', [contact], answer, 'one'))
  await peer.network.clock.advance(10)
  const sent = peer.requests.slice(1).map(({ method, to }) => `${method} ${to.params.get('tag')}`)
  assert.deepEqual(sent, ['ACK two', 'ACK one', 'BYE one', 'ACK two', 'ACK one'])
  assert.deepEqual(answers, [answer])
  void peer.call.hangup()
  await peer.nothingLeft()
})

test('a wrong password ends after one try, a stale nonce gets another, two realms are both answered', async () => {
  const challenge = (nonce: string, extra = '', realm = 'a') =>
    `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", qop="auth"${extra}`
  const wrong = await callPeer((request, reply) => {
    if (request.method === 'INVITE') reply(replyTo(request, '401 Unauthorized', [challenge(`n${request.cseq}`)]))
  })
  await wrong.network.clock.advance(100)
  assert.deepEqual(wrong.failures, ['401 Unauthorized'])
  assert.deepEqual(wrong.network.sent(6001), ['INVITE', 'ACK', 'INVITE', 'ACK'])
  await wrong.nothingLeft()

  const stale = await callPeer((request, reply) => {
    if (request.method !== 'INVITE') return
    if (request.cseq === 1) reply(replyTo(request, '407 Proxy', ['Proxy-Authenticate: Digest realm="p", nonce="1"']))
    else if (request.cseq === 2) reply(replyTo(request, '401 Unauthorized', [challenge('1'), challenge('2', '', 'b')]))
    else if (request.cseq === 3) reply(replyTo(request, '401 Unauthorized', [challenge('3', ', stale=true')]))
    else reply(replyTo(request, '486 Busy Here'))
  })
  await stale.network.clock.advance(100)
  assert.deepEqual(stale.failures, ['486 Busy Here'])
  const last = stale.requests.findLast(({ method }) => method === 'INVITE')!
  const realms = last.headers
    .filter(([name]) => name.endsWith('authorization'))
    .map(([, value]) => /realm="(\w)", nonce="(\d)"/.exec(value)!.slice(1).join(''))
  assert.deepEqual(realms, ['p1', 'a3', 'b2'])
  await stale.nothingLeft()
})

test('record-route: requests follow it reversed; a strict router gets the Request-URI', async () => {
  const routes = ['Record-Route: <sip:127.0.0.1:6002;lr>, <sip:far.test;lr>', 'Record-Route: <sip:near.test;lr>']
  const loose = await callPeer((request, reply) => {
    if (request.method === 'INVITE')
      reply(replyTo(request, '200 OK', [contact, routes[1]!, routes[0]!].reverse(), answer))
    else if (request.method === 'BYE') reply(replyTo(request, '200 OK'))
  })
  assert.equal(loose.network.sent(6001).includes('ACK'), false, 'near.test cannot be resolved at once')
  await loose.agent.close()

  const strict = await callPeer((request, reply) => {
    if (request.method === 'INVITE') {
      reply(replyTo(request, '200 OK', [contact, 'Record-Route: <sip:far.test;lr>, <sip:127.0.0.1:6002>'], answer))
    } else if (request.method === 'BYE') reply(replyTo(request, '200 OK'))
  })
  const ack = strict.requests.find(({ method }) => method === 'ACK')!
  assert.equal(ack.uri, 'sip:127.0.0.1:6002')
  assert.deepEqual(
    ack.headers.filter(([name]) => name === 'route').map(([, value]) => value),
    ['<sip:far.test;lr>', '<sip:peer@127.0.0.1:6002>'],
  )
  void strict.call.hangup()
  await strict.nothingLeft()
})

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
  assert.equal(await peer.inside('BYE', 20, [], '', 'somebody-else'), 481)
  assert.equal(await peer.inside('BYE', 21), 200)
  assert.equal(await peer.inside('BYE', 22), 481)
  assert.equal(byes, 1)
  await peer.nothingLeft()
})

test('an offerless re-INVITE gets our description, and its ACK carries theirs', async () => {
  const reoffers: string[] = []
  const peer = await callPeer(answerAll, { onReoffer: (sdp) => (reoffers.push(sdp), null) })
  assert.equal(await peer.inside('INVITE', 1), 200)
  assert.equal(peer.responses.at(-1)?.body, offer)
  await peer.inside('ACK', 1, ['Content-Type: application/sdp'], answer)
  assert.deepEqual(reoffers, [answer])
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

test('session timer: a peer that forgets to refresh loses the call', async () => {
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

test('outside any call: 481, 405, 501, 416, 420, 400, 505, and silence for a stray ACK', async () => {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  agent.onInvite(
    () => true,
    () => assert.fail('no call was to come'),
  )
  const statuses: number[] = []
  const send = await network.peer(
    6002,
    (message) => void (message.type === 'response' && statuses.push(message.status)),
  )
  let count = 0
  async function ask(
    method: string,
    { uri = 'sip:u@h', to = '<sip:b@h>', version = '2.0', extra = [] as string[] } = {},
  ) {
    const via = `Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bK${++count}`
    const lines = [
      `${method} ${uri} SIP/${version}`,
      via,
      'From: <sip:a@h>;tag=1',
      `To: ${to}`,
      `Call-ID: c${count}`,
      `CSeq: 1 ${method}`,
    ]
    send([...lines, ...extra, '', ''].join('\r\n'), 6001)
    await network.clock.advance(5)
    return statuses.splice(0).join()
  }
  assert.equal(await ask('OPTIONS'), '200')
  assert.equal(await ask('BYE', { to: '<sip:b@h>;tag=x' }), '481')
  assert.equal(await ask('CANCEL'), '481')
  assert.equal(await ask('INFO'), '481')
  assert.equal(await ask('REGISTER'), '405')
  assert.equal(await ask('FOO'), '501')
  assert.equal(await ask('REFER'), '603')
  assert.equal(await ask('INVITE', { uri: 'soap.beep://h' }), '416')
  assert.equal(await ask('INVITE', { extra: ['Require: 100rel'] }), '420')
  assert.equal(await ask('INVITE', { extra: ['Content-Type: text/plain', 'Content-Length: -1'] }), '400')
  assert.equal(await ask('OPTIONS', { version: '3.0' }), '505')
  assert.equal(await ask('ACK', { to: '<sip:b@h>;tag=x' }), '')
  assert.equal(await ask('ACK', { extra: ['Content-Length: -1'] }), '')
  await agent.close()
})

test('answers go to the port of Via, or with rport to where the request came from', async () => {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  const arrived: string[] = []
  const send = await network.peer(6002, () => arrived.push('source'))
  await network.peer(6009, (message) =>
    arrived.push(`via ${header(message.headers, 'via')?.split(';').slice(2).join(';')}`),
  )
  for (const [branch, rport] of [
    ['z9hG4bK1', ''],
    ['z9hG4bK2', ';rport'],
  ]) {
    const via = `Via: SIP/2.0/UDP client.test:6009;branch=${branch}${rport}`
    const lines = [
      'OPTIONS sip:h SIP/2.0',
      via,
      'From: <sip:a@h>;tag=1',
      'To: <sip:b@h>',
      `Call-ID: ${branch}`,
      'CSeq: 1 OPTIONS',
    ]
    send([...lines, '', ''].join('\r\n'), 6001)
  }
  await network.clock.advance(10)
  assert.deepEqual(arrived, ['via received=127.0.0.1', 'source'])
  assert.match(network.log.at(-1)!.text, /;rport=6002;received=127\.0\.0\.1\r\n/)
  await agent.close()
})

test('a registrar and health checks can be answered by a handler', async () => {
  const network = createTestNetwork()
  const [agent, registrar] = [await network.agent(6001), await network.agent(6002)]
  registrar.onRequest('REGISTER', (request) => ({
    status: request.header('Authorization') ? 200 : 401,
    headers: Object.fromEntries([
      request.header('Authorization') ? ['Expires', '60'] : ['WWW-Authenticate', 'Digest realm="c", nonce="n"'],
    ]),
  }))
  registrar.onRequest('OPTIONS', () => ({ status: 503, reason: 'Draining' }))
  const tried = agent.tryRegister(accountAt(6002), 1000)
  const asked = agent.options(accountAt(6002), 1000)
  await network.clock.advance(50)
  assert.deepEqual(await tried, { status: 200, reason: 'OK' })
  assert.equal(await asked, 503)
  assert.deepEqual(network.sent(6001).filter((what) => what === 'REGISTER').length, 3)
})
