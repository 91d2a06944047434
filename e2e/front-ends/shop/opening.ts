import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Person } from '../front-end.ts'
import { asPerson, openFrontEnd } from '../front-end.ts'
import type { Fixture } from '../contract.ts'
import type { Shop } from './fixture.ts'

/** Signs up and in. Returns the user. */
export async function checkAuthentication({ visitor, url, notes }: Fixture): Promise<Person> {
  const credentials = { email: 'ana@example.com', password: 'password123' }
  const made = await answered(201, visitor.post('/api/auth/register', { ...credentials, username: 'ana.silva' }))
  assertShape(made, {
    token: aText,
    refresh_token: aText,
    user: { id: anId, username: 'ana.silva', role: 'owner' },
  })
  await refused(409, visitor.post('/api/auth/register', credentials))
  await refused(400, visitor.post('/api/auth/register', { password: 'password123' }), 'body.email')
  await refused(400, visitor.post('/api/auth/register', { email: 'eve@example.com', password: 12 }), 'body.password')
  await refused(
    400,
    visitor.post('/api/auth/register', { email: 'eve@example.com', password: 'short' }),
    'body.password',
  )

  const login = await visitor.post('/api/auth/login', credentials)
  await answered(200, Promise.resolve(login))
  assertShape(login.body, {
    token: aText,
    refresh_token: aText,
    expires_in: aNumber,
    user: { email: credentials.email },
  })
  const cookies = login.headers.getSetCookie()
  assert.ok(cookies.length > 0 && cookies.every((cookie) => /; HttpOnly/i.test(cookie)), cookies.join())
  // The cookie alone signs in too. Then requests from other sites may not change anything.
  const cookie = cookies.map((one) => one.split(';')[0]).join('; ')
  assertShape(await answered(200, visitor.get('/api/auth/me', { cookie })), { email: credentials.email })
  await refused(403, visitor.post('/api/shops', { name: 'X' }, { cookie, origin: 'https://evil.example.com' }))
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong password' }))
  await refused(401, visitor.post('/api/auth/login', { ...credentials, email: 'unknown@example.com' }))
  await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')

  const ana = asPerson(url, notes, credentials, login.body)
  const me = await answered(200, ana.get('/api/auth/me'))
  assertShape(me, { id: ana.id, email: credentials.email, username: 'ana.silva', role: 'owner' })
  await refused(401, openFrontEnd(url, notes, 'no.such.token').get('/api/auth/me'))

  const rotated = await answered(200, visitor.post('/api/auth/refresh', { refresh_token: made.refresh_token }))
  assert.notEqual(rotated.refresh_token, made.refresh_token)
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'nonsense' }))
  const first = asPerson(url, notes, credentials, rotated)
  await answered(200, first.post('/api/auth/logout'))
  await refused(401, first.get('/api/auth/me'))
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: rotated.refresh_token }))
  return ana
}

/** Ana creates her shop and invites an agent. */
export async function openShop({ url, notes, visitor, signUp }: Fixture, ana: Person, bob: Person): Promise<Shop> {
  const made = await answered(201, ana.post('/api/shops', { name: 'Silva Ceramics', ownerId: bob.id, currency: 'EUR' }))
  assertShape(made, {
    id: ana.workspaceId,
    name: 'Silva Ceramics',
    ownerId: ana.id,
    team: [{ userId: ana.id, role: 'owner', addedAt: anInstant }],
    createdAt: anInstant,
    updatedAt: anInstant,
  })
  const shopId: string = made.id
  const shop = `/api/shops/${shopId}`
  await refused(400, ana.post('/api/shops', {}), 'body.name')
  await refused(400, ana.post('/api/shops', { name: 7 }), 'body.name')
  assert.deepEqual(await answered(200, ana.get(shop)), made)
  assertShape(await answered(200, ana.put(shop, { name: 'Silva & Filhos', accessToken: 'x' })), {
    name: 'Silva & Filhos',
    currency: 'EUR',
  })
  await refused(400, ana.put(shop, { currency: 'EURO' }), 'body.currency')
  assertShape(await answered(200, ana.get('/api/shops')), {
    data: [{ id: shopId, role: 'owner' }],
    nextCursor: null,
  })
  await refused(404, ana.get(`/api/shops/${unknownId}`))
  await answered(201, bob.post('/api/shops', { name: "Bob's" }))

  const email = 'carla@example.com'
  const invited = await answered(201, ana.post(`${shop}/team`, { email, role: 'agent' }))
  assertShape(invited, { email, role: 'agent', token: aText, acceptUrl: aText })
  const agent = await signUp({ name: 'Carla', email, invitation_token: invited.token })
  assertShape(await answered(200, ana.get(`${shop}/team`)), { data: (list) => (list as unknown[]).length === 2 })
  await refused(400, ana.post(`${shop}/team`, { role: 'agent' }), 'body.email')
  const live = await ana.listen()
  live.send('ping')
  await live.next('pong')
  live.send('shop:join', { shopId })
  await live.next('shop:joined')
  live.send('shop:join', { shopId: bob.workspaceId })
  assertShape((await live.next('error')).data, { error: aText, code: 'not_found' })
  return { url, notes, id: shopId, path: shop, visitor, ana, agent, bob, live }
}
