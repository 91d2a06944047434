import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('a client keeps where it is and what it does', async () => {
  const ana = await server.signUp()
  const { body: client } = await ana.post('/api/clients', {
    name: 'Berg Dental',
    location: 'Lisbon, Portugal',
    description: 'Dental practice',
  })
  assert.deepEqual([client.location, client.description], ['Lisbon, Portugal', 'Dental practice'])
  const { body: moved } = await ana.put(`/api/clients/${client.id}`, { location: 'Porto', description: null })
  assert.deepEqual([moved.location, moved.description], ['Porto', null])
})

test('clients are listed by page number, with their total', async () => {
  const ana = await server.signUp()
  for (let n = 1; n <= 5; n++) await ana.post('/api/clients', { name: `Client ${n}`, is_active: n !== 3 })
  const names = ({ data }: { data: { name: string }[] }) => data.map(({ name }) => name)
  const { body: second } = await ana.get('/api/clients?page=2&per_page=2')
  assert.deepEqual(names(second), ['Client 3', 'Client 2'])
  assert.deepEqual([second.total, second.page, second.per_page], [5, 2, 2])
  const { body: active } = await ana.get('/api/clients?is_active=true&limit=1')
  assert.equal(active.total, 4)
  const { body: next } = await ana.get(`/api/clients?is_active=true&limit=3&cursor=${active.next_cursor}`)
  assert.deepEqual(names(next), ['Client 4', 'Client 2', 'Client 1'])
  assert.deepEqual(names((await ana.get('/api/clients?page=9')).body), [])
})

test("the receptionist's screens find the names that they read", async () => {
  const ana = await server.signUp()
  const { status, body: client } = await ana.post('/api/clients', { name: 'Berg Dental', phone: '(415) 555-0188' })
  assert.deepEqual([status, client.phone_number, client.phone], [201, '+14155550188', '+14155550188'])
  const { body: list } = await ana.get('/api/clients?page=1&page_size=1')
  assert.deepEqual([list.clients, list.page_size], [list.data, 1])
  assert.equal(list.clients[0].phone, '+14155550188')
  await ana.post('/api/calls', { client_id: client.id, duration_seconds: 61.6, sentiment: 'NEGATIVE' })
  const { body: calls } = await ana.get('/api/calls')
  assert.deepEqual(calls.calls, calls.data)
  assert.deepEqual([calls.calls[0].duration, calls.calls[0].phone_number], [62, ''])
  const { body: figures } = await ana.get('/api/analytics/dashboard')
  assert.deepEqual([figures.total_duration, figures.avg_sentiment], [61.6, 'negative'])
  const { body: counts } = await ana.get('/api/analytics/sentiment')
  assert.deepEqual([counts.POSITIVE, counts.NEUTRAL, counts.NEGATIVE], [0, 0, 1])
})
