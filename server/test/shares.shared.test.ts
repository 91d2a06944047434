import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthenticate } from '../src/modules/identity/index.ts'
import { createClient } from './client.ts'
import { sharedTestServer } from './server.ts'

const server = await sharedTestServer()
const { services } = server.app
const authenticate = createAuthenticate(services)

/** Returns the share of the connections that the next request with these headers uses. */
const shareOf = (headers: Record<string, string>, workspaceId: string | null = null) =>
  services.connections.shares.keyOf({
    principal: authenticate(headers, 'GET', '/api/contacts'),
    workspaceId,
    address: '192.0.2.1',
  })

test('all sessions and API keys of a workspace use one share of the database', async () => {
  const ana = await server.signUp()
  const first = { authorization: `Bearer ${ana.token}` }
  assert.equal(shareOf(first), `user ${ana.userId}`, 'not known yet')
  await ana.get('/api/contacts')
  assert.equal(shareOf(first), `workspace ${ana.workspaceId}`)

  const { body: again } = await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })
  const second = { authorization: `Bearer ${again.access_token}` }
  assert.equal(shareOf(second), `user ${ana.userId}`)
  await createClient(server.url, second).get('/api/contacts')
  assert.equal(shareOf(second), `workspace ${ana.workspaceId}`)

  const { body: made } = await ana.post('/api/api-keys', { name: 'A', scopes: ['contacts:read'] })
  const key = { 'x-api-key': made.key as string }
  assert.equal(shareOf(key), 'address 192.0.2.1')
  await createClient(server.url, key).get('/api/contacts')
  assert.equal(shareOf(key), `workspace ${ana.workspaceId}`)
})

test('no share is had by inventing keys or by naming the workspace of another', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  await ana.get('/api/contacts')
  for (const invented of ['sb_live_one', 'sb_live_two']) {
    const key = { 'x-api-key': invented }
    assert.equal((await createClient(server.url, key).get('/api/contacts')).status, 401)
    assert.equal(shareOf(key), 'address 192.0.2.1')
  }
  const foreign = { authorization: `Bearer ${ben.token}` }
  assert.equal((await ben.get('/api/contacts', { 'x-workspace-id': ana.workspaceId })).status, 404)
  assert.equal(shareOf(foreign, ana.workspaceId), `user ${ben.userId}`)
})

test('visitors of a workspace have a share apart from its members, and made-up workspaces have none', async () => {
  const ana = await server.signUp()
  await ana.get('/api/contacts')
  assert.equal(shareOf({}, ana.workspaceId), `visitors ${ana.workspaceId}`)
  assert.equal(shareOf({}, '0199ffff-ffff-7fff-bfff-ffffffffffff'), 'address 192.0.2.1')
  assert.equal(shareOf({}), 'address 192.0.2.1')
})
