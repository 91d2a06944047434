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

test('reports of a stranger are not read', async (t) => {
  const [a, b] = [await party(), await party()]
  const stranger = createSocket('udp4')
  stranger.bind(0, '127.0.0.9')
  await once(stranger, 'listening')
  t.after(() => (a.socket.close(), b.socket.close(), stranger.close()))
  a.exchange.signal(b.remote)
  b.exchange.signal(a.remote)
  b.reception.received(a.sender.ssrc, 1, 160, 20)
  // What b says about a, sent on by somebody else.
  b.exchange.signal({ address: '127.0.0.9', port: stranger.address().port })
  b.exchange.send()
  const [report] = (await once(stranger, 'message')) as [Buffer]
  stranger.send(report, a.remote.port, host)
  await once(a.socket, 'message')
  assert.equal(a.exchange.latest(), null)
  b.socket.send(report, a.remote.port, host)
  await once(a.socket, 'message')
  assert.equal(a.exchange.latest()?.packetsLost, 0)
})
