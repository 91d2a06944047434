import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('a call keeps its status, its booking and its value, in the currency of the workspace', async () => {
  const ana = await server.signUp()
  await ana.patch(`/api/workspaces/${ana.workspaceId}`, { currency: 'EUR' })
  const { body: client } = await ana.post('/api/clients', { name: 'Berg Dental' })
  const log = async (more: object) => (await ana.post('/api/calls', { client_id: client.id, ...more })).body
  const plain = await log({})
  assert.deepEqual(
    [plain.client_name, plain.status, plain.booked, plain.revenue_value, plain.currency],
    ['Berg Dental', 'completed', false, null, null],
  )
  const booked = await log({ status: 'MISSED', booked: true, revenue_value: 80.5 })
  assert.deepEqual([booked.status, booked.booked, booked.revenue_value, booked.currency], ['missed', true, 80.5, 'EUR'])
  const { body: changed } = await ana.put(`/api/calls/${plain.id}`, { revenue_value: 20, status: 'failed' })
  assert.deepEqual([changed.revenue_value, changed.currency, changed.status], [20, 'EUR', 'failed'])
  const { body: inDollars } = await ana.put(`/api/calls/${plain.id}`, { currency: 'USD' })
  assert.deepEqual([inDollars.revenue_value, inDollars.currency], [20, 'USD'])
  assert.equal((await ana.post('/api/calls', { client_id: client.id, revenue_value: -1 })).status, 400)
  const { body: page } = await ana.get('/api/calls')
  assert.deepEqual(
    page.data.map((call: { client_name: string }) => call.client_name),
    ['Berg Dental', 'Berg Dental'],
  )
})

test('sentiments are read in any case', async () => {
  const ana = await server.signUp()
  const { body: client } = await ana.post('/api/clients', { name: 'Berg Dental' })
  const { status, body } = await ana.post('/api/calls', { client_id: client.id, sentiment: 'POSITIVE' })
  assert.deepEqual([status, body.sentiment], [201, 'positive'])
  assert.equal((await ana.put(`/api/calls/${body.id}`, { sentiment: 'Neutral' })).body.sentiment, 'neutral')
  assert.equal((await ana.get('/api/calls?sentiment=NEUTRAL')).body.total, 1)
  assert.equal((await ana.post('/api/calls', { client_id: client.id, sentiment: 'ANGRY' })).status, 400)
})

test('an export has the calls that match, in batches, and no formula', async () => {
  const ana = await server.signUp()
  const { body: client } = await ana.post('/api/clients', { name: '=SUM(A1)' })
  const { body: other } = await ana.post('/api/clients', { name: 'Lima Legal' })
  for (let n = 0; n < 120; n++) {
    await ana.post('/api/calls', { client_id: client.id, transcript: `Line "${n}",\nnext`, started_at: at(n) })
  }
  await ana.post('/api/calls', { client_id: other.id, started_at: at(0) })
  const { status, headers, text } = await ana.get(`/api/calls/export?client_id=${client.id}`)
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(String(headers.get('content-disposition')), /attachment; filename="calls\.csv"/)
  const rows = text.trim().split('\r\n')
  assert.equal(rows.length, 121)
  assert.match(rows[0] ?? '', /^started_at,client_name,caller_phone,/)
  assert.ok(rows.slice(1).every((row: string) => row.includes(`'=SUM(A1)`)))
  assert.match(rows[1] ?? '', /"Line ""119"",\nnext"/)
  assert.equal((await ana.get('/api/calls/export')).text.includes('Lima Legal'), true)
  assert.equal((await ana.get('/api/calls/export?start_date=2026-02-01&end_date=2026-01-01')).status, 400)
  const bo = await server.signUp()
  assert.equal((await bo.get('/api/calls/export')).text.trim().split('\r\n').length, 1, 'only the header')
})

const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 10, minute)).toISOString()
