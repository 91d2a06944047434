import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { until } from '../conformance/until.ts'
import { createTestNetwork, replyTo } from './test/network.ts'
import { openSockets } from './transport/sockets.ts'
import { createUserAgent } from './user-agent.ts'

/** Messages that the agent has read, by kind. */
function recorder() {
  const read: string[] = []
  const trace = (direction: 'in' | 'out', text: string) =>
    void (direction === 'in' && read.push(text.split('\r\n', 1)[0]!))
  return { read, trace }
}

const options = (branch: string, bytes = 0) =>
  [
    'OPTIONS sip:b@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${branch};rport`,
    'From: <sip:a@h>;tag=1',
    'To: <sip:b@h>',
    `Call-ID: ${branch}`,
    'CSeq: 1 OPTIONS',
    `X: ${'x'.repeat(bytes)}`,
    '',
    '',
  ].join('\r\n')

test('a datagram from an address that is no carrier’s is dropped unread', async (t) => {
  const { read, trace } = recorder()
  const agent = await createUserAgent({ host: '127.0.0.1', port: 0, trace })
  t.after(() => agent.close())
  agent.onInvite(
    ({ host }) => host === '127.0.0.2',
    () => assert.fail('no call was to come'),
  )
  const [unknown, carrier] = [createSocket('udp4'), createSocket('udp4')]
  t.after(() => [unknown, carrier].map((socket) => socket.close()))
  unknown.bind(0, '127.0.0.9')
  carrier.bind(0, '127.0.0.2')
  await Promise.all([once(unknown, 'listening'), once(carrier, 'listening')])
  for (let i = 0; i < 20; i++) unknown.send(options(`unknown${i}`, 8000), agent.port, '127.0.0.1')
  carrier.send(options('carrier'), agent.port, '127.0.0.1')
  await once(carrier, 'message')
  assert.equal(read.length, 1)
})

test('an address to which we have sent may respond, although it belongs to no trunk', async () => {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  agent.onInvite(
    () => false,
    () => assert.fail('no call was to come'),
  )
  const send = await network.peer(6002, (message) => {
    if (message.type === 'request') send(replyTo(message, '200 OK'), 6001)
  })
  const status = agent.options(network.account(6002), 1000)
  await network.clock.advance(1000)
  assert.equal(await status, 200)
  await agent.close()
})

test('a flood from a carrier’s address is read up to its budget; other carriers are read as before', async () => {
  const network = createTestNetwork()
  const { read, trace } = recorder()
  const agent = await createUserAgent(
    {
      host: '127.0.0.1',
      port: 6001,
      clock: network.clock,
      trace,
      sourceLimits: { messagesPerSecond: 100, newRequestsPerSecond: 10 },
    },
    network.open,
  )
  agent.onInvite(
    () => true,
    () => assert.fail('no call was to come'),
  )
  const statuses: number[] = []
  const send = await network.peer(6002, (message) => {
    if (message.type === 'response') statuses.push(message.status)
  })
  for (let i = 0; i < 1000; i++) send(options(`flood${i}`), 6001)
  await network.clock.advance(10)
  assert.ok(read.length >= 200 && read.length <= 202, `${read.length} read: two seconds' worth at once`)
  assert.equal(statuses.length, 20, 'answered: likewise of what begins something new')

  network.seenHost = '192.0.2.9'
  send(options('other'), 6001)
  await network.clock.advance(10)
  assert.equal(statuses.length, 21)

  network.seenHost = '127.0.0.1'
  await network.clock.advance(1000)
  read.length = 0
  for (let i = 0; i < 100; i++) send(options(`large${i}`, 12_000), 6001)
  await network.clock.advance(5)
  assert.ok(read.length >= 10 && read.length <= 12, `${read.length} read: a message of 12 KB counts as nine`)
  await agent.close()
})

test('one address may hold 32 connections, and a message that never ends does not keep one open', async (t) => {
  const agent = await createUserAgent({ host: '127.0.0.1', port: 0 }, openSockets({ stalledMs: 300 }))
  t.after(() => agent.close())
  const sockets = Array.from({ length: 40 }, () => connect(agent.port, '127.0.0.1'))
  t.after(() => sockets.map((socket) => socket.destroy()))
  for (const socket of sockets) socket.on('error', () => socket.destroy())
  const ended = () => sockets.filter((socket) => socket.closed).length
  await until('eight to be refused', () => ended() === 8)

  // Single bytes without end: each arrives before the connection counts as silent.
  const left = sockets.filter((socket) => !socket.closed)
  const trickle = setInterval(() => left.map((socket) => socket.writable && socket.write('a')), 50)
  t.after(() => clearInterval(trickle))
  await until('the others to be cut', () => ended() === 40)
})
