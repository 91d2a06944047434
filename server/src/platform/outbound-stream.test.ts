import assert from 'node:assert/strict'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, test } from 'node:test'
import { readEventStream } from './event-stream.ts'
import { createOutbound } from './outbound.ts'
import type { StreamRequest } from './outbound.ts'

/** The server's responses by path; every one sends its headers at once unless it says otherwise. */
const behaviours: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
  '/whole': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-model': 'tiny' })
    response.write('hel')
    response.end('lo')
  },
  '/events': (response) => response.end('data: one\n\nevent: done\ndata: two\n\n'),
  '/silent': () => {},
  '/headers-only': (response) => response.flushHeaders(),
  '/stalls': (response) => response.write('first'),
  '/endless': (response) => {
    const chunk = Buffer.alloc(64 * 1024)
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', fill)
    fill()
  },
  '/broken': (response) => {
    response.write('first')
    response.socket?.end('zz\r\nthis is no chunk\r\n')
  },
  '/moved': (response) => response.writeHead(302, { location: 'http://127.0.0.1/private' }).end(),
}

let requests = 0
const connections = new Map<string, Socket>()
const model = createServer((request, response) => {
  requests++
  connections.set(request.url ?? '', request.socket)
  behaviours[request.url ?? '']?.(response, request)
})
await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(model.address() as AddressInfo).port}`
const outbound = createOutbound([new URL(base).host])
after(async () => {
  await outbound.close()
  model.closeAllConnections()
  model.close()
})

const open = (path: string, options?: StreamRequest) => outbound.stream(base + path, options)

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Resolves when the connection of the request to `path` is closed. */
async function closed(path: string): Promise<void> {
  const socket = connections.get(path)
  if (!socket || socket.closed) return
  // It may have been reset.
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
}

test('status and headers come before the body, which arrives in chunks', async () => {
  const { status, headers, body } = await open('/whole')
  assert.deepEqual([status, headers['x-model']], [200, 'tiny'])
  assert.equal(await readAll(body), 'hello')
})

test('events of a stream are read over a real connection', async () => {
  const { body } = await open('/events')
  const events: string[][] = []
  for await (const { event, data } of readEventStream(body)) events.push([event, data])
  assert.deepEqual(events, [
    ['message', 'one'],
    ['done', 'two'],
  ])
})

test('a server that sends no byte in time fails, before its headers and after them', async () => {
  await assert.rejects(open('/silent', { firstByteMs: 50 }), {
    code: 'outbound_failed',
    message: /nothing within 50 ms/,
  })
  await closed('/silent')
  const { body } = await open('/headers-only', { firstByteMs: 1000 })
  await assert.rejects(readAll(body), { code: 'outbound_failed', message: /nothing within 1000 ms/ })
  await closed('/headers-only')
})

test('a stream that stalls in the middle fails after what arrived', async () => {
  const { body } = await open('/stalls', { idleMs: 50 })
  const chunks: string[] = []
  const reading = (async () => {
    for await (const chunk of body) chunks.push(chunk.toString())
  })()
  await assert.rejects(reading, { code: 'outbound_failed', message: /stopped sending for 50 ms/ })
  assert.deepEqual(chunks, ['first'])
  await closed('/stalls')
})

test('an endless stream ends at its limit of bytes, and at its limit of time', async () => {
  const { body } = await open('/endless', { maxBytes: 300_000 })
  await assert.rejects(readAll(body), { code: 'outbound_failed', message: /more than 300000 bytes/ })
  await closed('/endless')
  const late = await open('/endless', { totalMs: 500, maxBytes: Infinity })
  await assert.rejects(readAll(late.body), { code: 'outbound_failed', message: /finish within 500 ms/ })
  await closed('/endless')
})

test('a stream that is not read is closed by the limit of time and releases its place', async () => {
  const key = 'unread'
  const busy = await Promise.all(Array.from({ length: 7 }, () => open('/stalls', { key })))
  const unread = await open('/endless', { key, totalMs: 1000 })
  assert.equal(await readAll((await open('/whole', { key })).body), 'hello')
  await closed('/endless')
  await assert.rejects(readAll(unread.body), { code: 'outbound_failed' })
  for (const { close } of busy) close()
})

test('a slow reader makes the sender wait', async () => {
  const { body, close } = await open('/endless', { maxBytes: Infinity })
  const socket = connections.get('/endless') as Socket
  const iterator = body[Symbol.asyncIterator]()
  await iterator.next()
  // The sender has filled every buffer between the two once it waits for "drain" without sending.
  let before = -1
  while (socket.bytesWritten !== before) {
    before = socket.bytesWritten
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.ok(socket.writableLength > 0)
  assert.ok(before < 32 * 1024 * 1024, `${before} bytes were sent to a reader of one chunk`)
  close()
  await closed('/endless')
})

test('a malformed chunk fails the stream', async () => {
  const { body } = await open('/broken')
  await assert.rejects(readAll(body), { code: 'outbound_failed' })
})

test("the caller's signal ends a stream at any point with its own reason, and frees the connection", async () => {
  const reason = new Error('the caller hung up')
  const aborted = new AbortController()
  aborted.abort(reason)
  await assert.rejects(open('/whole', { signal: aborted.signal }), reason)

  const waiting = new AbortController()
  model.once('request', () => waiting.abort(reason))
  await assert.rejects(open('/silent', { signal: waiting.signal }), reason)
  await closed('/silent')

  const reading = new AbortController()
  const { body } = await open('/stalls', { signal: reading.signal })
  const iterator = body[Symbol.asyncIterator]()
  await iterator.next()
  const next = iterator.next()
  reading.abort(reason)
  await assert.rejects(next, reason)
  await closed('/stalls')
})

test('leaving the loop closes the connection', async () => {
  const { body } = await open('/endless')
  for await (const chunk of body) {
    assert.ok(chunk.length > 0)
    break
  }
  await closed('/endless')
})

test('a redirect is not followed, and its private target is refused', async () => {
  const before = requests
  const { status, headers, close } = await open('/moved')
  close()
  assert.equal(status, 302)
  await assert.rejects(outbound.stream(headers.location ?? ''), { code: 'outbound_refused' })
  await assert.rejects(outbound.stream('http://localhost:1/'), { code: 'outbound_refused' })
  await assert.rejects(outbound.stream('file:///etc/passwd'), { code: 'outbound_refused' })
  assert.equal(requests, before + 1)
})

test('one key has eight streams at most, and other keys are still served', async () => {
  const key = 'one workspace'
  const streams = await Promise.all(Array.from({ length: 8 }, () => open('/stalls', { key })))
  await assert.rejects(open('/whole', { key, firstByteMs: 50 }), { status: 503 })
  const other = await open('/whole', { key: 'another' })
  assert.equal(await readAll(other.body), 'hello')
  for (const { close } of streams) close()
  assert.equal(await readAll((await open('/whole', { key })).body), 'hello')
})

test('closing ends the streams that are open', async () => {
  const closing = createOutbound([new URL(base).host])
  const { body } = await closing.stream(`${base}/stalls`)
  const reading = readAll(body)
  await Promise.all([assert.rejects(reading, { status: 503 }), closing.close()])
  await closed('/stalls')
  await assert.rejects(closing.stream(`${base}/whole`), { status: 503 })
})
