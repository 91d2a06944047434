import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createClient } from '../../../../test/client.ts'
import { sharedTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'

const server = await sharedTestServer()
const database = () => serverContext(server.app.services, { workspaceId: null }).db
const ana = await server.signUp()
const members = `/api/workspaces/${ana.workspaceId}/members`
const withKey = (key: string) => createClient(server.url, { 'x-api-key': key })

const stored = statement(
  'test.stored_key',
  (_, p: { id: string }) =>
    sql<{ row: string }>`select to_json(k)::text as row from identity.api_keys k where id = ${p.id}`,
)
const expire = statement(
  'test.expire_key',
  (_, p: { id: string }) => sql`update identity.api_keys set expires_at = now() where id = ${p.id}`,
)

test('a key is shown once, can be sent in either header, and is stored only as a hash (AUT-15)', async () => {
  const { status, body } = await ana.post('/api/api-keys', {
    name: 'Website',
    scopes: ['members:read'],
    userId: 'other',
    user_id: 'x',
  })
  assert.equal(status, 201)
  assert.match(body.key, /^sb_live_[\w-]{43}$/)
  assert.equal(body.created_by, ana.userId)
  assert.equal((await withKey(body.key).get(members)).status, 200)
  assert.equal((await server.anyone.get(members, { authorization: `Bearer ${body.key}` })).status, 200)
  assert.ok(!(await database().one(stored, body)).row.includes(body.key.slice(12)))

  const { body: list } = await ana.get('/api/api-keys')
  assert.deepEqual(Object.keys(list.data[0]).includes('key'), false)
  assert.equal(list.data[0].prefix, body.key.slice(0, 12))
  assert.ok(Date.now() - Date.parse(list.data[0].last_used_at) < 60_000)
})

test('a key has the rights of its scopes, in its own workspace', async () => {
  const { body } = await ana.post('/api/api-keys', { name: 'Reader', scopes: ['members:read'] })
  const key = withKey(body.key)
  assert.equal((await key.get('/api/audit')).status, 403)
  assert.equal((await key.get('/api/auth/me')).status, 403)
  assert.equal((await key.post('/api/api-keys', { name: 'x', scopes: ['members:read'] })).status, 403)
  const ben = await server.signUp()
  assert.equal((await key.get(`/api/workspaces/${ben.workspaceId}/members`)).status, 404)
  const { body: own } = await key.get(members, { 'x-workspace-id': ben.workspaceId })
  assert.equal(own.data[0].user_id, ana.userId)
})

test('a key cannot do more than its creator, and cannot create keys', async () => {
  const unknown = await ana.post('/api/api-keys', { name: 'x', scopes: ['everything'] })
  assert.equal(unknown.status, 400)
  assert.equal((await ana.post('/api/api-keys', { name: 'x', scopes: ['api-keys:write'] })).status, 400)
  assert.equal((await ana.post('/api/api-keys', { name: 'x', scopes: [] })).status, 400)
  const admin = await server.addMember(ana, 'admin')
  assert.equal((await admin.post('/api/api-keys', { name: 'x', scopes: ['workspace:delete'] })).status, 403)
  const { body } = await admin.post('/api/api-keys', { name: 'x', scopes: ['members:read', 'audit:read'] })
  assert.equal((await withKey(body.key).get('/api/audit')).status, 200)

  // A lower role removes scopes from the keys at once; leaving the workspace removes all of them.
  await ana.patch(`${members}/${admin.userId}`, { role: 'agent' })
  assert.equal((await withKey(body.key).get('/api/audit')).status, 403)
  assert.equal((await withKey(body.key).get(members)).status, 200)
  await ana.delete(`${members}/${admin.userId}`)
  assert.equal((await withKey(body.key).get(members)).status, 401)
})

test('a revoked or expired key stops at once', async () => {
  const { body: first } = await ana.post('/api/api-keys', { name: 'First', scopes: ['members:read'] })
  assert.equal((await (await server.signUp()).delete(`/api/api-keys/${first.id}`)).status, 404)
  assert.equal((await ana.delete(`/api/api-keys/${first.id}`)).body.success, true)
  assert.equal((await withKey(first.key).get(members)).status, 401)
  assert.equal((await ana.delete(`/api/api-keys/${first.id}`)).status, 404)

  const expires_at = new Date(Date.now() + 60_000).toISOString()
  const { body: second } = await ana.post('/api/api-keys', { name: 'Second', scopes: ['members:read'], expires_at })
  assert.equal((await withKey(second.key).get(members)).status, 200)
  await database().all(expire, second)
  assert.equal((await withKey(second.key).get(members)).status, 401)
  const past = await ana.post('/api/api-keys', {
    name: 'x',
    scopes: ['members:read'],
    expires_at: '2020-01-01T00:00:00Z',
  })
  assert.equal(past.status, 400)
})

test('an unknown or malformed key is refused', async () => {
  for (const key of ['sb_live_', 'sb_live_x', `sb_live_${'A'.repeat(43)}`, 'x'.repeat(5000), "' or 1=1 --"]) {
    assert.equal((await withKey(key).get(members)).status, 401, key)
  }
})

test('a malformed Authorization header is refused, even where no credentials are needed', async () => {
  const forged = ana.token.replace(/\.[^.]+$/, `.${'A'.repeat(43)}`)
  for (const authorization of [`Bearer ${forged}`, 'Bearer a.b.c', 'Basic YW5hOnNlY3JldA==', 'Bearer a b', ana.token]) {
    assert.equal((await server.anyone.get('/api/plans', { authorization })).status, 401, authorization)
    assert.equal((await server.anyone.get('/api/auth/me', { authorization })).status, 401, authorization)
  }
})

test('a workspace has at most fifty keys, even with concurrent requests', async () => {
  const bo = await server.signUp()
  const create = () => bo.post('/api/api-keys', { name: 'Website', scopes: ['members:read'] })
  const answers = await Promise.all(Array.from({ length: 55 }, create))
  const refused = answers.filter(({ status }) => status !== 201)
  assert.equal(refused.length, 5)
  assert.deepEqual([refused[0]?.status, refused[0]?.body.code], [409, 'too_many_api_keys'])
  const kept = answers.find(({ status }) => status === 201)
  await bo.delete(`/api/api-keys/${kept?.body.id}`)
  assert.equal((await create()).status, 201)
})
