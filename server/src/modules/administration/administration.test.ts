import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSocket } from '../../../test/sockets.ts'
import { find } from '../../../test/find-each-other.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { makeAdmin } from '../identity/index.ts'

const server = await startTestServer()
const admin = await server.signUp({ email: 'admin@example.com' })
await makeAdmin(server.app.services, admin.email)

const login = ({ email, password }: SignedUp) => server.anyone.post('/api/auth/login', { email, password })

test('statistics of the platform', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  await find(ana, ben)
  const { body: before } = await admin.get('/api/admin/stats')
  const { body: chat } = await ana.post('/api/chats', { type: 'dm', member_ids: [ben.userId] })
  await ana.post('/api/messages/send', { chat_id: chat.id, type: 'text', content: 'Hello' })
  await ben.post('/api/messages/send', { chat_id: chat.id, type: 'text', content: 'Hi' })
  await ana.post('/api/video-calls/token', { chat_id: chat.id })
  const form = new FormData()
  form.set('file', new File(['twelve bytes'], 'note.txt', { type: 'text/plain' }))
  await ana.post('/api/upload', form)
  const { status, body } = await admin.get('/api/admin/stats')
  assert.equal(status, 200)
  const daily = ['per_day', 'per_month', 'messages_today']
  const grown = Object.keys(before).filter((name) => !daily.includes(name) && body[name] !== before[name])
  assert.deepEqual(Object.fromEntries(grown.map((name) => [name, body[name] - before[name]])), {
    chats: 1,
    messages: 2,
    video_calls: 1,
    storage_bytes: 12,
  })
  assert.equal(body.per_day.length, 30)
  // It may have become midnight since.
  const [yesterday, today] = body.per_day.slice(-2)
  const lately = ['users', 'messages', 'video_calls'].map((name) => yesterday[name] + today[name])
  assert.deepEqual(lately, [body.users, 2, 1])
  assert.equal(body.messages_today, today.messages)
  assert.deepEqual(body.per_day[0], { date: body.per_day[0].date, users: 0, messages: 0, video_calls: 0 })
})

test('users are listed page by page and can be searched', async () => {
  const [ana, ben] = [
    await server.signUp({ email: 'ana.needle@find.example' }),
    await server.signUp({ email: 'ben.needle@find.example' }),
  ]
  await ben.patch(`/api/profiles/${ben.userId}`, { full_name: "Benoît O'Neill", username: 'ben_the_9th' })
  const found = async (q: string) => {
    const { body } = await admin.get(`/api/admin/users?q=${encodeURIComponent(q)}`)
    return body.data.map(({ id }: { id: string }) => id)
  }
  assert.deepEqual(await found('needle'), [ben.userId, ana.userId])
  assert.deepEqual(await found('ana.needle@find.example'), [ana.userId])
  assert.deepEqual(await found('BENO'), [ben.userId])
  assert.deepEqual(await found("o'neil"), [ben.userId])
  assert.deepEqual(await found('9th'), [ben.userId])
  assert.deepEqual(await found("'); --"), [])
  const first = await admin.get('/api/admin/users?q=needle&limit=1')
  assert.deepEqual(
    first.body.data.map(({ id }: { id: string }) => id),
    [ben.userId],
  )
  const second = await admin.get(`/api/admin/users?q=needle&limit=1&cursor=${first.body.next_cursor}`)
  assert.deepEqual([second.body.data[0].id, second.body.next_cursor], [ana.userId, null])
  assert.ok(!first.text.includes('argon2') && !first.text.includes('password'))
})

test('a suspension ends sessions and sockets, and blocks API keys and sign-in, until it is lifted', async () => {
  const ana = await server.signUp()
  const { body: key } = await ana.post('/api/api-keys', { name: 'k', scopes: ['contacts:read'] })
  const withKey = () => server.anyone.get('/api/contacts', { 'x-api-key': key.key })
  assert.equal((await withKey()).status, 200)
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: ana.token })
  const { closed } = socket
  const { status, body } = await admin.post(`/api/admin/users/${ana.userId}/suspend`, { reason: 'spam' })
  assert.deepEqual([status, body.suspended, body.banned], [200, true, false])
  await closed
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  assert.equal((await withKey()).status, 401)
  assert.deepEqual([(await login(ana)).status, (await login(ana)).body.code], [403, 'account_suspended'])

  await admin.post(`/api/admin/users/${ana.userId}/ban`)
  const { body: again } = await admin.post(`/api/admin/users/${ana.userId}/unsuspend`)
  assert.deepEqual([again.suspended, again.banned], [false, false])
  assert.equal((await login(ana)).status, 200)
  assert.equal((await ana.get('/api/auth/me')).status, 401, 'the old session stays revoked')
})

