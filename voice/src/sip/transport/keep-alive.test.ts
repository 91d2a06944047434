import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registering } from '../test/registrar.ts'

const granted = () => ['200 OK', 'Expires: 3600'] as [string, ...string[]]

/** Registered over TCP with a registrar that answers pings while `answering`. */
async function pinged() {
  const pinging = await registering(granted, { protocol: 'tcp' })
  const { network } = pinging
  const registrar = { answering: true, pings: 0 }
  network.fate = (what) => {
    if (what === 'ping') {
      registrar.pings++
      if (registrar.answering) network.clock.setTimeout(() => pinging.send('\r\n', 6001), 1)
    }
    return [1]
  }
  return { ...pinging, registrar }
}

test('a connection is pinged every 25 s, and stays open while responses arrive', async () => {
  const { network, registrar, requests, registration, nothingLeft } = await pinged()
  await network.clock.advance(300_000)
  assert.equal(registrar.pings, 12)
  assert.equal(requests.length, 1)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('when responses to pings stop for 10 s the account connects and registers again', async () => {
  const { network, registrar, requests, registration, nothingLeft } = await pinged()
  await network.clock.advance(30_000)
  registrar.answering = false
  await network.clock.advance(25_000)
  assert.equal(registrar.pings, 2)
  assert.equal(requests.length, 1)
  await network.clock.advance(8000)
  assert.equal(requests.length, 2)
  assert.equal(registration.state, 'registered')
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('a server that has never answered a ping keeps its connection', async () => {
  const { network, registrar, requests, registration, nothingLeft } = await pinged()
  registrar.answering = false
  await network.clock.advance(300_000)
  assert.equal(registrar.pings, 12)
  assert.equal(requests.length, 1)
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('after a connection ends a REGISTER is sent over a new one within 2 s', async () => {
  const { network, requests, registration, states, nothingLeft } = await pinged()
  network.cut(6002)
  await network.clock.advance(2100)
  assert.equal(requests.length, 2)
  assert.deepEqual(states, ['registered 200', 'registered 200'])
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})

test('over TLS without a listener of our own the Contact is the connection, while it is open', async () => {
  let port = 50_000
  const { network, requests, registration, nothingLeft } = await registering(
    (request) => {
      const via = request.headers.find(([name]) => name === 'via')!
      via[1] = via[1].replace(';rport', `;rport=${port}`)
      return granted()
    },
    { protocol: 'tls', advertisedHost: '127.0.0.1' },
  )
  const latest = () => requests.at(-1)!.request.headers.flatMap(([name, value]) => (name === 'contact' ? [value] : []))
  const own = '<sip:alice@127.0.0.1:6001;transport=tls>'
  assert.deepEqual(latest(), ['<sip:alice@127.0.0.1:50000;transport=tls>', `${own};expires=0`])
  network.cut(6002)
  port = 50_001
  await network.clock.advance(2100)
  assert.deepEqual(latest(), ['<sip:alice@127.0.0.1:50001;transport=tls>', `${own};expires=0`])
  void registration.stop()
  await network.clock.advance(50)
  await nothingLeft()
})
