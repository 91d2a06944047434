import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSocket } from '../../../test/sockets.ts'
import { startTestServer } from '../../../test/server.ts'
import { isForAnySite } from './cors.ts'

const console = 'https://app.example.com'
const customer = 'https://shop.example'
const server = await startTestServer({ CORS_ORIGINS: console })
const ana = await server.signUp()
await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
const front = `/api/public/shops/${ana.workspaceId}`

const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
  fetch(server.url + path, { method, headers, ...(body !== undefined && { body }) })

const preflight = (path: string, origin: string, wanted = 'content-type, authorization') =>
  ask('OPTIONS', path, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': wanted,
  })

/** The headers a browser decides by. */
const policyOf = ({ headers }: Response) => [
  headers.get('access-control-allow-origin'),
  headers.get('access-control-allow-credentials'),
]

test('pages of any site may use the public API, without cookies', async () => {
  for (const origin of [customer, 'null', 'http://localhost:5173', 'https://app.example.com.evil.example']) {
    const asked = await preflight(`${front}/conversations`, origin)
    assert.deepEqual([asked.status, ...policyOf(asked)], [204, '*', null], origin)
    assert.equal(asked.headers.get('access-control-max-age'), '7200')
    const allowed = asked.headers.get('access-control-allow-headers')?.toLowerCase() ?? ''
    assert.match(allowed, /authorization, content-type, idempotency-key/)
    assert.doesNotMatch(allowed, /api-?key/, 'the key of a workspace')
    const products = await ask('GET', `${front}/products`, { origin })
    assert.deepEqual([products.status, ...policyOf(products)], [200, '*', null])
    assert.match(products.headers.get('access-control-expose-headers') ?? '', /Retry-After/)
    assert.equal(products.headers.get('cross-origin-resource-policy'), 'cross-origin')
  }
})

test('an error of the public API can be read by the page that caused it', async () => {
  const refused = await ask(
    'POST',
    `${front}/conversations`,
    { origin: customer, 'content-type': 'application/json' },
    '{',
  )
  assert.deepEqual([refused.status, ...policyOf(refused)], [400, '*', null])
  const missing = await ask('GET', '/api/public/nowhere', { origin: customer })
  assert.deepEqual([missing.status, ...policyOf(missing)], [404, '*', null])
})

test('pages of allowed origins use all of the API with credentials, also its public part', async () => {
  for (const path of [`${front}/conversations`, '/api/contacts']) {
    const asked = await preflight(path, console)
    assert.deepEqual([asked.status, ...policyOf(asked)], [204, console, 'true'], path)
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /X-API-Key/)
  }
})

test('the rest of the API is not for pages of other sites', async () => {
  for (const path of ['/api/contacts', '/api/publicity', '/api/auth/login', '/api', '/api//public/shops', '/docs']) {
    const asked = await preflight(path, customer)
    assert.deepEqual([asked.status, ...policyOf(asked)], [403, null, null], path)
    const answer = await ask('GET', path, { origin: customer, authorization: `Bearer ${ana.token}` })
    assert.deepEqual(policyOf(answer), [null, null], path)
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-site')
  }
})

test('a cache keeps apart what is for one origin and what is for another', async () => {
  for (const headers of [{}, { origin: customer }, { origin: console }]) {
    for (const path of [`${front}/products`, '/healthz']) {
      const answer = await ask('GET', path, headers as Record<string, string>)
      assert.match(answer.headers.get('vary') ?? '', /(^|, *)Origin/i, path)
    }
  }
})

test('a cookie from a page of another site is refused', async () => {
  const login = await ask(
    'POST',
    '/api/auth/login',
    { origin: console, 'content-type': 'application/json' },
    JSON.stringify({ email: ana.email, password: ana.password }),
  )
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ')
  assert.match(cookie, /sb_access/)
  const add = (origin: string) =>
    ask('POST', '/api/contact-lists', { origin, cookie, 'content-type': 'application/json' }, '{"name":"List"}')
  assert.deepEqual([(await add(console)).status, (await add(customer)).status], [201, 403])
})

test("a visitor's socket opens on any site, a member's only on ours", async () => {
  const address = `${server.url.replace('http', 'ws')}/ws`
  const visit = await server.anyone.post(`${front}/conversations`, { customerName: 'Rui', text: 'Hello' })
  const token: string = visit.body.visitorToken
  const headers = { origin: customer }
  for (const open of [openSocket(address, { token, headers }), openSocket(`${address}?token=${token}`, { headers })]) {
    const socket = await open
    socket.drop()
  }
  await assert.rejects(openSocket(address, { token: ana.token, headers }), { status: 403 })
  const forged = await openSocket(address, { token: `${token.slice(0, -10)}AAAAAAAAAA`, headers })
  assert.equal(await forged.closed, 4401)
  await assert.rejects(openSocket(address, { headers }), { status: 403 })
})

test('which addresses are for any site', () => {
  for (const url of ['/api/public/shops', '/widget', '/widget.js', '/widget/panel.html', '/widget?x'])
    assert.ok(isForAnySite(url), url)
  for (const url of ['/api/public', '/api/publicity/x', '/widgets', '/x/api/public/y', '/widgetry.js', '/api/contacts'])
    assert.ok(!isForAnySite(url), url)
})
