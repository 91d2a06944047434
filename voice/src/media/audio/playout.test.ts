import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPlayout } from './playout.ts'

function open(capacity = 8_000, prebuffer = 0) {
  const marks: number[] = []
  const counts = { underruns: 0 }
  const playout = createPlayout(capacity, prebuffer, {
    onMark: (id) => marks.push(id),
    onUnderrun: () => counts.underruns++,
  })
  const frame = new Int16Array(160)
  /** Returns the next 20 ms, or null. */
  const take = () => (playout.take(frame) ? frame.slice() : null)
  return { playout, marks, counts, take }
}

const ramp = (from: number, count: number) => Int16Array.from({ length: count }, (_, i) => from + i)

test('written samples are played once, in order, in any sizes, with marks at their positions', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 20 }), (pieces) => {
      const { playout, marks, take } = open(100_000)
      let written = 0
      for (const [id, piece] of pieces.entries()) {
        assert.equal(playout.write(ramp(written, piece)), piece)
        written += piece
        assert.ok(playout.mark(id))
      }
      const played: number[] = []
      for (let frame = take(); frame; frame = take()) played.push(...frame)
      assert.deepEqual(played.slice(0, written), [...ramp(0, written)])
      assert.ok(played.slice(written).every((sample) => sample === 0))
      assert.deepEqual([playout.played, playout.consumed], [written, written])
      assert.deepEqual(marks, [...pieces.keys()])
    }),
  )
})

test('a flush discards everything: the next 20 ms are silence, and marks are dropped', () => {
  const { playout, marks, take } = open()
  playout.write(ramp(1, 1_000))
  playout.mark(1)
  take()
  playout.flush()
  assert.equal(take(), null)
  assert.deepEqual([playout.played, playout.consumed, marks], [160, 1_000, []])
  playout.write(ramp(500, 160))
  playout.mark(2)
  assert.equal(take()![0], 500)
  assert.deepEqual(marks, [2])
})

test('samples without room are dropped and count as consumed', () => {
  const { playout, take } = open(400)
  assert.equal(playout.write(ramp(0, 1_000)), 400)
  assert.equal(playout.write(ramp(0, 10)), 0)
  assert.equal(playout.consumed, 610)
  while (take());
  assert.deepEqual([playout.played, playout.consumed], [400, 1_010])
})

test('playing begins when enough samples wait, or a complete utterance, and again after an underrun', () => {
  const { playout, counts, take } = open(8_000, 320)
  playout.write(ramp(1, 200))
  assert.equal(take(), null)
  playout.write(ramp(201, 120))
  assert.equal(take()![0], 1)
  assert.equal(take()![0], 161)
  assert.equal(take(), null)
  assert.equal(counts.underruns, 1)
  playout.write(ramp(1, 200))
  assert.equal(take(), null)
  playout.mark(1)
  assert.equal(take()![0], 1)
  assert.equal(take()![39], 200)
  assert.equal(take(), null)
  assert.equal(counts.underruns, 1)
})

test('at most 1,000 marks wait', () => {
  const { playout } = open()
  playout.write(ramp(1, 160))
  for (let id = 0; id < 1_000; id++) assert.ok(playout.mark(id))
  assert.equal(playout.mark(1_000), false)
})
