import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReception } from './statistics.ts'
import { estimateQuality, mosOf } from './quality.ts'

const perfect = {
  packetsSent: 1000,
  packetsReceived: 1000,
  packetsLost: 0,
  jitterMs: 0,
  meanJitterMs: 0,
  reported: { packetsLost: 0, jitterMs: 0, roundTripMs: 40 },
}
const mos = (more: Partial<typeof perfect>) => estimateQuality({ ...perfect, ...more })?.mos ?? NaN

test('the scores are those of G.107 for its ratings', () => {
  // G.107, table B.1: R of 90, 80, 70, 60, 50.
  for (const [rating, score] of [
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ] as const)
    assert.ok(Math.abs(mosOf(rating) - score) < 0.01, `${rating}: ${mosOf(rating)}`)
  assert.deepEqual([mosOf(-5), mosOf(3), mosOf(100)], [1, 1, 4.5])
})

test('a perfect line scores 4.4, and loss, jitter and delay lower the score', () => {
  assert.ok(mos({}) > 4.35)
  assert.ok(mos({ packetsLost: 53 }) < 4.1, 'five percent lost')
  assert.ok(mos({ packetsReceived: 600, packetsLost: 400 }) < 2.5)
  assert.ok(mos({ meanJitterMs: 60 }) < mos({}))
  assert.ok(mos({ reported: { packetsLost: 0, jitterMs: 0, roundTripMs: 1200 } }) < 3.5)
})

test('the worse direction counts, and without sound there is no figure', () => {
  const quality = estimateQuality({ ...perfect, reported: { packetsLost: 250, jitterMs: 7, roundTripMs: null } })
  assert.deepEqual([quality?.lossPercent, quality?.jitterMs, quality?.roundTripMs], [25, 7, null])
  assert.equal(estimateQuality({ ...perfect, reported: null })?.lossPercent, 0)
  assert.equal(estimateQuality({ ...perfect, packetsReceived: 0 }), null)
})

test('the mean jitter is that of the whole call, not of its end', () => {
  const reception = createReception()
  let now = 0
  const receive = (count: number, late: (i: number) => number) => {
    for (let i = 0; i < count; i++) {
      const sequence = reception.packets
      reception.received(1, sequence, sequence * 160, now + late(i))
      now += 20
    }
  }
  receive(500, (i) => (i % 2) * 30)
  receive(500, () => 0)
  assert.ok(reception.jitterMs < 1, `${reception.jitterMs}`)
  assert.ok(reception.meanJitterMs > 10, `${reception.meanJitterMs}`)
})
