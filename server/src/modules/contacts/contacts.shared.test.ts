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

test('a contact can be created, read, changed and deleted', async () => {
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

test('an error names the invalid field', async () => {
  const { status, body } = await ana.post('/api/contacts', {
    first_name: '',
    last_name: 'B',
    phone_number: 'call me',
    email: 'nope',
    tags: [''],
  })
  assert.equal(status, 400)
  assert.deepEqual(body.details.map((fault: { path: string }) => fault.path).sort(), ['body.email', 'body.tags[0]'])
  const { body: second } = await ana.post('/api/contacts', newContact({ phone_number: 'call me' }))
  assert.equal(second.details[0].path, 'body.phone_number')
})

test('a contact needs a name or a way to reach them, nothing else', async () => {
  for (const given of [{ first_name: 'Cleo' }, { last_name: 'Park' }, { email: 'cleo@example.com' }]) {
    const { status, body } = await ana.post('/api/contacts', given)
    assert.equal(status, 201)
    assert.deepEqual({ ...body, ...given }, body)
  }
  const { status, body } = await ana.post('/api/contacts', { first_name: ' ', notes: 'Who was that?' })
  assert.equal(status, 400)
  assert.match(body.error, /name, a telephone number or an e-mail address/)

  const { body: made } = await ana.post('/api/contacts', newContact({ first_name: 'Dee', last_name: 'Ng' }))
  const { body: changed } = await ana.patch(`/api/contacts/${made.id}`, { last_name: '', phone_number: null })
  assert.deepEqual([changed.first_name, changed.last_name, changed.phone_number], ['Dee', '', null])
  const emptied = await ana.patch(`/api/contacts/${made.id}`, { first_name: null })
  assert.equal(emptied.status, 400)
  await ana.post(`/api/contacts/${made.id}/identities`, { kind: 'telegram', value: '777001' })
  assert.equal((await ana.patch(`/api/contacts/${made.id}`, { first_name: null })).status, 200)
})

test('tags and custom fields are stored, changed one by one, and found', async () => {
  const reader = await server.signUp()
  const tagged: string[] = []
  for (let i = 0; i < 3; i++) {
    const { body } = await reader.post('/api/contacts', newContact({ tags: ['vip', 'fair', 'vip'] }))
    assert.deepEqual(body.tags, ['vip', 'fair'])
    tagged.unshift(body.id)
  }
  const { body: other } = await reader.post(
    '/api/contacts',
    newContact({ custom_fields: { Company: 'Acme', Size: 12 } }),
  )
  const { body: first } = await reader.get('/api/contacts?tag=vip&limit=2')
  const { body: second } = await reader.get(`/api/contacts?tag=vip&limit=2&cursor=${first.next_cursor}`)
  assert.deepEqual(
    [...first.data, ...second.data].map(({ id }) => id),
    tagged,
  )

  const { body: changed } = await reader.patch(`/api/contacts/${other.id}`, {
    tags: ['vip'],
    custom_fields: { Size: null, Partner: true },
  })
  assert.deepEqual(changed.custom_fields, { Company: 'Acme', Partner: true })
  const { body: merged } = await reader.post(`/api/contacts/${tagged[0]}/merge`, { contact_id: other.id })
  assert.deepEqual([merged.tags, merged.custom_fields], [['vip', 'fair'], { Company: 'Acme', Partner: true }])
  await reader.patch(`/api/contacts/${tagged[1]}`, { tags: [] })
  const { body: rest } = await reader.get('/api/contacts?tag=vip')
  assert.deepEqual(
    rest.data.map(({ id }: { id: string }) => id),
    [tagged[0], tagged[2]],
  )
  const tooMany = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, 'x'.repeat(2000)]))
  const { status, body: refused } = await reader.post('/api/contacts', newContact({ custom_fields: tooMany }))
  assert.deepEqual([status, refused.details[0].path], [400, 'body.custom_fields'])
})

test('custom fields stay within their number and size, also over several changes and a merge', async () => {
  const fields = (prefix: string, count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, value]))
  const make = async (custom_fields: object) => (await ana.post('/api/contacts', newContact({ custom_fields }))).body
  const one = await make(fields('a', 40, 'x'.repeat(1_000)))
  const path = `/api/contacts/${one.id}`
  const refused = await ana.patch(path, { custom_fields: fields('b', 20, 'x') })
  assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.custom_fields'])
  assert.equal((await ana.patch(path, { custom_fields: { a0: null, ...fields('b', 11, 'x') } })).status, 200)

  const other = await make(fields('c', 40, 'x'.repeat(1_000)))
  const tooLarge = await ana.post(`${path}/merge`, { contact_id: other.id })
  assert.deepEqual([tooLarge.status, tooLarge.body.details[0].path], [400, 'body.contact_id'])
  assert.match(tooLarge.body.error, /64 KB/)
})

test('pages are ordered newest first, without a gap', async () => {
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

test('a list has each contact once', async () => {
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

test('a number is on the do-not-call list once, with the first reason', async () => {
  const { body: first } = await ana.post('/api/do-not-call', { phone_number: '+14155559999', reason: 'asked' })
  const { body: second } = await ana.post('/api/do-not-call', { phone_number: '+1 415 555 9999', reason: 'again' })
  assert.deepEqual(second, first)
  assert.deepEqual((await ana.delete(`/api/do-not-call?phone_number=${encodeURIComponent('+14155559999')}`)).body, {
    success: true,
  })
  assert.deepEqual((await ana.get('/api/do-not-call')).body, { data: [], next_cursor: null })
})

test('fifty concurrent requests with one idempotency key have one effect', async () => {
  const body = newContact()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ana.post('/api/contacts', body, { 'idempotency-key': 'once' })),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1)
  assert.equal((await ana.post('/api/contacts', newContact(), { 'idempotency-key': 'once' })).status, 422)
  // The response is stored by the transaction with the effect, so a crash leaves both or neither.
  const { rows } = await server.app.services.connections.pool.query(
    `select (select xmin from contacts.contacts where id = $1) = (select xmin from platform.idempotency_keys where key = 'once') as together`,
    [answers[0]?.body.id],
  )
  assert.deepEqual(rows, [{ together: true }])
})
