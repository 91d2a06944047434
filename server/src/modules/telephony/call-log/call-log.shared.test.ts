import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../../../test/client.ts'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

async function workspaceWithCalls() {
  const ana = await server.signUp()
  const client = (await ana.post('/api/clients', { name: 'Dr. Berg' })).body
  const log = async (more: object) => (await ana.post('/api/calls', { client_id: client.id, ...more })).body
  const first = await log({
    caller_phone: '+14155550177',
    caller_name: 'Bo Berg',
    started_at: '2026-03-30T21:30:00Z',
    duration_seconds: 60,
    transcript: 'x'.repeat(1500),
    recording_url: 'https://example.com/1.mp3',
    success: true,
  })
  const second = await log({ caller_phone: 'anonymous', started_at: '2026-03-31T10:00:00Z', duration_seconds: 30 })
  const prospect = (await ana.post('/api/prospects', { name: 'Cy Prospect', phone: '+14155550188' })).body.data
  const converse = async (more: object) =>
    (await ana.post('/api/conversations', { prospect_id: prospect.id, ...more })).body.data
  const third = await converse({ timestamp: '2026-03-31T11:00:00Z', outcome: 'no_answer' })
  const fourth = await converse({ timestamp: '2026-03-31T12:00:00Z', outcome: 'qualified', duration: 90 })
  await converse({ timestamp: '2026-03-31T13:00:00Z', channel: 'whatsapp' })
  const ids = async (query: string) =>
    (await ana.get(`/api/call-log?${query}`)).body.data.map(({ id }: { id: string }) => id)
  return { ana, client, prospect, calls: [first.id, second.id, third.id, fourth.id] as string[], ids }
}

test('the log has the calls of all modules, newest first, and no other conversations', async () => {
  const { ana, client, calls, prospect } = await workspaceWithCalls()
  const { data, next_cursor } = (await ana.get('/api/call-log')).body
  assert.deepEqual(
    data.map(({ id }: { id: string }) => id),
    calls.toReversed(),
  )
  assert.equal(next_cursor, null)
  const [fourth, third, , first] = data
  assert.deepEqual(
    [fourth.source, fourth.status, fourth.outcome, fourth.duration_seconds, fourth.ended_at, fourth.phone_number],
    ['sales', 'completed', 'qualified', 90, '2026-03-31T12:01:30.000Z', '+14155550188'],
  )
  assert.deepEqual([third.status, third.contact_name, third.contact_id], ['no_answer', 'Cy Prospect', prospect.id])
  assert.deepEqual(
    [first.source, first.direction, first.status, first.contact_name, first.client_id, first.client_name],
    ['receptionist', 'inbound', 'completed', 'Bo Berg', client.id, 'Dr. Berg'],
  )
  assert.deepEqual([first.recording_url, first.outcome], ['https://example.com/1.mp3', 'successful'])
  assert.equal(first.transcript.length, 1000)
  const single = (await ana.get(`/api/call-log/${first.id}`)).body
  assert.equal(single.transcript.length, 1500)
  assert.equal((await ana.get(`/api/call-log/${client.id}`)).status, 404)
})

test('pages over several modules miss no call and repeat none', async () => {
  const { ana, calls } = await workspaceWithCalls()
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await ana.get(`/api/call-log?limit=1${cursor && `&cursor=${cursor}`}`)
    assert.equal(body.data.length, 1)
    seen.push(body.data[0].id)
    cursor = body.next_cursor
  }
  assert.deepEqual(seen, calls.toReversed())
})

test('the log is filtered', async () => {
  const { client, prospect, calls, ids } = await workspaceWithCalls()
  const [first, second, third, fourth] = calls
  assert.deepEqual(await ids('source=receptionist'), [second, first])
  assert.deepEqual(await ids('status=no_answer'), [third])
  assert.deepEqual(await ids('status=busy'), [])
  assert.deepEqual(await ids('direction=inbound'), [second, first])
  assert.deepEqual(await ids('direction=outbound'), [])
  assert.deepEqual(await ids(`client_id=${client.id}`), [second, first])
  assert.deepEqual(await ids(`contact_id=${prospect.id}`), [fourth, third])
  assert.deepEqual(await ids('phone_number=(415) 555-0177'), [first])
  assert.deepEqual(await ids('phone_number=%2B14155550188'), [fourth, third])
  assert.deepEqual(await ids('q=prosp'), [fourth, third])
  assert.deepEqual(await ids('q=415 555 0177'), [first])
  assert.deepEqual(await ids('q=someone'), [])
  assert.deepEqual(await ids('from=2026-03-31T11:00:00Z&to=2026-03-31T11:00:00Z'), [third])
  assert.deepEqual(await ids('from=2026-03-31&tz=Europe/Berlin'), [fourth, third, second])
  assert.deepEqual(await ids('to=2026-03-30&tz=Asia/Tokyo'), [])
})

test('calls are counted by day and month in a time zone, and corrections move the counts', async () => {
  const ana = await server.signUp()
  const client = (await ana.post('/api/clients', { name: 'Dr. Berg' })).body
  await ana.post('/api/calls', { client_id: client.id, duration_seconds: 90 })
  const prospect = (await ana.post('/api/prospects', { name: 'Cy Prospect' })).body.data
  const conversation = (
    await ana.post('/api/conversations', { prospect_id: prospect.id, outcome: 'no_answer', channel: 'phone' })
  ).body.data
  const today = async (query = '') => {
    const { body } = await ana.get(`/api/call-log/counts?days=7&months=3&tz=UTC${query}`)
    assert.equal(body.days.length, 7)
    assert.equal(body.months.length, 3)
    const { date: _, ...last } = body.days.at(-1)
    const { month: __, ...month } = body.months.at(-1)
    assert.deepEqual(last, month)
    return last
  }
  assert.deepEqual(await today(), { calls: 2, answered: 1, minutes: 1.5, cost_micros: 0 })
  assert.deepEqual(await today('&source=sales'), { calls: 1, answered: 0, minutes: 0, cost_micros: 0 })
  await ana.patch(`/api/conversations/${conversation.id}`, { outcome: 'qualified', duration: 60 })
  assert.deepEqual(await today(), { calls: 2, answered: 2, minutes: 2.5, cost_micros: 0 })
})

test('operations and keys without the scope do not read the log', async () => {
  const { ana, calls } = await workspaceWithCalls()
  const operations = await server.addMember(ana, 'operations')
  for (const path of ['/api/call-log', '/api/call-log/counts', `/api/call-log/${calls[0]}`])
    assert.equal((await operations.get(path)).status, 403)
  const { body: key } = await ana.post('/api/api-keys', { name: 'agent', scopes: ['calls:read'] })
  const agent = createClient(server.url, { authorization: `Bearer ${key.key}` })
  assert.equal((await agent.get('/api/call-log')).status, 403)
  const other = await server.signUp()
  assert.deepEqual((await other.get('/api/call-log')).body.data, [])
  assert.equal((await other.get(`/api/call-log/${calls[0]}`)).status, 404)
})
