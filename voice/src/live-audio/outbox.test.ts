import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFrameReader, kinds, samplesOf } from './frames.ts'
import { createOutbox } from './outbox.ts'

const frame = (value: number) => new Int16Array(160).fill(value)

/** A connection whose other side reads when the test says so. */
function open() {
  const read: { kind: number; channel: number; count: number; first: number | undefined }[] = []
  const reader = createFrameReader(({ kind, channel, count, payload }) => {
    read.push({ kind, channel, count, first: kind === kinds.heard ? samplesOf(payload)[0] : undefined })
    return true
  })
  const sink = {
    writableLength: 0,
    writes: 0,
    write: (data: Uint8Array) => reader.read(Buffer.from(data)),
    cork: () => void sink.writes++,
    uncork() {},
  }
  const lost: [number, number][] = []
  const outbox = createOutbox(sink, (channel, samples) => lost.push([channel, samples]))
  return { sink, outbox, read, lost }
}

test('the audio of many calls in 20 ms is one write', () => {
  const { sink, outbox, read } = open()
  for (let channel = 1; channel <= 100; channel++) outbox.heard(channel, frame(channel), 0)
  assert.equal(read.length, 0)
  assert.ok(outbox.tick())
  assert.equal(sink.writes, 1)
  assert.deepEqual(
    read.map(({ channel, first }) => [channel, first]),
    Array.from({ length: 100 }, (_, i) => [i + 1, i + 1]),
  )
})

test('a listener that reads nothing for 3 s loses the first second, and gets the amount reported', () => {
  const { sink, outbox, read, lost } = open()
  outbox.opened(1, 'leg', 1000)
  outbox.tick()
  sink.writableLength = 1
  for (let tick = 0; tick < 150; tick++) {
    outbox.heard(1, frame(tick), tick * 160)
    outbox.heard(2, frame(tick), tick * 160)
    if (tick === 10) outbox.marked(1, 7, 800)
    assert.ok(outbox.tick())
  }
  assert.equal(sink.writes, 1)
  sink.writableLength = 0
  assert.ok(outbox.tick())
  assert.deepEqual(lost, [
    [1, 50 * 160],
    [2, 50 * 160],
  ])
  const heard = read.filter(({ kind, channel }) => kind === kinds.heard && channel === 1)
  assert.deepEqual(
    heard.map(({ first }) => first),
    Array.from({ length: 100 }, (_, i) => 50 + i),
  )
  assert.equal(heard[0]!.count, 50 * 160)
  assert.deepEqual(
    read.filter(({ kind }) => kind !== kinds.heard).map(({ kind, channel, count }) => [kind, channel, count]),
    [
      [kinds.opened, 1, 1000],
      [kinds.marked, 1, 800],
      [kinds.lost, 1, 8000],
      [kinds.lost, 2, 8000],
    ],
  )
})

test('a listener that reads nothing for 5 s is disconnected', () => {
  const { sink, outbox } = open()
  sink.writableLength = 1
  const ticks = Array.from({ length: 250 }, () => outbox.tick())
  assert.deepEqual([ticks.indexOf(false), ticks.length], [249, 250])
})

test('unread notices are bounded too', () => {
  const { sink, outbox } = open()
  sink.writableLength = 1
  for (let i = 0; i < 70_000; i++) outbox.marked(1, i, i)
  assert.equal(outbox.tick(), false)
})

test('`closed` of a channel is sent after its audio', () => {
  const { outbox, read } = open()
  outbox.heard(1, frame(1), 0)
  outbox.closed(1, 'ended')
  outbox.tick()
  assert.deepEqual(
    read.map(({ kind }) => kind),
    [kinds.heard, kinds.closed],
  )
})
