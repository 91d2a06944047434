import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventStreamLimits, type ServerSentEvent, readEventStream } from './event-stream.ts'

async function* split(bytes: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  let start = 0
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(start, place)
    start = place
  }
}

async function read(text: string, cuts: number[] = [], limits?: EventStreamLimits): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = []
  for await (const event of readEventStream(split(Buffer.from(text), cuts), limits)) events.push(event)
  return events
}

const dataOf = async (text: string) => (await read(text)).map(({ data }) => data)

test('the examples of the standard give its events', async () => {
  assert.deepEqual(await dataOf('data: YHOO\ndata: +2\ndata: 10\n\n'), ['YHOO\n+2\n10'])
  assert.deepEqual(
    await read(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n'),
    [
      { event: 'message', data: 'first event', id: '1', retryMs: null },
      { event: 'message', data: 'second event', id: '', retryMs: null },
      { event: 'message', data: ' third event', id: '', retryMs: null },
    ],
  )
  // The first block has an empty line of data, the second two of them; the last is cut off by the end.
  assert.deepEqual(await dataOf('data\n\ndata\ndata\n\ndata:'), ['\n'])
  assert.deepEqual(await dataOf('data:test\n\ndata: test\n\n'), ['test', 'test'])
})

test('every end of a line, a byte order mark, ids, times and unknown fields', async () => {
  assert.deepEqual(await dataOf('\uFEFFdata: a\r\n\r\ndata: b\r\rdata: c\n\n'), ['a', 'b', 'c'])
  const [first, second] = await read(
    'retry: 250\nid: 7\nevent: token\ndata: x\nother: y\n\nid: a\0b\nretry: 1s\ndata: z\n\n',
  )
  assert.deepEqual(first, { event: 'token', data: 'x', id: '7', retryMs: 250 })
  assert.deepEqual(second, { event: 'message', data: 'z', id: '7', retryMs: 250 })
  assert.deepEqual(await dataOf('event: ping\n\ndata: x\n\n'), ['x'], 'an event without data is ignored')
  assert.deepEqual(await dataOf('data: whole\n\ndata: cut off\n'), ['whole'])
})

test('lines and events have a limit, also when their end never comes', async () => {
  const failure = { code: 'outbound_failed', status: 502 }
  assert.equal((await read(`data:${'x'.repeat(95)}\n\n`, [], { maxLineLength: 100 })).length, 1)
  await assert.rejects(read(`data:${'x'.repeat(96)}\n\n`, [], { maxLineLength: 100 }), failure)
  await assert.rejects(read('x'.repeat(101), [50], { maxLineLength: 100 }), failure)
  await assert.rejects(read('data: 0123456789\n'.repeat(11), [], { maxDataLength: 100 }), failure)
})

test('where the bytes are split changes nothing', async () => {
  const part = fc.constantFrom(
    'data: ',
    'data',
    'event: token',
    'id: 5',
    'id',
    'retry: 10',
    ':',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\r\n\r\n',
    'ж',
    '😀',
    '\uFEFF',
    'x',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 40 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      async (parts, cuts) => {
        const text = parts.join('')
        const whole = await read(text)
        assert.deepEqual(await read(text, cuts), whole)
        const everyByte = Array.from(Buffer.from(text).keys())
        assert.deepEqual(await read(text, everyByte), whole)
      },
    ),
  )
})
