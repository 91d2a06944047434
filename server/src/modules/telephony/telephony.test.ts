import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestServer } from '../../../test/server.ts'

const server = await startTestServer({ SIP_ALLOW_PRIVATE: 'on' })
const ana = await server.signUp()

const provider = {
  user_id: ana.userId,
  name: 'Main line',
  host: 'sip.example.com',
  port: 5060,
  username: '15550100',
  password: 'a secret of ours',
  active: false,
}

test('a SIP provider is created, listed, changed, switched and deleted; its password is never returned', async () => {
  const made = await ana.post('/api/sip-providers', provider)
  assert.equal(made.status, 201)
  const { id, created_at, updated_at, dateAdded, isActive, ...rest } = made.body
  assert.deepEqual([dateAdded, isActive], [created_at, false])
  assert.deepEqual(rest, {
    user_id: ana.userId,
    name: 'Main line',
    host: 'sip.example.com',
    port: 5060,
    username: '15550100',
    description: null,
    active: false,
    transport: 'udp',
    register: true,
    caller_ids: [],
    max_concurrent_calls: 10,
    calls_per_second: 1,
    transfer_mode: 'bridge',
    status: { state: 'inactive', sip: null, reason: null, since: null },
  })
  assert.ok(created_at && updated_at)

  const put = await ana.put(`/api/sip-providers/${id}`, {
    caller_ids: ['+15550100100'],
    password: '',
    calls_per_second: 2.5,
  })
  assert.equal(put.status, 200)
  assert.deepEqual(
    [put.body.name, put.body.caller_ids, put.body.calls_per_second],
    ['Main line', ['+15550100100'], 2.5],
  )
  const patched = await ana.patch(`/api/sip-providers/${id}`, { name: 'Second line' })
  assert.deepEqual([patched.body.name, patched.body.calls_per_second], ['Second line', 2.5])

  const switched = await ana.patch(`/api/sip-providers/${id}/status`, { active: true, user_id: ana.userId })
  assert.deepEqual([switched.status, switched.body], [200, { success: true }])
  const { body: list } = await ana.get(`/api/sip-providers?userId=${ana.userId}`)
  assert.equal(list.length, 1)
  assert.equal(list[0].active, true)
  // No telephone engine runs in this test.
  assert.equal(list[0].status.state, 'waiting')
  assert.equal((await ana.post(`/api/sip-providers/${id}/test`)).status, 503)

  for (const { text } of [made, put, patched, await ana.get(`/api/sip-providers/${id}`)])
    assert.ok(!/password|secret/.test(text), text)
  const removed = await ana.delete(`/api/sip-providers/${id}?userId=${ana.userId}`)
  assert.deepEqual([removed.status, removed.body], [200, { success: true }])
  assert.deepEqual((await ana.get('/api/sip-providers')).body, [])
})

test("the calling front-end's form is accepted as it is, and its table finds the names it reads", async () => {
  const form = {
    name: 'Carrier',
    host: 'sip.example.com',
    port: '5060',
    username: '15550100',
    password: 'a secret of ours',
    description: 'For calls within the country',
    dateAdded: new Date().toISOString(),
    isActive: true,
  }
  const { status, body: made, headers } = await ana.post('/api/sip-providers', { ...form, user_id: ana.userId })
  assert.equal(status, 201)
  assert.equal(headers.get('x-ignored-fields'), null)
  const { id, created_at } = made
  const read = { port: 5060, description: form.description, active: true, isActive: true, dateAdded: created_at }
  const names = Object.keys(read) as (keyof typeof read)[]
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, made[name]])), read)
  const path = `/api/sip-providers/${id}`
  const edited = { id, ...form, port: '5070', description: '', isActive: false, user_id: ana.userId }
  const put = await ana.put(path, edited)
  assert.deepEqual([put.status, put.body.port, put.body.description, put.body.isActive], [200, 5070, null, false])
  assert.equal(put.headers.get('x-ignored-fields'), null)
  await ana.patch(`${path}/status`, { isActive: true })
  const { body: list } = await ana.get('/api/sip-providers')
  assert.deepEqual([list[0].id, list[0].isActive, list[0].dateAdded], [id, true, created_at])
  assert.equal((await ana.post('/api/sip-providers', { ...form, port: 'five' })).body.details[0].path, 'body.port')
  await ana.delete(`${path}?userId=${ana.userId}`)

  const number = { name: 'Sales', number: '+1 415 555 0100', description: null, call_count: 0 }
  const { body: added } = await ana.post('/api/transfer-numbers', number)
  assert.deepEqual(
    [added.number, added.phone_number, added.dateAdded],
    ['+14155550100', '+14155550100', added.created_at],
  )
  await ana.delete(`/api/transfer-numbers/${added.id}?userId=${ana.userId}`)
})

