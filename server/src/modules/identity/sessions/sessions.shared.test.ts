import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'
import { createClient } from '../../../../test/client.ts'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()
const database = () => serverContext(server.app.services, { workspaceId: null }).db

/** Moves the sessions of this user into the past by this much. */
const ageSessions = statement(
  'test.age_sessions',
  (_, p: { user_id: string; seconds: number }) =>
    sql`update identity.sessions
         set rotated_at = rotated_at - make_interval(secs => ${p.seconds}::int),
             expires_at = expires_at - make_interval(secs => ${p.seconds}::int),
             idle_expires_at = idle_expires_at - make_interval(secs => ${p.seconds}::int)
       where user_id = ${p.user_id}`,
)
const generations = statement(
  'test.generations',
  (_, p: { user_id: string }) =>
    sql<{ generation: number; revoked: boolean }>`
    select generation, revoked_at is not null as revoked from identity.sessions where user_id = ${p.user_id} order by id`,
)
const events = statement(
  'test.events',
  (_, p: { type: string }) =>
    sql<{ data: { user_id: string; session_ids: string[]; reason: string } }>`
    select data from platform.events where type = ${p.type} order by sequence desc limit 10`,
)

const login = async ({ email, password }: SignedUp) =>
  (await server.anyone.post('/api/auth/login', { email, password })).body
const refresh = (refresh_token: string) => server.anyone.post('/api/auth/refresh', { refresh_token })
const withToken = (token: string) => createClient(server.url, { authorization: `Bearer ${token}` })

test('50 concurrent refreshes create one new generation, and all get the same token (AUT-6)', async () => {
  const ana = await server.signUp()
  const { refresh_token } = await login(ana)
  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1)
  assert.equal((await database().all(generations, { user_id: ana.userId })).at(-1)?.generation, 1)
})

test('a refresh can be repeated within 10 seconds; after that the token counts as stolen (AUT-6)', async () => {
  const ana = await server.signUp()
  const first = await login(ana)
  const second = (await refresh(first.refresh_token)).body
  const again = (await refresh(first.refresh_token)).body
  assert.equal(again.refresh_token, second.refresh_token)

  await database().all(ageSessions, { user_id: ana.userId, seconds: 11 })
  const stolen = await refresh(first.refresh_token)
  assert.equal(stolen.status, 401)
  // The whole token family ends, with the newest token and the access tokens; the user's other session continues.
  assert.equal((await refresh(second.refresh_token)).status, 401)
  assert.equal((await withToken(second.access_token).get('/api/auth/me')).status, 401)
  assert.equal((await ana.get('/api/auth/me')).status, 200)
  const [event] = await database().all(events, { type: 'session.revoked' })
  assert.equal(event?.data.reason, 'token_reused')
  const { body: audit } = await ana.get('/api/audit')
  assert.ok(audit.data.some(({ action }: { action: string }) => action === 'session.token_reused'))
})

test('a token older than the previous one ends the session at once', async () => {
  const ana = await server.signUp()
  const first = await login(ana)
  const second = (await refresh(first.refresh_token)).body
  await refresh(second.refresh_token)
  assert.equal((await refresh(first.refresh_token)).status, 401)
  assert.equal((await refresh(second.refresh_token)).status, 401)
})

test('a forged refresh token is refused and does not end the session', async () => {
  const ana = await server.signUp()
  const { refresh_token } = await login(ana)
  const forgeries = [
    refresh_token.replace(/_(\d+)_/, '_7_'),
    `${refresh_token.slice(0, -1)}${refresh_token.endsWith('A') ? 'B' : 'A'}`,
    refresh_token.slice(0, -2),
    'sbr_x_0_x',
    'x'.repeat(500),
  ]
  for (const forgery of forgeries) assert.equal((await refresh(forgery)).status, 401, forgery)
  assert.equal((await server.anyone.post('/api/auth/refresh')).status, 401)
  assert.equal((await refresh(refresh_token)).status, 200)
})

