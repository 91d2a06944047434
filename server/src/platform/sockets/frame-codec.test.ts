import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../errors.ts'
import { type Frame, jsonFrames, ourFrames, outgoingFrame, receivedFrame } from './frame-codec.ts'

const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

/** `{type, payload}`; its clients know nothing of notes. It counts what it encodes. */
function countingCodec() {
  const written: Frame[] = []
  const codec = jsonFrames({
    example: '{ "type": "ping", "payload": {} }',
    read: ({ type, payload }) => ({ event: type, data: payload }),
    write(frame) {
      written.push(frame)
      return frame.event === 'note' ? undefined : { type: frame.event, payload: frame.data }
    },
  })
  return { codec, written }
}

test('a frame has its event and data, and its id when it is durable', () => {
  const ours = (frame: ReturnType<typeof outgoingFrame>) => String(frame.as(ourFrames))
  assert.equal(ours(outgoingFrame('pong', {})), '{"event":"pong","data":{}}')
  assert.equal(ours(outgoingFrame('note', { n: 1 }, 'a.1')), '{"event":"note","data":{"n":1},"id":"a.1"}')
})

test('a frame is encoded once for each codec, however many sockets it is for, and only if one asks', () => {
  const { codec, written } = countingCodec()
  const [known, unknown] = [outgoingFrame('ping', { n: 1 }), outgoingFrame('note', { n: 2 })]
  assert.equal(written.length, 0)
  for (let socket = 0; socket < 3; socket++) {
    assert.equal(String(known.as(codec)), '{"type":"ping","payload":{"n":1}}')
    assert.equal(unknown.as(codec), undefined)
  }
  assert.deepEqual(written, [
    { event: 'ping', data: { n: 1 } },
    { event: 'note', data: { n: 2 } },
  ])
  assert.equal(known.as(ourFrames), known.as(ourFrames))
})

test('a frame of another node reaches our sockets as it is, and others in their spelling', () => {
  const { codec } = countingCodec()
  const sent = '{"event":"ping","data":{"n":1}}'
  const frame = receivedFrame(sent)
  assert.equal(String(frame.as(ourFrames)), sent)
  assert.equal(String(frame.as(codec)), '{"type":"ping","payload":{"n":1}}')
})

test('a frame that is not for a user is not encoded for their sockets', () => {
  const codec = jsonFrames({
    example: '{}',
    read: () => undefined,
    write: ({ data }) => ({ data }),
    isFor: ({ data }, userId) => (data as { from: string }).from !== userId,
  })
  for (const frame of [
    outgoingFrame('ring', { from: 'ana' }),
    receivedFrame('{"event":"ring","data":{"from":"ana"}}'),
  ]) {
    assert.equal(frame.as(codec, 'ana'), undefined)
    assert.equal(String(frame.as(codec, 'ben')), '{"data":{"from":"ana"}}')
  }
})

test('what is no frame of a codec is refused with an example of one', () => {
  const { codec } = countingCodec()
  assert.deepEqual(codec.decode(text({ type: 'ping' })), { event: 'ping', data: {} })
  for (const wrong of ['', '{', [], null, { event: 'ping' }, { type: 1 }, { type: 'x'.repeat(101) }]) {
    assert.throws(
      () => codec.decode(text(wrong)),
      (error) => error instanceof AppError && error.code === 'malformed_frame' && error.message.includes('"type"'),
    )
  }
  const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code
  assert.throws(() => codec.decode(text(`${'['.repeat(40)}${']'.repeat(40)}`)), refusedWith('too_deep'))
})
