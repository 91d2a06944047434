import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('revenue is summed by day in one currency, and the others are named', async () => {
  const ana = await server.signUp()
  const { body: client } = await ana.post('/api/clients', { name: 'Berg Dental' })
  const { body: other } = await ana.post('/api/clients', { name: 'Lima Legal' })
  const day = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString()
  const log = (more: object) => ana.post('/api/calls', { client_id: client.id, ...more })
  await log({ revenue_value: 100.25, booked: true, started_at: day(0) })
  await log({ revenue_value: 50, started_at: day(2) })
  await log({ revenue_value: 7, currency: 'EUR', started_at: day(1) })
  await log({ revenue_value: 1000, started_at: day(40) })
  await log({ booked: true, started_at: day(0) })
  await log({ client_id: other.id, revenue_value: 1, started_at: day(1) })
  const { body: report } = await ana.get('/api/analytics/revenue?days=7&tz=UTC')
  assert.deepEqual([report.currency, report.revenue, report.calls, report.booked], ['USD', 151.25, 3, 1])
  assert.deepEqual(report.other_currencies, [{ currency: 'EUR', revenue: 7, calls: 1, booked: 0 }])
  assert.deepEqual(
    report.data.map(({ revenue }: { revenue: number }) => revenue),
    [0, 0, 0, 0, 50, 1, 100.25],
  )
  assert.equal(report.data.at(-1).date, day(0).slice(0, 10))
  const { body: ofClient } = await ana.get(`/api/analytics/revenue?days=7&tz=UTC&client_id=${other.id}`)
  assert.deepEqual([ofClient.revenue, ofClient.other_currencies], [1, []])
  const { body: inEuros } = await ana.get('/api/analytics/revenue?days=7&tz=UTC&currency=EUR')
  assert.equal(inEuros.revenue, 7)
  const bo = await server.signUp()
  assert.equal((await bo.get(`/api/analytics/revenue?client_id=${client.id}`)).status, 404)
  assert.equal((await bo.get('/api/analytics/revenue')).body.revenue, 0)
})
