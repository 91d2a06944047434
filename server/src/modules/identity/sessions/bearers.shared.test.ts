import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer, type SignedUp } from '../../../../test/server.ts'

// Bearers that are no tokens, as front-ends without one send them, and signing out with whatever was sent.

const server = await sharedTestServer()
const { publicUrl } = server.app.services.config
const me = (headers: Record<string, string>) => server.anyone.get('/api/auth/me', headers)
const cookieOf = ({ token }: SignedUp) => `sb_access=${token}`
const anonToken = [
  { alg: 'HS256', typ: 'JWT' },
  { iss: 'supabase', role: 'anon', exp: 4_000_000_000 },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')
  .concat('.c2lnbmVkLWJ5LXNvbWVib2R5LWVsc2U')

test('a bearer that is no token is ignored: the cookie decides', async () => {
  const ana = await server.signUp()
  const cookie = cookieOf(ana)
  for (const authorization of ['Bearer undefined', 'Bearer null', 'Bearer', 'Bearer ', 'bearer undefined']) {
    const byCookie = await me({ authorization, cookie })
    assert.deepEqual([byCookie.status, byCookie.body.id], [200, ana.userId], authorization)
    assert.equal((await me({ authorization })).status, 401, authorization)
  }
  for (const authorization of [
    'Bearer undefined undefined',
    'Bearer x',
    'Basic dW5kZWZpbmVkOg==',
    'undefined',
    'null',
  ]) {
    assert.equal((await me({ authorization, cookie })).status, 401, authorization)
  }
})

test("a user's id is no credential; beside a cookie it must be that user's", async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const asId = (id: string, cookie?: string) => me({ authorization: `Bearer ${id}`, ...(cookie && { cookie }) })
  assert.equal((await asId(ana.userId)).status, 401)
  assert.equal((await asId(ana.userId, cookieOf(ben))).status, 401)
  assert.equal((await asId(ana.userId, 'sb_access=nonsense')).status, 401)
  assert.equal((await asId('0199ffff-ffff-7fff-bfff-ffffffffffff', cookieOf(ana))).status, 401)
  for (const id of [ana.userId, ana.userId.toUpperCase()]) {
    assert.equal((await asId(id, cookieOf(ana))).body.id, ana.userId)
  }
})

test('a change by cookie still needs a page of this server, whatever the bearer', async () => {
  const ana = await server.signUp()
  const change = (headers: Record<string, string>) =>
    server.anyone.patch(`/api/profiles/${ana.userId}`, { full_name: 'Changed' }, { cookie: cookieOf(ana), ...headers })
  for (const authorization of ['Bearer undefined', `Bearer ${ana.userId}`]) {
    assert.equal((await change({ authorization })).status, 403)
    assert.equal((await change({ authorization, origin: 'https://evil.example' })).status, 403)
    assert.equal((await change({ authorization, origin: publicUrl })).status, 200)
  }
})

test("another project's anon key counts as absent at the paths of supabase-js, and invalid elsewhere", async () => {
  const ana = await server.signUp()
  for (const key of ['sb_publishable_anything', anonToken]) {
    const headers = { apikey: key, authorization: `Bearer ${key}` }
    assert.equal((await server.anyone.get('/auth/v1/user', headers)).status, 401)
    const byCookie = await server.anyone.get('/auth/v1/user', { ...headers, cookie: cookieOf(ana) })
    assert.deepEqual([byCookie.status, byCookie.body.id], [200, ana.userId])
    assert.equal((await me({ ...headers, cookie: cookieOf(ana) })).status, 401, 'at /api it is a wrong token')
    const { apikey: _, ...withoutKey } = headers
    assert.equal((await server.anyone.get('/auth/v1/user', { ...withoutKey, cookie: cookieOf(ana) })).status, 401)
  }
  const asRole = (role: string) => {
    const [header, , signature] = anonToken.split('.')
    return [header, Buffer.from(JSON.stringify({ role, sub: ana.userId })).toString('base64url'), signature].join('.')
  }
  for (const role of ['authenticated', 'service_role']) {
    const token = asRole(role)
    const both = await server.anyone.get('/auth/v1/user', { apikey: token, authorization: `Bearer ${token}` })
    assert.equal(both.status, 401, 'never an identity')
    const other = { apikey: anonToken, authorization: `Bearer ${token}`, cookie: cookieOf(ana) }
    assert.equal((await server.anyone.get('/auth/v1/user', other)).status, 401, 'a bad token beside an anon key')
  }
  const signedIn = { apikey: 'sb_publishable_anything', authorization: `Bearer ${ana.token}` }
  assert.equal((await server.anyone.get('/auth/v1/user', signedIn)).body.id, ana.userId)
})

const signOut = (headers: Record<string, string>, path = '/api/auth/logout') =>
  server.anyone.post(path, undefined, headers)
