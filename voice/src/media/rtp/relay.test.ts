import { test } from 'node:test'
import assert from 'node:assert/strict'

import { createRelay } from './relay.ts'
import { emptyPacket, parseRtp, sequenceDelta, timestampDelta, writeRtpHeader } from './rtp.ts'
import type { RtpPacket } from './rtp.ts'
import { createRtpSender } from './sender.ts'

function relaying() {
  const out: RtpPacket[] = []
  const sender = createRtpSender((datagram, bytes) => {
    const packet = emptyPacket()
    assert.ok(parseRtp(datagram.subarray(0, bytes), packet))
    out.push(packet)
  })
  const relay = createRelay(sender)
  const datagram = Buffer.alloc(172, 0xff)
  const heard = emptyPacket()
  function hear(sequence: number, ssrc = 9): void {
    writeRtpHeader(datagram, 0, false, sequence & 0xffff, (sequence * 160) >>> 0, ssrc)
    assert.ok(parseRtp(datagram, heard))
    relay.forward(heard, datagram, 0, 'PCMU', 'PCMU')
  }
  const steps = () => out.slice(1).map((packet, i) => sequenceDelta(packet.sequence, out[i]!.sequence))
  return { sender, hear, out, steps }
}

test('loss and reordering stay visible to the far end', () => {
  const { hear, steps } = relaying()
  for (const sequence of [10, 11, 13, 12, 15]) hear(sequence)
  assert.deepEqual(steps(), [1, 2, -1, 3])
})

test('another sender, and packets of our own in between, continue the same sequence', () => {
  const { hear, sender, steps, out } = relaying()
  hear(10)
  sender.send(0, false, sender.timestamp, 160)
  hear(40)
  hear(39)
  hear(41)
  hear(7, 8)
  assert.deepEqual(steps(), [1, 1, 1, 1])
  assert.deepEqual(
    out.map(({ marker }) => marker),
    [true, false, true, false, true],
  )
  assert.equal(new Set(out.map(({ ssrc }) => ssrc)).size, 1)
})

test('hours of relaying continue across every wrap', () => {
  const { hear, steps, out } = relaying()
  for (let sequence = 0; sequence < 200_000; sequence++) hear(sequence)
  assert.equal(out.length, 200_000)
  assert.ok(steps().every((step) => step === 1))
})

test('a sender that jumps far back has restarted', () => {
  const { hear, steps } = relaying()
  for (const sequence of [5000, 5001, 3, 4]) hear(sequence)
  assert.deepEqual(steps(), [1, 1, 1])
})

test('our own audio continues after relayed packets that ran ahead', () => {
  const { hear, sender, out } = relaying()
  for (let sequence = 0; sequence < 10; sequence++) hear(sequence)
  sender.send(0, false, sender.timestamp, 160)
  const [last, own] = out.slice(-2)
  assert.equal(timestampDelta(own!.timestamp, last!.timestamp), 160)
})
