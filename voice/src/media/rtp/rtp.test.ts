import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'

import { buildReport, parseReport } from './rtcp.ts'
import { emptyPacket, parseRtp, sequenceDelta, writeRtpHeader } from './rtp.ts'
import { createReception } from './statistics.ts'

test('a packet with sources, an extension and padding gives its payload', () => {
  const header = Buffer.alloc(12)
  writeRtpHeader(header, 8, true, 65535, 0xfffffff0, 0xdeadbeef)
  header[0] = 0x80 | 0x20 | 0x10 | 2
  const extension = Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4])
  const datagram = Buffer.concat([header, Buffer.alloc(8), extension, Buffer.from('audio'), Buffer.from([0, 0, 3])])
  const packet = emptyPacket()
  assert.ok(parseRtp(datagram, packet))
  assert.equal(datagram.toString('latin1', packet.payloadStart, packet.payloadEnd), 'audio')
  const { marker, payloadType, sequence, timestamp, ssrc } = packet
  assert.deepEqual(
    { marker, payloadType, sequence, timestamp, ssrc },
    { marker: true, payloadType: 8, sequence: 65535, timestamp: 0xfffffff0, ssrc: 0xdeadbeef },
  )
})

test('no datagram throws, and a payload never leaves its datagram', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, likely) => {
      const datagram = Buffer.from(bytes)
      if (likely && datagram.length > 0) datagram[0] = 0x80 | (datagram[0]! & 0x3f)
      const packet = emptyPacket()
      if (!parseRtp(datagram, packet)) return
      assert.ok(
        packet.payloadStart >= 12 && packet.payloadStart <= packet.payloadEnd && packet.payloadEnd <= datagram.length,
      )
      parseReport(datagram, 1, 0)
    }),
  )
})

test('loss is counted across the wrap of the sequence; reordering is not loss', () => {
  const reception = createReception()
  const order = [65533, 65535, 65534, 0, 1, 4, 3]
  for (const sequence of order) reception.received(1, sequence, 0, 0)
  assert.equal(reception.packets, 7)
  assert.equal(reception.packetsLost, 1)
  const { fractionLost, highestSequence } = reception.report()
  assert.equal(fractionLost, Math.floor(256 / 8))
  assert.equal(highestSequence, 65536 + 4)
  assert.equal(sequenceDelta(3, 65534), 5)
})

test('a restarted sender does not count as a loss of thousands', () => {
  const reception = createReception()
  assert.equal(reception.received(1, 10, 0, 0), true)
  reception.received(1, 12, 320, 40)
  assert.equal(reception.received(2, 40000, 999, 60), true)
  assert.equal(reception.received(2, 40001, 1159, 80), false)
  assert.equal(reception.received(2, 5, 160, 100), true, 'the same SSRC, and everything else from the start')
  assert.equal(reception.packetsLost, 1)
})

test('jitter is zero for an even stream and follows RFC 3550 for an uneven one', () => {
  const even = createReception()
  for (let i = 0; i < 100; i++) even.received(1, i, i * 160, i * 20)
  assert.equal(even.jitterMs, 0)
  const uneven = createReception()
  for (let i = 0; i < 1000; i++) uneven.received(1, i, i * 160, i * 20 + (i % 2) * 4)
  assert.ok(Math.abs(uneven.jitterMs - 4) < 0.01)
})

test('reports carry the loss and the round trip to the other side', () => {
  const ours = { ssrc: 1, timestamp: 5, packetsSent: 10, octetsSent: 1600 }
  const theirs = { ssrc: 2, timestamp: 9, packetsSent: 4, octetsSent: 640 }
  const now = 1_800_000_000_000
  const first = parseReport(buildReport({ ...ours, now, heard: null }), 2, now + 30)!
  assert.equal(first.ours, null)
  const heard = { ssrc: 1, fractionLost: 0, packetsLost: 3, highestSequence: 9, jitterSamples: 16 }
  const reply = buildReport({
    ...theirs,
    now: now + 130,
    heard: { ...heard, lastReport: first.lastReport },
  })
  const { packetsLost, jitterMs, roundTripMs } = parseReport(reply, 1, now + 160)!.ours!
  assert.equal(packetsLost, 3)
  assert.equal(jitterMs, 2)
  assert.ok(Math.abs(roundTripMs! - 60) < 1, `${roundTripMs}`)
  assert.equal(reply.length % 4, 0)
})
