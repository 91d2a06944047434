import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFrameReader, encodeFrame, headerBytes, maxPayloadBytes, samplesOf, type Frame } from './frames.ts'

const frame = fc.record(
  {
    kind: fc.integer({ min: 0, max: 255 }),
    channel: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    count: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    payload: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
)

/** Cuts the bytes at these positions. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

function readAll(chunks: Buffer[]): Frame[] {
  const frames: Frame[] = []
  const reader = createFrameReader((frame) => {
    frames.push({ ...frame, payload: Buffer.from(frame.payload) })
    return true
  })
  for (const chunk of chunks) assert.ok(reader.read(chunk))
  return frames
}

test('frames are read back however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (frames, places) => {
      const stream = Buffer.concat(
        frames.map(({ kind, channel, count, payload }) => encodeFrame(kind, channel, count, payload)),
      )
      assert.deepEqual(readAll(cut(stream, places)), frames)
    }),
  )
})

test('any stream of bytes gives frames within bounds, or is broken and stays broken', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 20 }), (chunks) => {
      let longest = 0
      const reader = createFrameReader(({ payload }) => {
        longest = Math.max(longest, payload.length)
        samplesOf(payload)
        return true
      })
      let isFine = true
      for (const chunk of chunks) {
        const isStillFine = reader.read(Buffer.from(chunk))
        assert.ok(isFine || !isStillFine)
        isFine = isStillFine
      }
      assert.ok(longest <= maxPayloadBytes)
    }),
  )
})

test('a payload that is too long breaks the stream before it has arrived', () => {
  const header = encodeFrame(2, 1, 0)
  header.writeUInt16LE(maxPayloadBytes + 1, 2)
  const reader = createFrameReader(() => assert.fail('no frame is complete'))
  assert.equal(header.length, headerBytes)
  assert.equal(reader.read(header), false)
})

test('nothing is read after a refused frame', () => {
  let frames = 0
  const reader = createFrameReader(() => ++frames < 2)
  assert.equal(reader.read(Buffer.concat([encodeFrame(1, 1, 1), encodeFrame(1, 1, 1), encodeFrame(1, 1, 1)])), false)
  assert.equal(frames, 2)
  assert.equal(reader.read(encodeFrame(1, 1, 1)), false)
  assert.equal(frames, 2)
})
