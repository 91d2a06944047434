import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from '../message/headers.ts'
import { offer, replyTo } from '../test/network.ts'
import { registering } from '../test/registrar.ts'

test('refreshes between 50 and 85 % of the granted time, keeps the NAT open, un-registers at the end', async () => {
  const { network, requests, states, registration, nothingLeft } = await registering((request) => [
    '200 OK',
    `Contact: <sip:other@h>;expires=7, ${header(request.headers, 'contact')};expires=100`,
  ])
  assert.equal(registration.detail.expiresAt, network.clock.now() - 50 + 2 + 100_000)
  await network.clock.advance(90_000)
  const [first, second] = requests
  assert.ok(second!.at - first!.at >= 50_000 && second!.at - first!.at <= 85_100, `${second!.at - first!.at}`)
  assert.equal(first!.request.callId, second!.request.callId)
  assert.equal(second!.request.cseq, first!.request.cseq + 1)
  assert.ok(network.log.some(({ text }) => text === '\r\n\r\n'))
  const stopped = registration.stop()
  await network.clock.advance(50)
  await stopped
  assert.equal(header(requests.at(-1)!.request.headers, 'expires'), '0')
  assert.equal(states.at(-1), 'stopped')
  await nothingLeft()
})

test('a wrong password is final after responses to two nonces', async () => {
  const { network, requests, states, registration, nothingLeft } = await registering((_request, count) => [
    '401 Unauthorized',
    `WWW-Authenticate: Digest realm="a", nonce="${count}"`,
  ])
  await network.clock.advance(1_000_000)
  assert.equal(requests.length, 3)
  assert.deepEqual(states, ['failed 401'])
  await registration.stop()
  await nothingLeft()
})

test('403 is final', async () => {
  const { network, requests, states, nothingLeft } = await registering(() => ['403 Forbidden'])
  await network.clock.advance(1_000_000)
  assert.equal(requests.length, 1)
  assert.deepEqual(states, ['failed 403'])
  await nothingLeft()
})

