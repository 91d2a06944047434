import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerValues } from '../message/headers.ts'
import { answer, replyTo } from '../test/network.ts'
import { callPeer, contact } from '../test/peer.ts'

test('hanging up before a provisional response delays CANCEL until one arrives', async () => {
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

test('without any response an INVITE ends with 408 after timer B, whatever the ring timeout', async () => {
  const peer = await callPeer(() => {})
  await peer.network.clock.advance(32_100)
  assert.deepEqual(peer.failures, ['408 Request Timeout'])
  assert.equal(peer.network.sent(6001).length, 7)
  await peer.nothingLeft()
})

test('a cancelled INVITE without a 487 ends after 32 s', async () => {
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

test('a carrier that restarts between its challenge and our credentials gets new credentials, and the call continues', async () => {
  let nonce = 'before'
  const peer = await callPeer((request, reply) => {
    if (request.method !== 'INVITE') return
    const credentials = request.headers.find(([name]) => name === 'authorization')?.[1] ?? ''
    if (credentials.includes(`nonce="${nonce}"`)) return reply(replyTo(request, '486 Busy Here'))
    reply(replyTo(request, '401 Unauthorized', [`WWW-Authenticate: Digest realm="a", nonce="${nonce}", qop="auth"`]))
    // The restarted carrier does not know its old nonce, so it does not say `stale`.
    nonce = 'after'
  })
  await peer.network.clock.advance(100)
  assert.deepEqual(peer.failures, ['486 Busy Here'])
  assert.deepEqual(peer.network.sent(6001), ['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK'])
  await peer.nothingLeft()
})

test('a wrong password ends after two answers, a stale nonce gets another, two realms are both answered', async () => {
  const challenge = (nonce: string, extra = '', realm = 'a') =>
    `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", qop="auth"${extra}`
  const wrong = await callPeer((request, reply) => {
    if (request.method === 'INVITE') reply(replyTo(request, '401 Unauthorized', [challenge(`n${request.cseq}`)]))
  })
  await wrong.network.clock.advance(100)
  assert.deepEqual(wrong.failures, ['401 Unauthorized'])
  assert.deepEqual(wrong.network.sent(6001), ['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK'])
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

for (const { router, parameter, uri, routes } of [
  {
    router: 'loose',
    parameter: ';lr',
    uri: 'sip:peer@127.0.0.1:6002',
    routes: ['<sip:127.0.0.1:6002;lr>', '<sip:far.test;lr>'],
  },
  {
    router: 'strict',
    parameter: '',
    uri: 'sip:127.0.0.1:6002',
    routes: ['<sip:far.test;lr>', '<sip:peer@127.0.0.1:6002>'],
  },
]) {
  test(`a ${router} router on the way: requests follow Record-Route, reversed`, async () => {
    const recorded = `Record-Route: <sip:far.test;lr>, <sip:127.0.0.1:6002${parameter}>`
    const peer = await callPeer((request, reply) => {
      if (request.method === 'INVITE') reply(replyTo(request, '200 OK', [contact, recorded], answer))
      else if (request.method === 'BYE') reply(replyTo(request, '200 OK'))
    })
    void peer.call.hangup()
    await peer.nothingLeft()
    for (const method of ['ACK', 'BYE']) {
      const request = peer.requests.find((candidate) => candidate.method === method)!
      assert.equal(request.uri, uri)
      assert.deepEqual(headerValues(request.headers, 'route'), routes)
    }
  })
}

test('bodies of other types are ignored, SDP is found in a multipart body, and a 200 may come without SDP', async () => {
  const received: string[] = []
  const type = 'Content-Type: multipart/mixed;boundary=b'
  const peer = await callPeer(
    (request, reply) => {
      if (request.method === 'BYE') reply(replyTo(request, '200 OK'))
      if (request.method !== 'INVITE') return
      reply(replyTo(request, '180 Ringing', [contact, 'Content-Type: application/isup'], 'signalling'))
      const both = `--b\r\nContent-Type: application/isup\r\n\r\nx\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${answer}--b--`
      reply(replyTo(request, '183 Session Progress', [contact, type], both))
      reply(replyTo(request, '200 OK', [contact]))
    },
    {
      onProgress: (status, sdp) => received.push(`${status} ${sdp === answer ? 'described' : sdp}`),
      onAnswer: (sdp) => received.push(sdp === answer ? 'answered' : sdp),
    },
  )
  assert.deepEqual(received, ['180 null', '183 described', 'answered'])
  void peer.call.hangup()
  await peer.nothingLeft()
})
