import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyPacket } from '../rtp/rtp.ts'
import { decodingTable, encodeSample } from './g711.ts'
import { createHearing } from './hearing.ts'

/** Receives packets of one law whose samples all have the same value. */
function open() {
  const heard: { position: number; count: number; first: number }[] = []
  const hearing = createHearing((samples, position) =>
    heard.push({ position, count: samples.length, first: samples[0]! }),
  )
  function packet(sequence: number, timestamp: number, { count = 160, ssrc = 1, codec = 'PCMU' as const } = {}) {
    const payload = Buffer.alloc(count, encodeSample(codec, loud))
    const header = { ...emptyPacket(), sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc }
    hearing.packet({ ...header, payloadStart: 0, payloadEnd: count }, payload, codec)
  }
  const summary = () => heard.map(({ position, count, first }) => [position, count, first === 0 ? 'silence' : 'voice'])
  return { hearing, packet, summary }
}

const loud = decodingTable('PCMU')[0x10]!

test('packets are passed on as they arrive, across the wrap of sequence and timestamp', () => {
  const { packet, summary } = open()
  packet(65_535, 2 ** 32 - 160)
  packet(0, 0)
  packet(1, 160)
  assert.deepEqual(summary(), [
    [0, 160, 'voice'],
    [160, 160, 'voice'],
    [320, 160, 'voice'],
  ])
})

test('a lost packet becomes silence; a late or duplicate packet is dropped', () => {
  const { packet, summary } = open()
  packet(10, 0)
  packet(12, 320)
  packet(11, 160)
  packet(12, 320)
  packet(13, 480)
  assert.deepEqual(summary(), [
    [0, 160, 'voice'],
    [160, 160, 'silence'],
    [320, 160, 'voice'],
    [480, 160, 'voice'],
  ])
})

test('the pause of a sender is filled with silence after 60 ms, and its stream continues at the right position', () => {
  const { hearing, packet, summary } = open()
  packet(1, 0)
  for (let tick = 0; tick < 6; tick++) hearing.tick()
  packet(2, 160 * 6)
  packet(3, 160 * 7)
  assert.deepEqual(summary(), [
    [0, 160, 'voice'],
    [160, 160, 'silence'],
    [320, 160, 'silence'],
    [480, 160, 'silence'],
    [640, 320, 'silence'],
    [960, 160, 'voice'],
    [1120, 160, 'voice'],
  ])
})

test('delayed packets all arrive, after the silence that replaced them', () => {
  const { hearing, packet, summary } = open()
  packet(1, 0)
  for (let tick = 0; tick < 5; tick++) hearing.tick()
  for (const n of [1, 2, 3, 4]) packet(1 + n, 160 * n)
  assert.equal(summary().filter(([, , what]) => what === 'voice').length, 5)
  assert.equal(summary().filter(([, , what]) => what === 'silence').length, 2)
})

test('a sender that restarts its stream is received at once', () => {
  const { packet, summary } = open()
  packet(1, 0)
  packet(40_000, 2_000_000_000)
  packet(7, 5, { ssrc: 2 })
  packet(7_000, 500_000, { ssrc: 2 })
  assert.deepEqual(
    summary().map(([position]) => position),
    [0, 160, 320, 480],
  )
})

test('huge packets and floods of packets are dropped', () => {
  const { hearing, packet, summary } = open()
  packet(1, 0, { count: 1_281 })
  packet(2, 0, { count: 0 })
  assert.deepEqual(summary(), [])
  for (let n = 0; n < 1_000; n++) packet(3 + n, 160 * n)
  assert.equal(summary().length, 101)
  hearing.tick()
  packet(2_000, 160 * 1_000)
  assert.equal(summary().length, 102)
})
