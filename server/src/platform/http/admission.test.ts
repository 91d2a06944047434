import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { startTestServer } from '../../../test/server.ts'

const server = await startTestServer({ RATE_LIMIT_PER_MINUTE: '40' })
const ana = await server.signUp()

/** Bytes of JSON that the server has parsed so far. */
async function parsedBytes(): Promise<number> {
  const { text } = await server.anyone.get('/metrics')
  return Number(/^switchboard_http_json_bytes_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

const emptyLists = `[${'[],'.repeat(300_000)}[]]`
const emptyObjects = `{"x":[${'{},'.repeat(330_000)}{}]}`
const oneText = JSON.stringify('x'.repeat(1_000_000))
const json = { 'content-type': 'application/json' }

/** The response to what was written, and whether the server ended the connection. */
function raw(text: string) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  let response = ''
  socket.setEncoding('utf8').on('data', (chunk) => (response += chunk))
  socket.write(text)
  const ended = new Promise<string>((resolve, reject) => {
    socket.on('end', () => resolve(response)).on('error', reject)
  })
  return { socket, ended }
}

test('a body is parsed only for callers who may send it', async () => {
  const before = await parsedBytes()
  for (const body of [emptyLists, emptyObjects, oneText]) {
    const answers = [
      await server.anyone.post('/api/contacts', body, json),
      await server.anyone.post('/api/contacts', body, { ...json, authorization: 'Bearer nonsense' }),
      await server.anyone.post('/api/contacts', body, { ...json, 'x-api-key': `sb_live_${'0'.repeat(40)}` }),
      await server.anyone.post('/api/nothere', body, json),
      await server.anyone.put('/api/auth/login', body, json),
      await server.anyone.post('/api/auth/login', body, json),
      await ana.post('/api/auth/logout', body, json),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 401, 404, 404, 413, 413],
    )
  }
  assert.equal(await parsedBytes(), before)
})

test('a long body is not parsed for a role that may not send it, nor past the rate limit', async () => {
  const bo = await server.signUp()
  const agent = await server.addMember(bo, 'agent')
  const before = await parsedBytes()
  assert.equal((await agent.post('/api/sip-providers', oneText, json)).status, 403)
  let refused = 0
  for (let i = 0; i < 42; i++) {
    const { status } = await agent.post('/api/sip-providers', oneText, json)
    if (status === 429) refused++
  }
  assert.ok(refused > 0)
  assert.equal(await parsedBytes(), before)
})

test('more values than a body may hold are refused before anything is parsed', async () => {
  for (const body of [emptyLists, emptyObjects]) {
    const { status, body: response } = await ana.post('/api/contacts', body, json)
    assert.deepEqual([status, response.code], [400, 'too_many_values'])
  }
  const { status, body } = await ana.post('/api/contacts', oneText, json)
  assert.deepEqual([status, body.code], [400, 'invalid_input'])
})

test('a compressed body is not unpacked, and a caller who may not send it learns nothing else', async () => {
  const bomb = new Uint8Array(brotliCompressSync(Buffer.alloc(20_000_000, ' ')))
  const compressed = { ...json, 'content-encoding': 'br' }
  for (const [caller, path, status] of [
    [server.anyone, '/api/auth/login', 415],
    [server.anyone, '/webhook/telegram', 415],
    [server.anyone, '/api/contacts', 401],
    [ana, '/api/contacts', 415],
  ] as const) {
    const response = await caller.request('POST', path, bomb, compressed)
    assert.equal(response.status, status, response.text)
    if (status === 415) assert.match(response.body.error, /Content-Encoding br is not read here/)
  }
  const plain = await ana.post('/api/contact-lists', { name: 'A' }, { 'content-encoding': 'identity' })
  assert.equal(plain.status, 201)
})

test('a client refused while still sending gets the response at once, and the connection ends', async () => {
  const head = 'POST /api/contacts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  for (const body of ['content-length: 10000000\r\n\r\n{', 'transfer-encoding: chunked\r\n\r\n1\r\n{\r\n']) {
    const { socket, ended } = raw(head + body)
    const response = await ended
    assert.match(response, /^HTTP\/1\.1 401 /)
    assert.match(response, /connection: close/i)
    // The rest is discarded, and soon not read any more.
    await new Promise((resolve) => socket.on('close', resolve).on('error', resolve).resume())
  }
  const form = raw(
    'POST /api/greeting-files HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 900000000\r\n\r\n--x',
  )
  assert.match(await form.ended, /^HTTP\/1\.1 401 /)
  const large = raw(
    `POST /api/greeting-files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ana.token}\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 900000000\r\n\r\n--x`,
  )
  assert.match(await large.ended, /^HTTP\/1\.1 413 /)
})

test('a client that expects 100-continue gets it only when its body is wanted', async () => {
  const ask = (authorization: string) =>
    `POST /api/contact-lists HTTP/1.1\r\nhost: x\r\n${authorization}expect: 100-continue\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n`
  const anonymous = raw(ask(''))
  anonymous.socket.write('{"name":"A"}')
  assert.match(await anonymous.ended, /^HTTP\/1\.1 401 /)
  const member = raw(ask(`authorization: Bearer ${ana.token}\r\n`))
  const [first] = (await new Promise<unknown[]>((resolve) =>
    member.socket.once('data', (...data) => resolve(data)),
  )) as [string]
  assert.equal(first, 'HTTP/1.1 100 Continue\r\n\r\n')
  member.socket.write('{"name":"A"}')
  assert.match(await member.ended, /HTTP\/1\.1 201 /)
})

test('credentials that are not good count for the address that tries them', async () => {
  const strict = await startTestServer({ RATE_LIMIT_PER_MINUTE: '10' })
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) {
    statuses.push((await strict.anyone.get('/api/contacts', { authorization: `Bearer made-up-${i}` })).status)
  }
  assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([401]))
  assert.deepEqual(statuses.slice(10), [429, 429])
})
