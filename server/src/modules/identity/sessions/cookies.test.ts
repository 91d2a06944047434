import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedInCookies } from './cookies.ts'
import { startTestServer } from '../../../../test/server.ts'

const server = await startTestServer({
  PUBLIC_URL: 'https://app.example.com',
  CORS_ORIGINS: 'https://shop.example.com',
})

const ana = await server.signUp()
const { headers: signedIn } = await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })
const cookies = signedIn.getSetCookie()
const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
const asBrowser = (headers: Record<string, string>) =>
  server.anyone.patch(`/api/profiles/${ana.userId}`, { full_name: 'Changed' }, { cookie, ...headers })

test('cookies are not available to scripts, over plain http or to other sites (AUT-9)', () => {
  const [access = '', refresh = ''] = cookies
  assert.match(access, /^__Host-sb_access=[\w.-]+; Path=\/; Max-Age=86400; SameSite=Lax; HttpOnly; Secure$/)
  assert.match(
    refresh,
    /^__Secure-sb_refresh=\w[\w-]+; Path=\/api\/auth; Max-Age=2592000; SameSite=Strict; HttpOnly; Secure$/,
  )
})

test('over plain http, cookies have no attributes that browsers would refuse', () => {
  const config = { ...server.app.services.config, publicUrl: 'http://127.0.0.1:3001' }
  assert.deepEqual(signedInCookies(config, { access: 'a', refresh: 'r' }), [
    'sb_access=a; Path=/; Max-Age=86400; SameSite=Lax; HttpOnly',
    'sb_refresh=r; Path=/api/auth; Max-Age=2592000; SameSite=Strict; HttpOnly',
  ])
})

test('a cookie authenticates requests from pages of this server and of CORS_ORIGINS (AUT-10)', async () => {
  assert.equal((await server.anyone.get('/api/auth/me', { cookie })).body.id, ana.userId)
  assert.equal((await asBrowser({ origin: 'https://app.example.com' })).status, 200)
  assert.equal((await asBrowser({ origin: 'https://shop.example.com' })).status, 200)
  assert.equal((await asBrowser({ 'sec-fetch-site': 'same-origin' })).status, 200)
})

test('requests from pages of other sites change nothing (AUT-10)', async () => {
  const corpus: Record<string, string>[] = [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'https://evil.app.example.com' },
    { origin: 'https://app.example.com.evil.example' },
    { origin: 'http://app.example.com' },
    { origin: 'https://app.example.com:8443' },
    { origin: 'http://localhost:3001' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { referer: 'https://app.example.com/' },
  ]
  for (const headers of corpus) assert.equal((await asBrowser(headers)).status, 403, JSON.stringify(headers))

  // The same for other kinds of requests: a form, JSON sent as text, a method override.
  const evil = { cookie, origin: 'https://evil.example' }
  const post = (body: string, headers: Record<string, string>) =>
    server.anyone.post('/api/auth/logout', body, { ...evil, ...headers })
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
    assert.ok([403, 415].includes((await post('{"full_name":"Changed"}', { 'content-type': type })).status), type)
  }
  assert.equal((await post('{}', { 'content-type': 'application/json', 'x-http-method-override': 'GET' })).status, 403)
  assert.equal((await server.anyone.get('/api/auth/me', { cookie })).status, 200)
})

test('the refresh cookie needs a page of this server too, and is replaced', async () => {
  const { status } = await server.anyone.post('/api/auth/refresh', {}, { cookie, origin: 'https://evil.example' })
  assert.equal(status, 403)
  const own = await server.anyone.post('/api/auth/refresh', {}, { cookie, origin: 'https://app.example.com' })
  assert.equal(own.status, 200)
  assert.notEqual(own.headers.getSetCookie()[1], cookies[1])
})

test('bearer tokens need no Origin, and take precedence over a cookie', async () => {
  const ben = await server.signUp()
  const { body } = await ben.get('/api/auth/me', { cookie })
  assert.equal(body.id, ben.userId)
  const { status } = await ben.patch(
    `/api/profiles/${ben.userId}`,
    { full_name: 'Ben' },
    { cookie, origin: 'https://evil.example' },
  )
  assert.equal(status, 200)
})

test('an expired cookie is ignored', async () => {
  const stale = cookie.replace(/(__Host-sb_access=[^;]+)/, '$1x')
  assert.equal((await server.anyone.get('/api/auth/me', { cookie: stale })).status, 401)
  const again = { email: ana.email, password: ana.password }
  assert.equal((await server.anyone.post('/api/auth/login', again, { cookie: stale })).status, 200)
})
