import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../../test/server.ts'

// The real Supabase client, with our URL as its project.

const server = await sharedTestServer()
const password = 'correct horse battery'

const supabase = () =>
  createClient(server.url, 'sb_publishable_anything', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })

test('signing up, out and in', async () => {
  const client = supabase()
  const email = 'ana.supabase@example.com'
  const signedUp = await client.auth.signUp({
    email,
    password,
    options: { data: { full_name: 'Ana Silva', team: { name: 'North', size: 3 } } },
  })
  assert.equal(signedUp.error, null)
  const { user, session } = signedUp.data
  assert.equal(user!.email, email)
  assert.equal(user!.aud, 'authenticated')
  assert.equal(user!.role, 'authenticated')
  assert.deepEqual(user!.user_metadata, { full_name: 'Ana Silva', team: { name: 'North', size: 3 } })
  assert.equal(user!.identities![0]!.provider, 'email')
  assert.equal(user!.email_confirmed_at, null)
  assert.equal(session!.token_type, 'bearer')
  assert.ok(session!.expires_at! > Date.now() / 1000)

  const { data: asked } = await client.auth.getUser()
  assert.equal(asked.user!.id, user!.id)
  assert.equal((await client.auth.signOut()).error, null)
  const { error: gone } = await client.auth.getUser(session!.access_token)
  assert.equal(gone!.status, 401)

  const { data: signedIn, error } = await client.auth.signInWithPassword({ email, password })
  assert.equal(error, null)
  assert.equal(signedIn.user.user_metadata.full_name, 'Ana Silva')
})

test('the session is refreshed, and belongs to the same account as in our own API', async () => {
  const ana = await server.signUp()
  const client = supabase()
  const { data: first } = await client.auth.signInWithPassword({ email: ana.email, password: ana.password })
  const { data: second, error } = await client.auth.refreshSession()
  assert.equal(error, null)
  assert.notEqual(second.session!.refresh_token, first.session!.refresh_token)
  const { body: me } = await server.anyone.get('/api/auth/me', {
    authorization: `Bearer ${second.session!.access_token}`,
    apikey: 'sb_publishable_anything',
  })
  assert.equal(me.id, ana.userId)
  const { error: bad } = await client.auth.refreshSession({ refresh_token: 'nonsense' })
  assert.deepEqual([bad!.status, bad!.code], [400, 'refresh_token_not_found'])
})

test('metadata and password are changed', async () => {
  const ana = await server.signUp()
  const client = supabase()
  await client.auth.signInWithPassword({ email: ana.email, password: ana.password })
  const changed = await client.auth.updateUser({ data: { full_name: 'Ana Costa', theme: 'dark' } })
  assert.equal(changed.error, null)
  assert.equal(changed.data.user.user_metadata.theme, 'dark')
  const cleared = await client.auth.updateUser({ data: { theme: null } })
  assert.deepEqual(cleared.data.user!.user_metadata, { full_name: 'Ana Costa' })
  assert.equal((await ana.get(`/api/profiles/${ana.userId}`)).body.full_name, 'Ana Costa')

  await server.app.services.connections.pool.query(
    `update identity.sessions set created_at = now() - interval '16 minutes' where user_id = $1`,
    [ana.userId],
  )
  const bare = await client.auth.updateUser({ password: 'another horse battery' })
  assert.equal(bare.error!.code, 'current_password_required')
  const full = await client.auth.updateUser({ password: 'another horse battery', current_password: ana.password })
  assert.equal(full.error, null)
  assert.equal((await ana.get('/api/auth/me')).status, 401, 'the other sessions have ended')
  assert.equal((await client.auth.getUser()).error, null)
})

test('signing out of the others, of this one, of all', async () => {
  const ana = await server.signUp()
  const [one, two] = [supabase(), supabase()]
  for (const client of [one, two]) {
    await client.auth.signInWithPassword({ email: ana.email, password: ana.password })
  }
  await one.auth.signOut({ scope: 'others' })
  assert.ok((await two.auth.getUser()).error)
  assert.equal((await one.auth.getUser()).error, null)
  assert.equal((await ana.get('/api/auth/me')).status, 401)
})

test("errors have GoTrue's fields and ours", async () => {
  const ana = await server.signUp()
  const client = supabase()
  const taken = await client.auth.signUp({ email: ana.email, password })
  assert.deepEqual([taken.error!.status, taken.error!.code], [422, 'user_already_exists'])
  const weak = await client.auth.signUp({ email: 'weak@example.com', password: '123' })
  assert.deepEqual([weak.error!.status, weak.error!.code], [422, 'weak_password'])
  const wrong = await client.auth.signInWithPassword({ email: ana.email, password: 'wrong password' })
  assert.deepEqual(
    [wrong.error!.status, wrong.error!.code, wrong.error!.message],
    [400, 'invalid_credentials', 'Invalid login credentials'],
  )
  const { body } = await server.anyone.post('/auth/v1/token?grant_type=password', { email: ana.email })
  assert.deepEqual(
    [body.error_code, body.code, body.details[0].path],
    ['validation_failed', 'invalid_input', 'body.password'],
  )
  assert.equal(body.msg, body.error)
  const { status } = await server.anyone.post('/auth/v1/token?grant_type=magic', {})
  assert.equal(status, 400)
})

test('large metadata is refused', async () => {
  const ana = await server.signUp()
  const client = supabase()
  await client.auth.signInWithPassword({ email: ana.email, password: ana.password })
  assert.equal((await client.auth.updateUser({ data: { much: 'x'.repeat(20_000) } })).error!.code, 'validation_failed')
  await client.auth.updateUser({ data: { a: 'x'.repeat(15_000) } })
  await client.auth.updateUser({ data: { b: 'x'.repeat(15_000) } })
  assert.equal((await client.auth.updateUser({ data: { c: 'x'.repeat(15_000) } })).error!.code, 'validation_failed')
})
