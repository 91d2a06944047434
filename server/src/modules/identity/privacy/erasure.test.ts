import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../../../test/client.ts'
import { find } from '../../../../test/find-each-other.ts'
import { messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { placesOf } from '../../../../test/places.ts'
import { type SignedUp, startTestServer } from '../../../../test/server.ts'
import { openSocket } from '../../../../test/sockets.ts'
import { makeAdmin } from '../index.ts'

const server = await startTestServer()
const { pool } = server.app.services.connections
const leave = (who: SignedUp, password = who.password) => who.delete('/api/auth/me', { password })

test('personal data is erased from every table; messages stay, from a deleted user', async () => {
  const ben = await server.signUp()
  const ana = await server.signUp({ email: 'ana.leaves@example.com' })
  const name = 'Anastasia Unmistakable'
  await ana.patch(`/api/profiles/${ana.userId}`, {
    full_name: name,
    phone: '+4930999111',
    username: 'ana.unmistakable',
  })
  await ana.post('/api/users/verify', { type: 'email' })
  await nthMessageTo(server, ana.email, 1)
  const { body: key } = await ana.post('/api/api-keys', { name: 'key', scopes: ['contacts:read'] })
  await find(ana, ben)
  const { body: dm } = await ana.post('/api/chats', { type: 'dm', member_ids: [ben.userId] })
  await ana.post('/api/messages/send', { chat_id: dm.id, type: 'text', content: 'See you at noon.' })
  const { body: group } = await ana.post('/api/chats', { type: 'group', name: 'Lunch', member_ids: [ben.userId] })
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: ana.token })

  const gone = await leave(ana)
  assert.deepEqual([gone.status, gone.body], [200, { success: true }])
  assert.equal(gone.headers.getSetCookie().length, 2)
  await socket.closed
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  assert.equal((await createClient(server.url, { 'x-api-key': key.key }).get('/api/contacts')).status, 401)
  const login = await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })
  assert.equal(login.status, 401)

  const { body: said } = await ben.get(`/api/messages?chat_id=${dm.id}`)
  assert.equal(said.data[0].content, 'See you at noon.')
  const { body: chats } = await ben.get('/api/chats')
  const shown = chats.data.find(({ id }: { id: string }) => id === dm.id)
  assert.equal(shown.name, 'Deleted user')
  const { body: members } = await ben.get(`/api/chats/${group.id}/members`)
  assert.deepEqual(
    members.data.map(({ user_id, role }: Record<string, string>) => [user_id, role]),
    [[ben.userId, 'owner']],
  )
  // The workspace is named after her. It is purged after its grace period of 30 days.
  await pool.query(`delete from identity.workspaces where deleted_at is not null`)
  assert.deepEqual(await placesOf(server, ana.email, name, 'ana.unmistakable', '4930999111'), [])
  const { rows: events } = await pool.query(`select data from platform.events where strpos(data::text, $1) > 0`, [name])
  assert.deepEqual(events, [])
  assert.deepEqual(await messagesTo(server, ana.email), [])
  // The audit log keeps the entries, with only an id.
  const { rows } = await pool.query(`select details, address from identity.audit_log where user_id = $1`, [ana.userId])
  assert.ok(rows.length > 3)
  for (const row of rows) assert.deepEqual(row, { details: {}, address: null })
  // The address can be used for a new account.
  const again = await server.signUp({ email: ana.email })
  assert.notEqual(again.userId, ana.userId)
})

