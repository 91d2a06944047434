import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

// What the front-ends read of sign-ins and users, and the addresses at which they ask.

const server = await sharedTestServer()
const password = 'correct horse battery'
const names = ({ id, username, displayName, avatar, isAdmin }: Record<string, unknown>) => ({
  id,
  username,
  displayName,
  avatar,
  isAdmin,
})

test('a sign-in has the user and the tokens under the names of every front-end', async () => {
  const email = `names.${process.pid}@example.com`
  const account = { email, password, displayName: 'Ana', username: 'ana.names', avatarUrl: '/api/files/a.png' }
  const registered = await server.anyone.post('/api/auth/register', account)
  const login = await server.anyone.post('/api/auth/login', { email, password })
  const { refresh_token } = login.body
  const refreshed = await server.anyone.post('/api/auth/refresh', { refresh_token })
  const other = { email: `other.${email}`, password, metadata: { display_name: 'Ana', avatar_url: '/api/files/a.png' } }
  const signedUp = await server.anyone.post('/api/auth/signup', other)
  for (const { body } of [registered, login, refreshed, signedUp]) {
    assert.equal(body.success, true)
    assert.equal(body.token, body.access_token)
    assert.equal(body.session.token, body.access_token)
    assert.deepEqual(body.data, { user: body.user, token: body.token, refreshToken: body.refresh_token })
    const { id, username } = body.user
    assert.deepEqual(names(body.user), { id, username, displayName: 'Ana', avatar: '/api/files/a.png', isAdmin: false })
  }
  const { body: me } = await server.anyone.get('/api/auth/me', { authorization: `Bearer ${registered.body.token}` })
  assert.equal(me.success, true)
  const { success: _, user, data, ...bare } = me
  assert.deepEqual([user, data], [bare, bare])
  assert.deepEqual(names(me), names(registered.body.user))
})

test('a profile has a name, which can be set', async () => {
  const ben = await server.signUp()
  const changed = await ben.put('/api/users/profile', { name: 'Ben Okafor' })
  assert.deepEqual([changed.body.name, changed.body.full_name], ['Ben Okafor', 'Ben Okafor'])
  assert.equal((await ben.get('/api/users/profile')).body.name, 'Ben Okafor')
  assert.equal((await ben.get('/api/auth/me')).body.name, 'Ben Okafor')
})

test('the password is changed at users/change-password, with the present one', async () => {
  const cara = await server.signUp()
  const change = (current_password: string) =>
    cara.post('/api/users/change-password', { current_password, new_password: 'another horse battery' })
  assert.equal((await change('wrong password')).status, 400)
  assert.equal((await change(password)).status, 200)
  const login = await server.anyone.post('/api/auth/login', { email: cara.email, password: 'another horse battery' })
  assert.equal(login.status, 200)
})

test('an account is deleted at users/account, with the password only', async () => {
  const dan = await server.signUp()
  const bare = await dan.delete('/api/users/account')
  assert.deepEqual([bare.status, bare.body.error], [400, 'Send your password to delete your account.'])
  assert.equal((await dan.delete('/api/users/account', { password: 'wrong password' })).status, 400)
  assert.equal((await dan.get('/api/auth/me')).status, 200)
  assert.equal((await dan.delete('/api/users/account', { password })).status, 200)
  assert.equal((await dan.get('/api/auth/me')).status, 401)
})

test('users are the members of my workspaces, found by exact username', async () => {
  const [eva, foreign] = [await server.signUp(), await server.signUp()]
  const fay = await server.addMember(eva, 'agent')
  const [mine, theirs] = [`fay.${process.pid}`, `foreign.${process.pid}`]
  await fay.put(`/api/auth/users/${fay.userId}`, { username: mine, avatarUrl: '/api/files/f.png' })
  await foreign.put(`/api/auth/users/${foreign.userId}`, { username: theirs })

  const { body } = await eva.get('/api/auth/users')
  assert.equal(body.success, true)
  const ids = body.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(ids.toSorted(), [eva.userId, fay.userId].toSorted())
  const first = await eva.get('/api/auth/users?limit=1')
  const second = await eva.get(`/api/auth/users?limit=1&cursor=${first.body.next_cursor}`)
  assert.deepEqual([...first.body.data, ...second.body.data].length, 2)
  assert.equal(second.body.next_cursor, null)

  const found = await eva.get(`/api/auth/users/${mine.toUpperCase()}`)
  assert.deepEqual([found.body.data.id, found.body.id], [fay.userId, fay.userId])
  assert.equal(found.body.data.avatarUrl, '/api/files/f.png')
  for (const name of [theirs, mine.slice(0, -1), '%', foreign.userId]) {
    assert.equal((await eva.get(`/api/auth/users/${encodeURIComponent(name)}`)).status, 404, name)
  }
  assert.equal((await server.anyone.get('/api/auth/users')).status, 401)
})

test('only oneself is changed at auth/users, and no password', async () => {
  const [gil, hal] = [await server.signUp(), await server.signUp()]
  const id = `/api/auth/users/${gil.userId}`
  const changed = await gil.put(id, { username: `gil.${process.pid}`, isAdmin: true, email: 'evil@example.com' })
  assert.deepEqual([changed.status, changed.body.success], [200, true])
  assert.equal(changed.body.data.username, `gil.${process.pid}`)
  assert.deepEqual([changed.body.is_admin, changed.body.email], [false, gil.email])
  assert.match(changed.headers.get('x-ignored-fields')!, /body\.isAdmin/)
  assert.equal((await hal.put(id, { username: 'taken.over' })).status, 404)
  const colleague = await server.addMember(gil, 'admin')
  assert.equal((await colleague.put(id, { username: 'taken.over' })).status, 404)
  const hash = await gil.put(id, { passwordHash: 'x' })
  assert.equal(hash.status, 400)
  assert.match(hash.body.error, /auth\/password/)
})

test('a profile always exists', async () => {
  const ida = await server.signUp()
  const { status, body } = await ida.post('/api/auth/ensure-profile')
  assert.deepEqual([status, body.success, body.data.id], [200, true, ida.userId])
  assert.equal((await server.anyone.post('/api/auth/ensure-profile')).status, 401)
})

test('signing in with Google and Facebook redirects to our own pages only', async () => {
  for (const provider of ['google', 'facebook']) {
    const unknown = await server.anyone.get(`/api/auth/${provider}?redirect=/after`)
    const same = await server.anyone.get(`/api/auth/oauth/${provider}?redirect_to=/after`)
    assert.deepEqual([unknown.status, unknown.body.code], [same.status, same.body.code])
    assert.ok([404, 409].includes(unknown.status))
    const foreign = await server.anyone.get(`/api/auth/${provider}?redirect=https://evil.example/`)
    assert.deepEqual([foreign.status, foreign.body.code], [400, 'redirect_not_allowed'])
  }
})
