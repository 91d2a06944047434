import assert from 'node:assert/strict'
import { aText, anId, anInstant, answered, assertShape, refused } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import { asPerson, openFrontEnd } from '../front-end.ts'
import type { FrontEnd, Person } from '../front-end.ts'
import { githubUser } from './github.ts'

export async function authentication({ visitor, url, notes }: Fixture): Promise<Person> {
  const credentials = { email: 'ana@example.com', password: 'secret' } // six characters are enough
  const register = (body: object) => visitor.post('/api/auth/register', body)
  const user = { id: anId, email: credentials.email, name: 'Ana Lima', created_at: anInstant, updated_at: anInstant }
  assertShape(await answered(201, register({ ...credentials, name: 'Ana Lima' })), { user, token: aText })
  await refused(409, register({ ...credentials, name: 'Ana Lima' }))
  await refused(400, register({ ...credentials, email: undefined }), 'body.email')
  await refused(400, register({ ...credentials, email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, register({ ...credentials, name: { first: 'Ana' } }), 'body.name')

  const login = await answered(200, visitor.post('/api/auth/login', credentials))
  assertShape(login, { user, access_token: login.token, refresh_token: aText, expires_in: 24 * 3600 })
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'sesame' }))
  await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')
  const ana = asPerson(url, notes, credentials, login)
  assertShape(await answered(200, ana.get('/api/auth/me')), {
    ...user,
    role: 'owner',
    email_verified: false,
    is_active: true,
    oauth_provider: null,
    oauth_id: null,
  })

  const { refresh_token } = login
  const fresh = await answered(200, visitor.post('/api/auth/refresh', { refresh_token }))
  assertShape(fresh, { user, token: aText, refresh_token: aText })
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'none' }))
  await refused(401, openFrontEnd(url, notes, `${fresh.token.slice(0, -4)}AAAA`).get('/api/auth/me'))
  assertShape(await answered(200, visitor.get('/healthz')), { status: 'ok' })
  assert.equal(
    (await preflight(url, 'http://localhost:5173')).get('access-control-allow-origin'),
    'http://localhost:5173',
  )
  assert.equal((await preflight(url, 'https://evil.example.com')).get('access-control-allow-origin'), null)
  return asPerson(url, notes, credentials, fresh)
}

/** `oauth_provider` and `oauth_id`: an external account belongs to one user, the same at each sign-in. */
export async function signInElsewhere({ visitor, url, notes }: Fixture): Promise<void> {
  const offered = { data: [{ provider: 'github', name: 'GitHub' }] }
  assertShape(await answered(200, visitor.get('/api/auth/oauth')), offered)
  const signIn = async () => {
    const out = await visitor.get(`/api/auth/oauth/github?redirect_to=${encodeURIComponent(`${url}/docs`)}`)
    assert.equal(out.status, 302, out.text)
    const atGitHub = await fetch(out.headers.get('location')!, { redirect: 'manual' })
    const callback = new URL(atGitHub.headers.get('location')!)
    const path = callback.pathname + callback.search
    await refused(400, visitor.get(path)) // another browser than the one that went out
    const back = await visitor.get(path, { cookie: cookiesOf(out.headers) })
    assert.deepEqual([back.status, back.headers.get('location')], [302, `${url}/docs`])
    return answered(200, openFrontEnd(url, notes).get('/api/auth/me', { cookie: cookiesOf(back.headers) }))
  }
  const user = {
    email: githubUser.email,
    name: githubUser.name,
    email_verified: true,
    role: 'owner',
    oauth_provider: 'github',
    oauth_id: `${githubUser.id}`,
  }
  const nora = await signIn()
  assertShape(nora, user)
  assertShape(await signIn(), { ...user, id: nora.id })
  await refused(404, visitor.get('/api/auth/oauth/myspace'))
}

const cookiesOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

/** The preflight request of a browser for a page of this origin. */
async function preflight(url: string, origin: string): Promise<Headers> {
  const asking = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  const { headers } = await fetch(`${url}/api/clients`, { method: 'OPTIONS', headers: { origin, ...asking } })
  return headers
}

export async function apiKeys({ url, notes }: Fixture, ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/api-keys', body)
  const made = await answered(201, post({ name: 'Reports', scopes: ['calls:read', 'analytics:read'] }))
  const key = { id: made.id, name: 'Reports', scopes: ['calls:read', 'analytics:read'], created_at: anInstant }
  assertShape(made, { ...key, key: /^sb_live_/ })
  const { data } = await answered(200, ana.get('/api/api-keys'))
  assertShape(data, [key, { name: 'Ollama agent' }])
  assert.ok(
    data.every((one: object) => !('key' in one)),
    'A key is shown once.',
  )
  assertShape(await answered(200, bo.get('/api/api-keys')), { data: [] })
  const withKey = (headers?: Record<string, string>, token?: string) =>
    openFrontEnd(url, notes, token).get('/api/calls', headers)
  assertShape(await answered(200, withKey({}, made.key)), { total: 4 })
  assertShape(await answered(200, withKey({ 'x-api-key': made.key })), { total: 4 })
  await refused(400, post({ scopes: ['calls:read'] }), 'body.name')
  await refused(400, post({ name: 'None', scopes: [] }), 'body.scopes')
  await refused(400, post({ name: 'All', scopes: ['everything'] }), 'body.scopes[0]')
  await refused(403, post({ name: 'Mine', scopes: ['calls:read'] }, agent))
  await refused(403, agent.get('/api/api-keys'))
  await refused(404, bo.delete(`/api/api-keys/${made.id}`))
  assert.deepEqual(await answered(200, ana.delete(`/api/api-keys/${made.id}`)), { success: true })
  await refused(401, withKey({}, made.key))
}