test('the duration is read from a Contact that the registrar rewrote', async () => {
  const { network, registration, nothingLeft } = await registering(() => [
    '200 OK',
    'Contact: <sip:alice@198.51.100.7:40000>;expires=60',
    'Expires: 999',
  ])
  assert.equal(registration.detail.expiresAt, network.clock.now() - 50 + 2 + 60_000)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('423 is followed at once by a REGISTER with the required time', async () => {
  const { requests, states, registration, network, nothingLeft } = await registering((request) =>
    header(request.headers, 'expires') === '300'
      ? ['423 Interval Too Brief', 'Min-Expires: 1800']
      : ['200 OK', 'Expires: 1800'],
  )
  assert.deepEqual(states, ['registered 200'])
  assert.equal(header(requests[1]!.request.headers, 'expires'), '1800')
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a registrar that keeps raising the time fails the registration', async () => {
  const { requests, states, registration, network, nothingLeft } = await registering((request) => {
    const asked = Number(header(request.headers, 'expires'))
    return asked === 0 ? ['200 OK'] : ['423 Interval Too Brief', `Min-Expires: ${asked + 1}`]
  })
  assert.deepEqual([states, requests.length], [['failed 423'], 2])
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('of several bindings ours is the one with the same address, not one with the same prefix', async () => {
  const { network, registration, nothingLeft } = await registering((request) => {
    const ours = header(request.headers, 'contact')!
    return ['200 OK', `Contact: ${ours.replace('>', '0>')};expires=7, ${ours};expires=180`]
  })
  assert.equal(registration.detail.expiresAt, network.clock.now() - 50 + 2 + 180_000)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('failures back off, Retry-After is obeyed, and the registration recovers', async () => {
  const { network, requests, states, registration, nothingLeft } = await registering((_request, count) => {
    if (count === 1) return ['503 Service Unavailable', 'Retry-After: 20']
    return count < 5 ? ['500 Server Error'] : ['200 OK', 'Expires: 300']
  })
  await network.clock.advance(60_000)
  const gaps = requests.slice(1).map(({ at }, index) => at - requests[index]!.at)
  assert.ok(gaps[0]! >= 20_000 && gaps[0]! < 20_100)
  gaps.slice(1, 4).forEach((gap, index) => {
    const longest = 1000 * 1.5 ** index
    assert.ok(gap >= longest / 2 && gap <= longest + 100, `${gap} of ${longest}`)
  })
  assert.deepEqual(states, ['failed 503', 'failed 500', 'failed 500', 'failed 500', 'registered 200'])
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a registrar that was unreachable for 12 s, or for 3 minutes, is found within half that time', async () => {
  for (const awayMs of [12_000, 180_000]) {
    const { network, agent, registration, requests } = await registering(() => ['200 OK', 'Expires: 300'], {
      protocol: 'tcp',
    })
    assert.equal(registration.state, 'registered')
    network.leave(6002)
    await network.clock.advance(awayMs)
    const backAt = network.clock.monotonic()
    const send = await network.peer(6002, (message) => {
      if (message.type !== 'request') return
      requests.push({ at: network.clock.monotonic(), request: message })
      send(replyTo(message, '200 OK', ['Expires: 300']), 6001)
    })
    await network.clock.advance(awayMs)
    const found = requests.find(({ at }) => at >= backAt)
    assert.ok(found && found.at - backAt <= awayMs / 2 + 2_000, `after ${(found?.at ?? Infinity) - backAt} ms`)
    assert.equal(registration.state, 'registered')
    await agent.close()
  }
})

test('a request from a failed registrar triggers a REGISTER at once', async () => {
  let away = false
  const { network, send, requests, states, registration, nothingLeft } = await registering(() =>
    away ? ['500 Server Error'] : ['200 OK', 'Expires: 60'],
  )
  away = true
  // Long enough for long waits between tries.
  await network.clock.advance(600_000)
  assert.equal(states.at(-1), 'failed 500')
  for (let before = requests.length; requests.length === before;) await network.clock.advance(100)
  const before = requests.length
  await network.clock.advance(1_000)
  assert.equal(requests.length, before)
  away = false
  send(options, 6001)
  await network.clock.advance(600)
  assert.equal(registration.state, 'registered')
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a pause that the registrar requested is kept, whatever it sends', async () => {
  const { network, send, requests, registration, nothingLeft } = await registering(() => [
    '503 Service Unavailable',
    'Retry-After: 600',
  ])
  const before = requests.length
  send(options, 6001)
  await network.clock.advance(500_000)
  assert.equal(requests.length, before)
  void registration.stop()
  await nothingLeft()
})

const options = [
  'OPTIONS sip:alice@127.0.0.1:6001 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bKo',
  'From: <sip:ping@h>;tag=1',
  'To: <sip:alice@h>',
  'Call-ID: ping',
  'CSeq: 1 OPTIONS',
  '',
  '',
].join('\r\n')

test('`renew` does nothing after a refusal', async () => {
  const { network, requests, registration, nothingLeft } = await registering(() => ['403 Forbidden'])
  const before = requests.length
  registration.renew()
  await network.clock.advance(5_000)
  assert.equal(requests.length, before)
  void registration.stop()
  await nothingLeft()
})

test('a registrar without responses: 408, and `stop` gives up after 2 s', async () => {
  let silent = true
  const { network, states, registration, nothingLeft } = await registering(() => (silent ? null : ['200 OK']))
  await network.clock.advance(33_000)
  assert.deepEqual(states, ['failed 408'])
  silent = false
  await network.clock.advance(3000)
  assert.equal(registration.state, 'registered')
  silent = true
  const stopped = registration.stop()
  await network.clock.advance(2100)
  await stopped
  await nothingLeft()
})

test('a refresh without a response keeps the binding until it expires; the detail has the status', async () => {
  let silent = false
  const { network, states, registration, nothingLeft } = await registering(() =>
    silent ? null : ['200 OK', 'Expires: 100'],
  )
  const { expiresAt } = registration.detail
  silent = true
  await network.clock.advance(99_000)
  assert.equal(registration.state, 'registered')
  assert.ok(states.slice(1).every((state) => state === 'registered 408'))
  if (states.length > 1) assert.deepEqual(registration.detail, { status: 408, reason: 'Request Timeout', expiresAt })
  await network.clock.advance(1100)
  assert.equal(registration.state, 'failed')
  silent = false
  await network.clock.advance(330_000)
  assert.equal(registration.state, 'registered')
  assert.equal(registration.detail.status, 200)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a refresh refused with 5xx keeps the binding, one refused with 403 ends it', async () => {
  const { network, states, registration, nothingLeft } = await registering((_request, count) =>
    count === 1 ? ['200 OK', 'Expires: 100'] : count === 2 ? ['500 Server Error'] : ['403 Forbidden'],
  )
  await network.clock.advance(99_000)
  assert.deepEqual(states, ['registered 200', 'registered 500', 'failed 403'])
  await registration.stop()
  await nothingLeft()
})

test('behind NAT the Contact becomes the address that the registrar saw, and the old one is removed', async () => {
  const seen = '198.51.100.7'
  const { network, agent, requests, states, registration, nothingLeft } = await registering((request) => {
    const via = request.headers.find(([name]) => name === 'via')!
    via[1] = via[1].replace(';rport', `;rport=40000;received=${seen}`)
    return ['200 OK', 'Expires: 300']
  })
  const contacts = requests.map(({ request }) =>
    request.headers.filter(([name]) => name === 'contact').map(([, value]) => value),
  )
  assert.deepEqual(contacts, [
    ['<sip:alice@127.0.0.1:6001>'],
    [`<sip:alice@${seen}:40000>`, '<sip:alice@127.0.0.1:6001>;expires=0'],
  ])
  assert.deepEqual(states, ['registered 200', 'registered 200'])

  const account = network.account(6002)
  const call = agent.invite({ account, callId: 'x', to: '1', from: '', offer, ringTimeoutMs: 9000 }, {})
  assert.match(network.log.at(-1)!.text, new RegExp(`\r\nContact: <sip:alice@${seen}:40000>`))
  await network.clock.advance(50)
  void call.hangup()
  await network.clock.advance(300_000)
  assert.deepEqual(requests.at(-1)!.request.headers.filter(([name]) => name === 'contact').length, 1)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a NAT that changes the port each time causes one correction per refresh, without a loop', async () => {
  let port = 40_000
  const { network, requests, registration, nothingLeft } = await registering((request) => {
    const via = request.headers.find(([name]) => name === 'via')!
    via[1] = via[1].replace(';rport', `;rport=${port++};received=198.51.100.7`)
    return ['200 OK', 'Expires: 300']
  })
  await network.clock.advance(1000)
  assert.equal(requests.length, 2)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a configured public address is used instead of the one that the registrar saw', async () => {
  const { requests, registration, network, nothingLeft } = await registering(
    (request) => {
      const via = request.headers.find(([name]) => name === 'via')!
      via[1] = via[1].replace(';rport', ';rport=40000;received=198.51.100.7')
      return ['200 OK', 'Expires: 300']
    },
    { advertisedHost: 'sip.example.test' },
  )
  assert.deepEqual(
    requests.map(({ request }) => header(request.headers, 'contact')),
    ['<sip:alice@sip.example.test:6001>'],
  )
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('the address that a registrar reports becomes our Contact only when it is an address', async () => {
  const { network, requests, registration, nothingLeft } = await registering((request) => {
    const via = request.headers.find(([name]) => name === 'via')!
    via[1] = via[1].replace(';rport', ';rport=6001;received="evil.test>, <sip:x@evil.test"')
    return ['200 OK', 'Expires: 300']
  })
  await network.clock.advance(300_000)
  assert.ok(requests.length > 1)
  for (const { request } of requests) assert.equal(header(request.headers, 'contact'), '<sip:alice@127.0.0.1:6001>')
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})
