import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createClient } from '../../../test/client.ts'
import { startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { addressKey } from './address-key.ts'

const server = await startTestServer({ CORS_ORIGINS: 'https://app.example.com' })
const ana = await server.signUp()

/** One request as raw text; answers all that comes back. */
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    let response = ''
    socket
      .setEncoding('utf8')
      .on('data', (chunk) => (response += chunk))
      .on('end', () => resolve(response))
      .on('error', reject)
    socket.write(text)
  })

test('every response carries the protective headers and a request id', async () => {
  for (const path of ['/healthz', '/api/contacts', '/nowhere']) {
    const { headers } = await server.anyone.get(path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(headers.get('x-powered-by'), null)
  }
})

test('an unknown address, a wrong method and a foreign id are 404 in the error shape', async () => {
  const { status, body } = await ana.get('/api/nowhere')
  assert.equal(status, 404)
  assert.match(body.error, /GET \/api\/nowhere/)
  const foreign = await ana.get('/api/contacts/not-an-id')
  assert.deepEqual([foreign.status, foreign.body.code, foreign.body.error], [404, 'not_found', 'Not found.'])
})

test('pages of allowed origins may call with credentials, others may not', async () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/api/contacts`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
  const allowed = await preflight('https://app.example.com')
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example.com')
  assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true')
  for (const origin of [
    'https://evil.example.com',
    'null',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'http://localhost:5173',
  ]) {
    const refused = await preflight(origin)
    assert.equal(refused.status, 403, origin)
    assert.equal(refused.headers.get('access-control-allow-origin'), null)
  }
})

test('what is not HTTP is refused in the error shape', async () => {
  assert.match(await raw('HELO\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_http"/)
  assert.match(
    await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/,
  )
  const smuggled =
    'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n'
  assert.match(await raw(smuggled), /^HTTP\/1\.1 400/)
  assert.match(await raw('GET /%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 40[04] /)
  assert.match(
    await raw('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'),
    /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_http"/,
  )
})

test('a client that was cut off does not keep its connection, although it never closes it', async () => {
  const { server: listening } = server.app.http!
  const count = () =>
    new Promise<number>((resolve, reject) =>
      listening.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  listening.closeIdleConnections()
  const before = await count()
  const port = Number(new URL(server.url).port)
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n'
  const sockets = Array.from({ length: 30 }, (_, i) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined).resume()
    socket.write(
      ['HELO\r\n\r\n', `GET /ws HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`, `GET /${'x'.repeat(20_000)}`][i % 3] as string,
    )
    return new Promise((resolve) => socket.on('end', resolve))
  })
  await Promise.all(sockets)
  await until('the connections are closed', async () => (await count()) <= before)
})

test('/ws says over plain HTTP what it is, and offers of HTTP/2 are passed over', async () => {
  const { status, body } = await server.anyone.get('/ws')
  assert.deepEqual([status, body.code], [426, 'upgrade_required'])
  const offer = 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n'
  const response = await raw(`GET /healthz HTTP/1.1\r\nhost: x\r\n${offer}connection: close\r\n\r\n`)
  assert.match(response, /^HTTP\/1\.1 200 /)
})

test('HTTP/1.0 needs no host, and an unknown expectation is ignored', async () => {
  assert.match(await raw('GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /)
  assert.match(
    await raw('GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\nconnection: close\r\n\r\n'),
    /^HTTP\/1\.1 200 /,
  )
})

test('a body that is not UTF-8 is refused instead of stored without the invalid characters', async () => {
  const post = async (body: Buffer) => {
    const headers = { authorization: `Bearer ${ana.token}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/api/contact-lists`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    })
    return { status: response.status, ...((await response.json()) as { code?: string; name?: string }) }
  }
  const text = '{"name":"Müller"}'
  const refused = await post(Buffer.from(text, 'latin1'))
  assert.deepEqual([refused.status, refused.code], [400, 'malformed_json'])
  const kept = await post(Buffer.from(text))
  assert.deepEqual([kept.status, kept.name], [201, 'Müller'])
})

test('a form whose boundary is no boundary is refused', async () => {
  const response = await fetch(`${server.url}/api/greeting-files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ana.token}`,
      'content-type': `multipart/form-data; boundary=${'x'.repeat(300)}`,
    },
    body: '--x',
  })
  assert.equal(response.status, 400)
  assert.equal(((await response.json()) as { code: string }).code, 'malformed_form')
})

test('a handshake that cannot be one is refused in the error shape', async () => {
  const upgrade = (address: string, key = '') =>
    raw(
      `GET ${address} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n${key}\r\n`,
    )
  assert.match(await upgrade('//:'), /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_url"/)
  assert.match(
    await upgrade(`/ws?token=${ana.token}`, 'sec-websocket-key: no\r\n'),
    /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_handshake"/,
  )
})

test('long answers are compressed for those who take it', async () => {
  for (const encoding of ['br', 'gzip']) {
    const response = await fetch(`${server.url}/api/openapi.json`, { headers: { 'accept-encoding': encoding } })
    assert.equal(response.headers.get('content-encoding'), encoding)
    assert.equal(((await response.json()) as { openapi: string }).openapi, '3.1.0')
  }
  const short = await fetch(`${server.url}/healthz`, { headers: { 'accept-encoding': 'br' } })
  assert.equal(short.headers.get('content-encoding'), null)
})

test('a response to too many requests says when to retry', async () => {
  const strict = await startTestServer({ RATE_LIMIT_PER_MINUTE: '5' })
  const bo = await strict.signUp()
  const answers = []
  for (let i = 0; i < 6; i++) answers.push(await bo.get('/api/contacts'))
  assert.equal(answers[4]?.status, 200)
  assert.match(answers[4]?.headers.get('ratelimit') ?? '', /r=0/)
  assert.equal(answers[5]?.status, 429)
  assert.ok(Number(answers[5]?.headers.get('retry-after')) <= 60)
})

test('one address has one key, however it is written', () => {
  const spellings = ['2001:db8:0:1::1', '2001:0db8:0000:0001::ffff', '2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::']
  assert.deepEqual(new Set(spellings.map(addressKey)).size, 1)
  assert.equal(addressKey('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(addressKey('192.0.2.1:50123'), '192.0.2.1')
  assert.equal(addressKey('[2001:db8:0:1::2]:50123'), addressKey('2001:db8:0:1::1'))
  assert.notEqual(addressKey('2001:db8:0:2::1'), addressKey('2001:db8:0:1::1'))
})

test('health, readiness, version, metrics, document and reference page are there', async () => {
  const anyone = createClient(server.url)
  assert.equal((await anyone.get('/readyz')).body.status, 'ready')
  assert.match((await anyone.get('/version')).body.version, /^\d+\.\d+/)
  assert.match(
    (await anyone.get('/metrics')).text,
    /switchboard_http_requests_total\{operation="ready",status="200"\} \d/,
  )
  const { body: document } = await anyone.get('/api/openapi.json')
  assert.equal(document.openapi, '3.1.0')
  assert.ok(document.paths['/api/contacts/{id}'].get)
  assert.ok(document.components.schemas.Contact.properties.phone_number)
  assert.match((await anyone.get('/docs')).text, /Add a contact[\s\S]*curl -X POST/)
})

test('a filter that a form leaves empty is not given', async () => {
  for (const path of [
    '/api/contacts?limit=&cursor=&userId=&contact_list_id=',
    '/api/calls?sentiment=&start_date=&tz=',
  ]) {
    assert.equal((await ana.get(path)).status, 200, path)
  }
  assert.equal((await ana.get('/api/contacts?limit=0')).status, 400)
  const { status, body } = await ana.get('/api/clients/0199b0a0-0000-7000-8000-000000000002/knowledge/search?q=')
  assert.equal(status, 400, 'what is required is still missing')
  assert.equal(body.details[0].path, 'query.q')
})

test('HEAD answers like GET, without the body', async () => {
  const head = (path: string, token?: string) =>
    fetch(server.url + path, { method: 'HEAD', headers: token ? { authorization: `Bearer ${token}` } : {} })
  for (const path of ['/healthz', '/readyz', '/docs']) {
    const response = await head(path)
    assert.equal(response.status, 200, path)
    assert.equal(await response.text(), '')
  }
  assert.equal((await head('/api/contacts', ana.token)).status, 200)
  assert.equal((await head('/api/contacts')).status, 401)
  assert.equal((await head('/api/auth/login')).status, 404)
  assert.equal((await head('/auth/v1/verify?token=x&type=recovery')).status, 404, 'a link that is good once')
})

test('an address with broken percent encoding is refused in the error shape', async () => {
  const { status, body, headers } = await ana.get('/api/contacts/%E0%A4%A')
  assert.equal(status, 400)
  assert.equal(body.code, 'malformed_url')
  assert.equal(body.request_id, headers.get('x-request-id'))
})