test('an administrator cannot be suspended, and unknown users are 404', async () => {
  const self = await admin.post(`/api/admin/users/${admin.userId}/ban`)
  assert.deepEqual([self.status, self.body.code], [409, 'is_admin'])
  for (const verb of ['suspend', 'unsuspend', 'ban', 'verify']) {
    const { status } = await admin.post(`/api/admin/users/0199ffff-ffff-7fff-bfff-ffffffffffff/${verb}`)
    assert.equal(status, 404, verb)
  }
})

test('an administrator verifies an e-mail address', async () => {
  const ana = await server.signUp()
  await admin.post(`/api/admin/users/${ana.userId}/verify`)
  assert.equal((await ana.get('/api/auth/me')).body.email_verified, true)
  assert.equal((await admin.post(`/api/admin/users/${ana.userId}/verify`, { type: 'phone' })).status, 404)
})

test('a reported message is quoted in the report, which is then handled', async () => {
  const [ana, ben, eve] = [await server.signUp(), await server.signUp(), await server.signUp()]
  await find(ana, ben)
  const { body: chat } = await ana.post('/api/chats', { type: 'dm', member_ids: [ben.userId] })
  const { body: message } = await ben.post('/api/messages/send', {
    chat_id: chat.id,
    type: 'text',
    content: 'Buy my watches',
  })
  const report = { subject_type: 'message', subject_id: message.id, reason: 'spam' }
  assert.equal((await eve.post('/api/reports', report)).status, 404, 'she cannot see the message')
  const { status, body } = await ana.post('/api/reports', report)
  assert.deepEqual([status, body.status], [201, 'open'])
  const { body: duplicate } = await ana.post('/api/reports', { ...report, details: 'again and again' })
  assert.equal(duplicate.id, body.id)
  await ben.delete(`/api/messages?message_id=${message.id}`)

  const { body: open } = await admin.get('/api/admin/reports?status=open&limit=1')
  const [listed] = open.data
  assert.deepEqual(
    [listed.id, listed.quote, listed.details, listed.reporter.id, listed.reported_user.id],
    [body.id, 'Buy my watches', 'again and again', ana.userId, ben.userId],
  )
  const handled = await admin.patch(`/api/admin/reports/${body.id}`, { status: 'resolved', note: 'Warned.' })
  assert.deepEqual(
    [handled.body.status, handled.body.note, handled.body.handled_by],
    ['resolved', 'Warned.', admin.userId],
  )
  const { body: stillOpen } = await admin.get('/api/admin/reports?status=open')
  assert.ok(!stillOpen.data.some(({ id }: { id: string }) => id === body.id))
  assert.equal((await admin.get('/api/admin/reports?status=new')).status, 400)

  await admin.patch(`/api/admin/reports/${body.id}`, { status: 'dismissed' })
  assert.equal((await ana.post('/api/reports', { subject_type: 'chat', subject_id: chat.id, reason: 'x' })).status, 201)
  assert.equal((await eve.post('/api/reports', { subject_type: 'chat', subject_id: chat.id, reason: 'x' })).status, 404)
})

test('a handled report cannot be reopened when there is a newer one', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const report = { subject_type: 'user', subject_id: ben.userId, reason: 'rude' }
  const { body: first } = await ana.post('/api/reports', report)
  await admin.patch(`/api/admin/reports/${first.id}`, { status: 'dismissed' })
  const { body: second } = await ana.post('/api/reports', report)
  assert.notEqual(second.id, first.id)
  const { status, body } = await admin.patch(`/api/admin/reports/${first.id}`, { status: 'open' })
  assert.deepEqual([status, body.code], [409, 'reported_again'])
})

test('other users have no access', async () => {
  const ana = await server.signUp()
  for (const path of ['stats', 'users', 'reports']) {
    assert.equal((await ana.get(`/api/admin/${path}`)).status, 403)
    assert.equal((await server.anyone.get(`/api/admin/${path}`)).status, 401)
  }
  await makeAdmin(server.app.services, admin.email, false)
  assert.equal((await admin.get('/api/admin/stats')).status, 403)
  await makeAdmin(server.app.services, admin.email)
})