test('personal data can be erased from an audit log entry, but the entry cannot be rewritten', async () => {
  const ana = await server.signUp()
  const as = async (sql: string) => {
    const client = await pool.connect()
    try {
      await client.query(`begin; set local role app_system; ${sql}`)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  const lines = `identity.audit_log where user_id = '${ana.userId}'`
  await as(`update identity.audit_log set details = '{}', address = null where user_id = '${ana.userId}'`)
  await assert.rejects(
    as(`update identity.audit_log set address = '10.0.0.1' where user_id = '${ana.userId}'`),
    /never rewritten/,
  )
  await assert.rejects(
    as(`update identity.audit_log set action = 'x' where user_id = '${ana.userId}'`),
    /permission denied/,
  )
  await assert.rejects(as(`delete from ${lines}`), /permission denied/)
})

test('deletion needs the password, or a recent sign-in without one', async () => {
  const ana = await server.signUp()
  assert.equal((await leave(ana, 'wrong password')).body.details[0].path, 'body.password')
  assert.equal((await ana.delete('/api/auth/me', {})).status, 400)
  assert.equal((await ana.get('/api/auth/me')).status, 200)

  await pool.query(`update identity.users set password_hash = null where id = $1`, [ana.userId])
  await pool.query(`update identity.sessions set created_at = now() - interval '11 minutes' where user_id = $1`, [
    ana.userId,
  ])
  assert.equal((await ana.delete('/api/auth/me', {})).body.code, 'sign_in_again')
  await pool.query(`update identity.sessions set created_at = now() - interval '9 minutes' where user_id = $1`, [
    ana.userId,
  ])
  assert.equal((await ana.delete('/api/auth/me', {})).status, 200)
})

test('a sole owner of others must hand over first; one of two owners may go; their own workspace is deleted', async () => {
  const owner = await server.signUp()
  await owner.patch(`/api/workspaces/${owner.workspaceId}`, { name: 'Silva Lda' })
  const agent = await server.addMember(owner, 'agent')
  const kept = await leave(owner)
  assert.deepEqual([kept.status, kept.body.code], [409, 'last_owner'])
  assert.match(kept.body.error, /"Silva Lda"/)
  assert.equal((await owner.get('/api/auth/me')).status, 200)

  const path = `/api/workspaces/${owner.workspaceId}/members/${agent.userId}`
  assert.equal((await owner.patch(path, { role: 'owner' })).status, 200)
  const { body: own } = await owner.post('/api/workspaces', { name: 'On my own' })
  assert.equal((await leave(owner)).status, 200)
  const { body: members } = await agent.get(`/api/workspaces/${owner.workspaceId}/members`)
  assert.deepEqual(
    members.data.map(({ user_id }: { user_id: string }) => user_id),
    [agent.userId],
  )
  const { rows } = await pool.query(`select deleted_at from identity.workspaces where id = any ($1) order by id`, [
    [own.id, owner.workspaceId],
  ])
  assert.deepEqual(
    rows.map(({ deleted_at }) => deleted_at !== null),
    [false, true],
  )
})

test('two owners who delete their accounts concurrently do not leave a workspace without one', async () => {
  const ana = await server.signUp()
  const ben = await server.addMember(ana, 'owner')
  const agent = await server.addMember(ana, 'agent')
  const answers = await Promise.all([leave(ana), leave(ben)])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409])
  const { body } = await agent.get(`/api/workspaces/${ana.workspaceId}/members`)
  assert.equal(body.data.filter(({ role }: { role: string }) => role === 'owner').length, 1)
})

test("an administrator deletes others' accounts, not administrators'", async () => {
  const [admin, ana] = [await server.signUp(), await server.signUp()]
  await makeAdmin(server.app.services, admin.email)
  assert.equal((await ana.delete(`/api/admin/users/${admin.userId}`)).status, 403)
  assert.equal((await admin.delete(`/api/admin/users/${admin.userId}`)).body.code, 'is_admin')
  assert.equal((await admin.delete(`/api/admin/users/${ana.userId}`)).status, 200)
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  for (const path of ['', '/unsuspend', '/suspend']) {
    const method = path ? 'POST' : 'DELETE'
    assert.equal((await admin.request(method, `/api/admin/users/${ana.userId}${path}`, {})).status, 404)
  }
  const { body: users } = await admin.get('/api/admin/users?limit=200')
  assert.ok(!users.data.some(({ id }: { id: string }) => id === ana.userId))
})

test('an export has all data about a user, and no secrets', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  await find(ana, ben)
  await ana.patch(`/api/profiles/${ana.userId}`, { full_name: 'Ana Export' })
  const { body: dm } = await ana.post('/api/chats', { type: 'dm', member_ids: [ben.userId] })
  for (const [who, content] of [
    [ana, 'mine'],
    [ben, 'not mine'],
  ] as const) {
    await who.post('/api/messages/send', { chat_id: dm.id, type: 'text', content })
  }
  // More than one page.
  await pool.query(
    `insert into chat.messages (id, chat_id, number, sender_id, type, content)
     select gen_random_uuid(), $1, 100 + n, $2, 'text', 'bulk ' || n from generate_series(1, 1100) n`,
    [dm.id, ana.userId],
  )
  const { status, headers, body } = await ana.get('/api/auth/me/export')
  assert.equal(status, 200)
  assert.match(headers.get('content-disposition') ?? '', /attachment; filename="account\.json"/)
  assert.equal(body.profile.full_name, 'Ana Export')
  assert.equal(body.workspaces[0].id, ana.workspaceId)
  assert.equal(body.sessions.length, 1)
  assert.equal(body.chat_messages.length, 1101)
  assert.equal(new Set(body.chat_messages.map(({ id }: { id: string }) => id)).size, 1101)
  assert.doesNotMatch(JSON.stringify(body), /not mine|password|refresh_key|\$argon2/)
  assert.equal((await server.anyone.get('/api/auth/me/export')).status, 401)
})
