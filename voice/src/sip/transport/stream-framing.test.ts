import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFramer, MalformedStream } from './stream-framing.ts'

/** Returns the frames of the chunks: bodies of messages, `-` for a line end. */
function read(chunks: Buffer[]): string[] {
  const framer = createFramer()
  return chunks.flatMap((chunk) =>
    framer.push(chunk).map((frame) => (frame.type === 'line-end' ? '-' : frame.data.toString('utf8'))),
  )
}

const message = (body: string, length: string = `Content-Length: ${Buffer.byteLength(body)}`) =>
  `OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n${length}\r\nTo: <sip:h>\r\n\r\n${body}`

const frame = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }).map((body) => message(body)) },
  { weight: 1, arbitrary: fc.constantFrom('a\r\n\r\nb', '\r\n\r\n', 'x'.repeat(5000)).map((body) => message(body)) },
  { weight: 1, arbitrary: fc.constant('-') },
)

test('a stream gives the same messages for any chunks, without a remainder', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 60 }), (frames, cuts) => {
      const stream = Buffer.from(frames.map((each) => (each === '-' ? '\r\n' : each)).join(''))
      const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted((a, b) => a - b)
      const chunks = [0, ...places].map((from, i) => stream.subarray(from, places[i] ?? stream.length))
      assert.deepEqual(read(chunks), frames)
    }),
    { numRuns: 300 },
  )
})

test('byte by byte', () => {
  const stream = Buffer.from(`\r\n\r\n${message('v=0\r\n')}\r\n${message('')}`)
  assert.deepEqual(read([...stream].map((byte) => Buffer.from([byte]))), [
    '-',
    '-',
    message('v=0\r\n'),
    '-',
    message(''),
  ])
})

test('a message is partial until its last byte', () => {
  const framer = createFramer()
  const bytes = Buffer.from(message('body'))
  framer.push(bytes.subarray(0, -1))
  assert.equal(framer.partial, true)
  assert.equal(framer.push(bytes.subarray(-1)).length, 1)
  assert.equal(framer.partial, false)
})

for (const length of ['l: 4', 'content-length : 4', 'CONTENT-LENGTH:\r\n 4', 'L:4\t'])
  test(`the length is found in ${JSON.stringify(length)}`, () => {
    assert.deepEqual(read([Buffer.from(message('body', length))]), [message('body', length)])
  })

const malformed = {
  'no Content-Length': message('', 'X: 1'),
  'two of them': message('', 'Content-Length: 0\r\nl: 0'),
  'one that is no number': message('', 'Content-Length: -1'),
  'one that is hidden in another header': message('', 'X: 1\nContent-Length: 0'),
  'a body beyond all measure': message('', 'Content-Length: 65537'),
  'headers without an end': `OPTIONS sip:h SIP/2.0\r\nX: ${'x'.repeat(17_000)}`,
  'headers larger than a parser takes': message('', `X: ${'x'.repeat(17_000)}\r\nContent-Length: 0`),
  'a carriage return alone': '\rINVITE',
}
for (const [what, stream] of Object.entries(malformed))
  test(`a stream with ${what} is broken`, () => {
    assert.throws(() => read([Buffer.from(stream)]), MalformedStream)
  })
