import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import { asPerson } from '../front-end.ts'
import type { Person } from '../front-end.ts'

export async function authentication(fixture: Fixture): Promise<Person> {
  const { visitor, url, notes } = fixture
  const credentials = { email: 'ana@example.com', password: 'correct horse battery' }
  const metadata = { full_name: 'Ana Lima', company_name: 'Lima Lda' }
  const signUp = (body: object) => visitor.post('/api/auth/signup', body)
  assertShape(await answered(201, signUp({ ...credentials, metadata })), {
    message: aText,
    user: { id: anId, email: credentials.email },
    session: { user: { id: anId, email: credentials.email }, access_token: aText, expires_at: aNumber },
  })
  await refused(409, signUp(credentials))
  await refused(400, signUp({ password: credentials.password }), 'body.email')
  await refused(400, signUp({ email: 'ana', password: credentials.password }), 'body.email')
  await refused(400, signUp({ email: 'new@example.com' }), 'body.password')
  await refused(400, signUp({ email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, signUp({ ...credentials, metadata: 'Ana' }), 'body.metadata')
  await refused(400, visitor.post('/api/auth/signup', '{"email":', { 'content-type': 'application/json' }))
  await refused(415, visitor.post('/api/auth/signup', 'email=ana', { 'content-type': 'text/plain' }))

  const login = await answered(200, visitor.post('/api/auth/login', credentials))
  assertShape(login, {
    session: { user: { id: anId, email: credentials.email }, access_token: login.token, expires_at: aNumber },
    token_type: 'Bearer',
  })
  const inADay = Date.now() / 1000 + 24 * 3600
  assert.ok(Math.abs(login.session.expires_at - inADay) < 300, 'Tokens are good for 24 hours, in Unix seconds.')
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong horse' }))
  await refused(401, visitor.post('/api/auth/login', { ...credentials, email: 'unknown@example.com' }))
  await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')

  // Guesses are limited by account. Other accounts can still sign in.
  const { email, password } = await fixture.signUp()
  for (let guess = 1; guess <= 5; guess++)
    await refused(401, visitor.post('/api/auth/login', { email, password: `guess ${guess}` }))
  await refused(429, visitor.post('/api/auth/login', { email, password }))
  await answered(200, visitor.post('/api/auth/login', credentials))
  return asPerson(url, notes, credentials, login)
}

export async function profiles(ana: Person, bo: Person, agent: Person): Promise<void> {
  const mine = `/api/profiles/${ana.id}`
  const profile = {
    id: anId,
    user_id: ana.id,
    full_name: 'Ana Lima',
    avatar_url: null,
    is_admin: false,
    is_affiliate: false,
    company_name: 'Lima Lda',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(200, ana.get(mine)), profile)
  assertShape(await answered(200, ana.get(`/api/profiles/${agent.id}`)), { user_id: agent.id })
  for (const [person, id] of [
    [bo, ana.id],
    [agent, ana.id],
    [ana, bo.id],
    [ana, unknownId],
  ] as const) {
    await refused(404, person.get(`/api/profiles/${id}`))
    await refused(404, person.patch(`/api/profiles/${id}`, { full_name: 'Mallory' }))
    await refused(404, person.post(`/api/profiles/${id}/affiliate`))
  }
  await refused(404, ana.get('/api/profiles/me'))

  const changes = { full_name: 'Ana Maria Lima', avatar_url: 'https://example.com/ana.png', is_admin: true }
  const changed = { ...profile, full_name: changes.full_name, avatar_url: changes.avatar_url }
  assertShape(await answered(200, ana.patch(mine, changes)), changed)
  assertShape(await answered(200, ana.get(mine)), changed)
  await refused(400, ana.patch(mine, { full_name: 7 }), 'body.full_name')
  await refused(400, ana.patch(mine, { avatar_url: 'javascript:alert(1)' }), 'body.avatar_url')

  assertShape(await answered(200, ana.post(`${mine}/affiliate`)), { message: aText })
  assertShape(await answered(200, ana.get(mine)), { ...changed, is_affiliate: true })
}
