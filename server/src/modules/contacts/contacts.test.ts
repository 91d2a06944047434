import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../test/server.ts'

const server = await sharedTestServer()
const ana = await server.signUp()

let numbers = 0
const newContact = (more: object = {}) => ({
  first_name: 'Bo',
  last_name: 'Berg',
  phone_number: `+1415555${String(++numbers).padStart(4, '0')}`,
  ...more,
})

test('a contact is made, read, changed and deleted', async () => {
  const { status, body: made } = await ana.post(
    '/api/contacts',
    newContact({ email: '', notes: 'met at the fair', user_id: 'x' }),
  )
  assert.equal(status, 201)
  assert.equal(made.user_id, ana.userId)
  assert.equal(made.email, null)
  assert.deepEqual((await ana.get(`/api/contacts/${made.id}`)).body, made)

  const { body: changed } = await ana.patch(`/api/contacts/${made.id}`, { email: 'bo@example.com', notes: null })
  assert.deepEqual({ ...changed, updated_at: '' }, { ...made, email: 'bo@example.com', notes: null, updated_at: '' })

  assert.deepEqual((await ana.delete(`/api/contacts/${made.id}`)).body, { success: true })
  assert.equal((await ana.get(`/api/contacts/${made.id}`)).status, 404)
})

test('a number typed the national way becomes E.164 of the workspace’s country', async () => {
  await ana.patch(`/api/workspaces/${ana.workspaceId}`, { default_country: 'DE' })
  const { body } = await ana.post('/api/contacts', newContact({ phone_number: '030 901820' }))
  assert.equal(body.phone_number, '+4930901820')
  await ana.patch(`/api/workspaces/${ana.workspaceId}`, { default_country: 'US' })
})

test('a number belongs to one contact', async () => {
  const contact = newContact()
  await ana.post('/api/contacts', contact)
  const { status, body } = await ana.post('/api/contacts', contact)
  assert.equal(status, 409)
  assert.equal(body.code, 'phone_number_taken')
  assert.match(body.error, /\+1415555/)
})

test('what is wrong is named', async () => {
  const { status, body } = await ana.post('/api/contacts', {
    first_name: '',
    last_name: 'B',
    phone_number: 'call me',
    email: 'nope',
  })
  assert.equal(status, 400)
  assert.deepEqual(body.details.map((fault: { path: string }) => fault.path).sort(), ['body.email', 'body.first_name'])
  const { body: second } = await ana.post('/api/contacts', newContact({ phone_number: 'call me' }))
  assert.equal(second.details[0].path, 'body.phone_number')
})

test('pages come newest first and join without a gap', async () => {
  const reader = await server.signUp()
  const made: string[] = []
  for (let i = 0; i < 5; i++) made.push((await reader.post('/api/contacts', newContact())).body.id)
  const { body: first } = await reader.get('/api/contacts?limit=3')
  const { body: second } = await reader.get(`/api/contacts?limit=3&cursor=${first.next_cursor}`)
  assert.deepEqual(
    [...first.data, ...second.data].map(({ id }) => id),
    made.reverse(),
  )
  assert.equal(second.next_cursor, null)
  assert.equal((await reader.get('/api/contacts?cursor=nonsense')).status, 400)
})

test('a list holds people once', async () => {
  const { body: contact } = await ana.post('/api/contacts', newContact())
  const { body: list } = await ana.post('/api/contact-lists', { name: 'Spring' })
  await ana.post(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.id] })
  const { body: same } = await ana.post(`/api/contact-lists/${list.id}/contacts`, {
    contact_ids: [contact.id, contact.id],
  })
  assert.equal(same.contact_count, 1)
  assert.equal((await ana.get(`/api/contacts?contact_list_id=${list.id}`)).body.data.length, 1)
  await ana.delete(`/api/contact-lists/${list.id}/contacts`, { contact_ids: [contact.id] })
  const { body: lists } = await ana.get(`/api/contact-lists?userId=${ana.userId}`)
  assert.equal(lists.find(({ id }: { id: string }) => id === list.id).contact_count, 0)
})

test('someone on the do-not-call list is there once, with the first reason', async () => {
  const { body: first } = await ana.post('/api/do-not-call', { phone_number: '+14155559999', reason: 'asked' })
  const { body: second } = await ana.post('/api/do-not-call', { phone_number: '+1 415 555 9999', reason: 'again' })
  assert.deepEqual(second, first)
  assert.deepEqual((await ana.delete(`/api/do-not-call?phone_number=${encodeURIComponent('+14155559999')}`)).body, {
    success: true,
  })
  assert.deepEqual((await ana.get('/api/do-not-call')).body, { data: [], next_cursor: null })
})

test('the same idempotency key fifty times has one effect, whoever is first', async () => {
  const body = newContact()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ana.post('/api/contacts', body, { 'idempotency-key': 'once' })),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1)
  assert.equal((await ana.post('/api/contacts', newContact(), { 'idempotency-key': 'once' })).status, 422)
  // The answer was kept by the transaction that had the effect, so a crash leaves both or neither.
  const { rows } = await server.app.services.connections.pool.query(
    `select (select xmin from contacts.contacts where id = $1) = (select xmin from platform.idempotency_keys where key = 'once') as together`,
    [answers[0]?.body.id],
  )
  assert.deepEqual(rows, [{ together: true }])
})
