import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../../../server/test/until.ts'
import { aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import { asPerson } from '../front-end.ts'
import type { Person } from '../front-end.ts'

export async function authentication({ visitor, url, notes }: Fixture): Promise<Person> {
  const credentials = { email: 'ana@example.com', password: 'correct horse battery' }
  const register = (body: object) => visitor.post('/api/auth/register', body)
  const made = await answered(201, register({ ...credentials, username: 'ana', display_name: 'Ana' }))
  const session = { token: aText, refresh_token: aText, token_type: 'Bearer', expires_in: 24 * 3600 }
  const user = { id: anId, email: credentials.email, username: 'ana', display_name: 'Ana', is_admin: false }
  assertShape(made, { ...session, user })
  await refused(409, register({ ...credentials, username: 'another' }))
  await refused(409, register({ email: 'new@example.com', password: credentials.password, username: 'ana' }))
  await refused(400, register({ password: credentials.password }), 'body.email')
  await refused(400, register({ email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, register({ ...credentials, username: 'a b' }), 'body.username')

  const login = await visitor.post('/api/auth/login', credentials)
  assertShape(login.body, { ...session, user })
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong horse' }))
  await refused(400, visitor.post('/api/auth/login', { password: 'x' }), 'body.email')

  // Secure session cookies, which a page cannot read, and which no other site can use.
  const cookies = login.headers.getSetCookie()
  for (const cookie of cookies) assert.match(cookie, /; ?HttpOnly/i)
  const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
  assertShape(await answered(200, visitor.get('/api/auth/me', { cookie })), user)
  const foreign = { cookie, origin: 'https://evil.example.com' }
  await refused(403, visitor.put('/api/users/profile', { display_name: 'Mallory' }, foreign))
  await answered(200, visitor.put('/api/users/profile', { display_name: 'Ana' }, { cookie, origin: url }))

  const { refresh_token } = made
  const fresh = await answered(200, visitor.post('/api/auth/refresh', { refresh_token }))
  assertShape(fresh, { ...session, user })
  assert.notEqual(fresh.refresh_token, refresh_token)
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'none' }))
  return asPerson(url, notes, credentials, login.body)
}

export async function profile(ana: Person, ben: Person): Promise<void> {
  const mine = {
    id: ana.id,
    email: ana.email,
    username: 'ana',
    display_name: 'Ana',
    avatar_url: null,
    email_verified: false,
    phone_verified: false,
    status: null,
    status_expires_at: null,
    badges: [],
    online: false,
    created_at: anInstant,
    updated_at: anInstant,
  }
  const put = (body: object) => ana.put('/api/users/profile', body)
  assertShape(await answered(200, ana.get('/api/users/profile')), mine)
  const tonight = new Date(Date.now() + 6 * 3_600_000).toISOString()
  const changes = { display_name: 'Ana L.', status: 'In a meeting', status_expires_at: tonight }
  const changed = { ...mine, display_name: 'Ana L.', status: 'In a meeting', status_expires_at: anInstant }
  assertShape(await answered(200, put({ ...changes, email_verified: true, is_admin: true })), changed)
  assertShape(await answered(200, ana.get('/api/users/profile')), changed)
  assertShape(await answered(200, put({ status: '', phone: '+14155550123' })), { status: null, phone: '+14155550123' })
  await refused(409, put({ username: 'ben' }))
  await refused(400, put({ username: 'a b' }), 'body.username')
  await refused(400, put({ display_name: ['Ana'] }), 'body.display_name')
  await refused(400, put({ status: 'Gone', status_expires_at: '2020-01-01T00:00:00Z' }), 'body.status_expires_at')
  assertShape(await answered(200, ben.get('/api/users/profile')), { username: 'ben', status: null })
}

/** Checks verification without a mail server: the operator reads the code in the terminal. */
export async function verification({ folder }: Fixture, ana: Person): Promise<void> {
  const verify = (body: object) => ana.post('/api/users/verify', body)
  const codeFor = async (address: string) => {
    const wanted = new RegExp(`${address.replaceAll(/\W/g, '\\$&')}[^\\d]*(\\d{6}) is your code`)
    let code: string | undefined
    await until(`a code for ${address} was sent`, async () => {
      code = wanted.exec(await readFile(join(folder, 'switchboard.log'), 'utf8'))?.[1]
      return code !== undefined
    })
    return code!
  }
  await refused(400, verify({}), 'body.type')
  await refused(400, verify({ type: 'pigeon' }), 'body.type')
  for (const [type, address] of [
    ['email', ana.email],
    ['phone', '+14155550123'],
  ] as const) {
    assertShape(await answered(200, verify({ type })), { message: aText, type, expires_at: anInstant })
    const code = await codeFor(address)
    await refused(400, verify({ type, code: code === '000000' ? '111111' : '000000' }), 'body.code')
    assertShape(await answered(200, verify({ type, code })), { type, [`${type}_verified`]: true })
    await refused(409, verify({ type }))
  }
  assertShape(await answered(200, ana.get('/api/users/profile')), {
    email_verified: true,
    phone_verified: true,
    badges: ['email_verified', 'phone_verified'],
  })
}

export async function people(ana: Person, ben: Person): Promise<void> {
  const find = (q: string) => answered(200, ana.get(`/api/users/search?q=${encodeURIComponent(q)}`))
  assertShape(await find('ben'), { data: [{ id: ben.id, name: 'Ben Okafor', username: 'ben', avatar_url: null }] })
  assertShape(await find(ben.email), { data: [{ id: ben.id }] })
  assertShape(await find('Okafor'), { data: [] }) // users without a common chat are not found by name
  await refused(400, ana.get('/api/users/search'), 'query.q')

  const block = (user_id: string) => ana.post('/api/users/blocks', { user_id })
  const blocked = { user_id: ben.id, name: 'Ben Okafor', created_at: anInstant }
  assertShape(await answered(201, block(ben.id)), blocked)
  assertShape(await answered(200, ana.get('/api/users/blocks')), { data: [blocked], next_cursor: null })
  await refused(400, ana.get('/api/users/blocks?limit=0'), 'query.limit')
  await refused(400, ana.post('/api/users/blocks', {}), 'body.user_id')
  await refused(400, block(ana.id), 'body.user_id')
  await refused(404, block(unknownId))
  assert.deepEqual(await answered(200, ana.delete('/api/users/blocks', { user_id: ben.id })), { success: true })
  await refused(404, ana.delete('/api/users/blocks', { user_id: ben.id }))
  assertShape(await answered(200, ana.get('/api/users/blocks')), { data: [] })
}