test('a host with a scheme, user or port is refused', async () => {
  for (const host of [
    'sip:sip.example.com',
    'ana:secret@sip.example.com',
    'sip.example.com:5060',
    'http://sip.example.com/',
    'a b',
    '-x.example.com',
    '',
  ]) {
    const { status, body } = await ana.post('/api/sip-providers', { ...provider, host })
    assert.equal(status, 400, host)
    assert.equal(body.details[0].path, 'body.host')
  }
})

test('private hosts are refused by address and by name unless they are allowed', async () => {
  const strict = await startTestServer({ SIP_ALLOW_PRIVATE: 'off' })
  const ben = await strict.signUp()
  for (const host of ['127.0.0.1', '10.1.2.3', '192.168.0.9', '169.254.169.254', 'localhost', 'pbx.local', 'router']) {
    const { status, body } = await ben.post('/api/sip-providers', { ...provider, host })
    assert.equal(status, 400, host)
    assert.match(body.error, /private/)
  }
  const made = await ben.post('/api/sip-providers', provider)
  assert.equal(made.status, 201)
  assert.equal((await ben.put(`/api/sip-providers/${made.body.id}`, { host: '::1' })).status, 400)
})

test('a workspace has at most 20 SIP providers, also with concurrent requests', async () => {
  const ben = await server.signUp()
  const made = await Promise.all(
    Array.from({ length: 24 }, (_, i) => ben.post('/api/sip-providers', { ...provider, name: `Line ${i}` })),
  )
  assert.equal(made.filter(({ status }) => status === 201).length, 20)
  for (const { body } of made.filter(({ status }) => status !== 201)) {
    assert.equal(body.code, 'too_many_sip_providers')
    assert.match(body.error, /may have 20 SIP providers/)
  }
})

test('missing fields are named', async () => {
  const { status, body } = await ana.post('/api/sip-providers', { active: true })
  assert.equal(status, 400)
  assert.deepEqual(body.details.map(({ path }: { path: string }) => path).toSorted(), [
    'body.host',
    'body.name',
    'body.password',
    'body.port',
    'body.username',
  ])
})

test('transfer numbers are stored as E.164, and only the fields that were sent change', async () => {
  const made = await ana.post('/api/transfer-numbers', {
    user_id: ana.userId,
    name: 'Desk',
    phone_number: '(212) 555-0123',
    description: '',
    call_count: 99,
  })
  assert.equal(made.status, 201)
  assert.deepEqual([made.body.phone_number, made.body.description, made.body.call_count], ['+12125550123', null, 0])
  const changed = await ana.put(`/api/transfer-numbers/${made.body.id}`, { description: 'Until six' })
  assert.deepEqual([changed.body.name, changed.body.description], ['Desk', 'Until six'])
  assert.equal((await ana.post('/api/transfer-numbers', { name: 'Desk', phone_number: '12' })).status, 400)
  assert.equal((await ana.get(`/api/transfer-numbers?userId=${ana.userId}`)).body.length, 1)
  assert.deepEqual((await ana.delete(`/api/transfer-numbers/${made.body.id}?userId=${ana.userId}`)).body, {
    success: true,
  })
  assert.equal((await ana.delete(`/api/transfer-numbers/${made.body.id}`)).status, 404)
})

test('members see the whole workspace, filter by their own userId unless they manage it, and outsiders see nothing', async () => {
  const { body: mine } = await ana.post('/api/transfer-numbers', { name: 'Desk', phone_number: '+12125550124' })
  const agent = await server.addMember(ana, 'agent')
  assert.equal((await agent.get('/api/transfer-numbers')).body.length, 1)
  assert.equal((await agent.get(`/api/transfer-numbers?userId=${ana.userId}`)).status, 403)
  assert.deepEqual((await ana.get(`/api/transfer-numbers?userId=${agent.userId}`)).body, [])
  assert.equal((await agent.post('/api/sip-providers', provider)).status, 403)
  const outsider = await server.signUp()
  assert.equal((await outsider.get(`/api/transfer-numbers/${mine.id}`)).status, 404)
  assert.equal((await outsider.get(`/api/transfer-numbers?userId=${ana.userId}`)).status, 403)
})

test('empty form fields get their default', async () => {
  const made = await ana.post('/api/sip-providers', {
    ...provider,
    name: 'Empty',
    active: '',
    transport: '',
    register: null,
    caller_ids: '',
    max_concurrent_calls: '',
  })
  assert.equal(made.status, 201, made.text)
  for (const port of [undefined, null]) {
    const { status, body } = await ana.post('/api/sip-providers', { ...provider, port })
    assert.deepEqual([status, body.error], [400, 'body.port: This is missing.'])
  }
  assert.equal((await ana.post('/api/sip-providers', { ...provider, port: '5070' })).body.port, 5070)
  const { active, transport, register, caller_ids, max_concurrent_calls } = made.body
  assert.deepEqual([active, transport, register, caller_ids, max_concurrent_calls], [false, 'udp', true, [], 10])
})