const removed = (answer: { headers: Headers }) => answer.headers.getSetCookie().map((line) => line.split(';')[0])
const bothRemoved = ['sb_access=', 'sb_refresh=']

test("signing out ends the cookie's session and removes the cookies, whatever the bearer", async () => {
  for (const path of ['/api/auth/logout', '/api/auth/signout', '/auth/v1/logout']) {
    for (const bearer of [undefined, 'undefined', 'nonsense', 'the id', 'x y']) {
      const ana = await server.signUp()
      const authorization = `Bearer ${bearer === 'the id' ? ana.userId : bearer}`
      const browser = { cookie: cookieOf(ana), origin: publicUrl, ...(bearer && { authorization }) }
      const answer = await signOut(browser, path)
      assert.equal(answer.status, path === '/auth/v1/logout' ? 204 : 200, `${path} ${authorization}`)
      assert.deepEqual(removed(answer), bothRemoved)
      assert.equal((await ana.get('/api/auth/me')).status, 401)
    }
  }
})

test('signing out with a token and the cookie of another session ends both', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const answer = await signOut({ authorization: `Bearer ${ana.token}`, cookie: cookieOf(ben) })
  assert.equal(answer.status, 200)
  for (const who of [ana, ben]) assert.equal((await who.get('/api/auth/me')).status, 401)

  const cara = await server.signUp()
  const dead = { authorization: `Bearer ${ana.token}`, cookie: cookieOf(cara) }
  assert.equal((await signOut(dead)).status, 200, 'the token has ended already, the cookie has not')
  assert.equal((await cara.get('/api/auth/me')).status, 401)
})

test('without an open session signing out is 401, and the cookies are removed nevertheless', async () => {
  const ana = await server.signUp()
  const first = await signOut({ authorization: `Bearer ${ana.token}` })
  assert.deepEqual([first.status, first.body.success, removed(first)], [200, true, bothRemoved])
  for (const headers of [
    { authorization: `Bearer ${ana.token}` },
    { cookie: 'sb_access=stale', origin: publicUrl },
    {},
  ]) {
    const again = await signOut(headers as Record<string, string>)
    assert.deepEqual([again.status, again.body.code, removed(again)], [401, 'unauthorized', bothRemoved])
  }
})

test('a page of another site cannot sign a user out', async () => {
  const ana = await server.signUp()
  for (const headers of [{ origin: 'https://evil.example' }, {}, { authorization: 'Bearer x', origin: 'null' }]) {
    const answer = await signOut({ cookie: cookieOf(ana), ...headers } as Record<string, string>)
    assert.deepEqual([answer.status, removed(answer)], [403, []])
  }
  assert.equal((await ana.get('/api/auth/me')).status, 200)
})

test('supabase-js sets and removes the cookie of its origin, and no refresh cookie', async () => {
  const ana = await server.signUp()
  const apikey = 'sb_publishable_anything'
  const credentials = { email: ana.email, password: ana.password }
  const signedIn = await server.anyone.post('/auth/v1/token?grant_type=password', credentials, { apikey })
  const cookies = signedIn.headers.getSetCookie()
  assert.match(cookies[0]!, /^sb_access=[\w.-]+; Path=\/; Max-Age=86400; SameSite=Lax; HttpOnly$/)
  assert.match(cookies[1]!, /^sb_refresh=; Path=\/api\/auth; Max-Age=0;/)
  const cookie = cookies[0]!.split(';')[0]!
  assert.equal((await me({ cookie })).body.id, ana.userId)
  const { refresh_token } = signedIn.body
  const refreshed = await server.anyone.post('/auth/v1/token?grant_type=refresh_token', { refresh_token }, { apikey })
  assert.match(refreshed.headers.getSetCookie()[0]!, /^sb_access=[\w.-]+;/)

  const others = await signOut({ authorization: `Bearer ${ana.token}`, cookie }, '/auth/v1/logout?scope=others')
  assert.deepEqual([others.status, removed(others)], [204, []])
  assert.equal((await me({ cookie })).status, 401)
  assert.equal((await ana.get('/api/auth/me')).status, 200)

  const email = `cookie.${process.pid}@example.com`
  const signedUp = await server.anyone.post('/auth/v1/signup', { email, password: 'correct horse battery' }, { apikey })
  const own = signedUp.headers.getSetCookie()[0]!.split(';')[0]!
  assert.equal((await me({ cookie: own })).body.email, email)
  const out = await signOut(
    { apikey, authorization: `Bearer ${apikey}`, cookie: own, origin: publicUrl },
    '/auth/v1/logout',
  )
  assert.deepEqual([out.status, removed(out)], [204, bothRemoved])
  assert.equal((await me({ cookie: own })).status, 401)
})
