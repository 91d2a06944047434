import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import assert from 'node:assert/strict'

import { systemClock } from '../../clock.ts'
import type { RemoteAudio } from '../sdp/negotiation.ts'
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
  const exchange = createReportExchange({ clock: systemClock, socket, sender, reception })
  const rtcpPort = socket.address().port
  const remote: RemoteAudio = {
    address: host,
    port: rtcpPort - 1,
    rtcpPort,
    codec: 'PCMU',
    payloadType: 0,
    dtmfPayloadType: null,
    direction: 'sendrecv',
  }
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
