import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import assert from 'node:assert/strict'

import { systemClock } from '../../clock.ts'
import { createReportExchange } from './reports.ts'
import { createRtpSender } from './sender.ts'
import { createReception } from './statistics.ts'

const host = '127.0.0.1'

async function party() {
  const socket = createSocket('udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  const sender = createRtpSender(() => undefined)
  const reception = createReception()
  const exchange = createReportExchange({
    clock: systemClock,
    socket,
    sender,
    reception,
    belongs: (address) => address === host,
  })
  const remote = { address: host, port: socket.address().port }
  return { socket, sender, reception, exchange, remote }
}

test('each side learns what the other one lost, and the round trip', async (t) => {
  const [a, b] = [await party(), await party()]
  t.after(() => (a.socket.close(), b.socket.close()))
  a.exchange.signal(b.remote)
  b.exchange.signal(a.remote)
  for (const sequence of [1, 2, 5]) b.reception.received(a.sender.ssrc, sequence, sequence * 160, sequence * 20)

  a.exchange.send()
  await once(b.socket, 'message')
  assert.equal(b.exchange.latest(), null, 'it heard nothing of b yet')
  b.exchange.send()
  await once(a.socket, 'message')
  const { packetsLost, roundTripMs } = a.exchange.latest()!
  assert.equal(packetsLost, 2)
  assert.ok(roundTripMs !== null && roundTripMs >= 0)
})

test('reports of an unknown sender are ignored', async (t) => {
  const [a, b] = [await party(), await party()]
  const unknown = createSocket('udp4')
  unknown.bind(0, '127.0.0.9')
  await once(unknown, 'listening')
  t.after(() => (a.socket.close(), b.socket.close(), unknown.close()))
  a.exchange.signal(b.remote)
  b.exchange.signal(a.remote)
  b.reception.received(a.sender.ssrc, 1, 160, 20)
  // The report of b about a, sent on by another host.
  b.exchange.signal({ address: '127.0.0.9', port: unknown.address().port })
  b.exchange.send()
  const [report] = (await once(unknown, 'message')) as [Buffer]
  unknown.send(report, a.remote.port, host)
  await once(a.socket, 'message')
  assert.equal(a.exchange.latest(), null)
  b.socket.send(report, a.remote.port, host)
  await once(a.socket, 'message')
  assert.equal(a.exchange.latest()?.packetsLost, 0)
})