test('signing out ends the session at once, on both paths (AUT-7)', async () => {
  const ana = await server.signUp()
  for (const path of ['/api/auth/logout', '/api/auth/signout']) {
    const { access_token, refresh_token } = await login(ana)
    const { status, body, headers } = await withToken(access_token).post(path)
    assert.equal(status, 200)
    assert.equal(body.success, true)
    assert.ok(headers.getSetCookie().every((cookie) => cookie.includes('Max-Age=0')))
    assert.equal((await withToken(access_token).get('/api/auth/me')).status, 401)
    assert.equal((await refresh(refresh_token)).status, 401)
  }
  assert.equal((await server.anyone.post('/api/auth/logout')).status, 401)
})

test('sessions can be listed, and ended one by one or all others at once (AUT-7)', async () => {
  const ana = await server.signUp()
  const [phone, tablet] = [await login(ana), await login(ana)]
  const { body } = await ana.get('/api/auth/sessions')
  assert.equal(body.data.length, 3)
  assert.deepEqual(
    body.data.map(({ current }: { current: boolean }) => current),
    [false, false, true],
  )
  const [{ id: tabletSession }] = body.data

  const other = await server.signUp()
  assert.equal((await other.delete(`/api/auth/sessions/${tabletSession}`)).status, 404)
  assert.equal((await ana.delete(`/api/auth/sessions/${tabletSession}`)).status, 200)
  assert.equal((await withToken(tablet.access_token).get('/api/auth/me')).status, 401)
  assert.equal((await ana.delete(`/api/auth/sessions/${tabletSession}`)).status, 404)

  assert.equal((await ana.delete('/api/auth/sessions')).status, 200)
  assert.equal((await withToken(phone.access_token).get('/api/auth/me')).status, 401)
  assert.equal((await ana.get('/api/auth/me')).status, 200)
})

test('changing the password ends the other sessions and nothing else (AUT-7)', async () => {
  const ana = await server.signUp()
  const phone = await login(ana)
  const change = (current_password: string, new_password: string) =>
    ana.post('/api/auth/password', { current_password, new_password })
  const wrong = await change('wrong password', 'the new password')
  assert.equal(wrong.status, 400)
  assert.equal(wrong.body.details[0].path, 'body.current_password')
  assert.equal((await change(ana.password, '12345')).body.details[0].path, 'body.new_password')
  assert.equal((await change(ana.password, 'the new password')).status, 200)
  assert.equal((await withToken(phone.access_token).get('/api/auth/me')).status, 401)
  assert.equal((await ana.get('/api/auth/me')).status, 200)
  assert.equal((await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })).status, 401)
  const { status } = await server.anyone.post('/api/auth/login', { email: ana.email, password: 'the new password' })
  assert.equal(status, 200)
})

test('a session ends after 30 days without a refresh, and after 90 in any case (AUT-8)', async () => {
  const day = 24 * 60 * 60
  const ana = await server.signUp()
  let tokens = await login(ana)
  await database().all(ageSessions, { user_id: ana.userId, seconds: 31 * day })
  assert.equal((await refresh(tokens.refresh_token)).status, 401)

  tokens = await login(ana)
  for (let days = 0; days < 75; days += 25) {
    await database().all(ageSessions, { user_id: ana.userId, seconds: 25 * day })
    tokens = (await refresh(tokens.refresh_token)).body
    assert.ok(tokens.refresh_token, `after ${days + 25} days`)
  }
  await database().all(ageSessions, { user_id: ana.userId, seconds: 16 * day })
  assert.equal((await refresh(tokens.refresh_token)).status, 401)
})

test('a user has at most twenty sessions; another one ends the oldest (AUT-8)', async () => {
  const ana = await server.signUp()
  for (let i = 0; i < 20; i++) await login(ana)
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  const sessions = await database().all(generations, { user_id: ana.userId })
  assert.deepEqual([sessions.length, sessions.filter(({ revoked }) => revoked).length], [21, 1])
  const [event] = await database().all(events, { type: 'session.revoked' })
  assert.deepEqual([event?.data.reason, event?.data.user_id], ['too_many', ana.userId])
})
