import assert from 'node:assert/strict'
import type { Page } from './page.ts'

/** Returns the id of a client that stays. */
export async function clients(page: Page): Promise<string> {
  const form = { name: 'Berg Dental', profession: 'dentist', phone: '+1 (415) 555-0188', description: 'For families' }
  const made = await page.done('POST', '/clients', { ...form, location: 'Porto, Portugal' })
  assert.deepEqual([made.phone, made.location, made.description], ['+14155550188', 'Porto, Portugal', 'For families'])
  // Editing sends the whole client back, with the fields of the form changed.
  const edited = await page.done('PUT', `/clients/${made.id}`, { ...made, phone: '+1 415 555 0199', description: '' })
  assert.deepEqual([edited.phone, edited.description, edited.name], ['+14155550199', null, 'Berg Dental'])
  assert.equal((await page.done('GET', `/clients/${made.id}`)).phone, '+14155550199')
  const other = await page.done('POST', '/clients', { name: 'Lima Legal', profession: 'other', phone: '' })
  assert.equal(other.phone, null)
  const list = await page.done('GET', '/clients?page=1&page_size=1')
  assert.deepEqual([list.clients.length, list.total, list.clients[0].id], [1, 2, other.id])
  assert.equal((await page.done('GET', '/clients?page=2&page_size=1')).clients[0].id, made.id)
  assert.match(await page.refused(409, 'POST', '/clients', form && { ...form, phone: edited.phone }), /\+14155550199/)
  await page.done('DELETE', `/clients/${other.id}`)
  assert.equal((await page.done('GET', '/clients?page=1&page_size=10')).total, 1)
  return made.id
}

export async function calls(page: Page, clientId: string): Promise<void> {
  // What its agent logs; `NEUTRAL` is its default.
  const logged = await page.done('POST', '/calls', {
    client_id: clientId,
    caller_phone: '+14155550177',
    duration_seconds: 61.7,
    sentiment: 'POSITIVE',
    success: true,
    booked: true,
    revenue_value: 120,
    transcript: 'Caller: Hello',
  })
  await page.done('POST', '/calls', { client_id: clientId, sentiment: 'NEUTRAL', success: false, status: 'missed' })
  const { calls, total } = await page.done('GET', '/calls')
  assert.deepEqual([calls.length, total], [2, 2])
  for (const call of calls) {
    // The screen calls these functions on each row.
    assert.equal(call.client_name.toLowerCase(), 'berg dental')
    assert.equal(typeof call.phone_number.includes('1'), 'boolean')
    assert.ok(Number.isInteger(call.duration))
    assert.ok(['completed', 'missed', 'failed'].includes(call.status))
    assert.equal(typeof call.booked, 'boolean')
    assert.ok(!Number.isNaN(Date.parse(call.created_at)))
  }
  const shown = await page.done('GET', `/calls/${logged.id}`)
  assert.deepEqual(
    [shown.phone_number, shown.duration, shown.sentiment, shown.booked, shown.transcript],
    ['+14155550177', 62, 'positive', true, 'Caller: Hello'],
  )
  const file = await page.send('GET', '/calls/export')
  assert.match(file.headers.get('content-type') ?? '', /^text\/csv/)
  assert.equal(file.text.trim().split('\r\n').length, 3)

  const dashboard = await page.done('GET', '/analytics/dashboard')
  assert.deepEqual(
    [dashboard.total_calls, dashboard.total_duration, dashboard.success_rate, dashboard.avg_sentiment],
    [2, 61.7, 50, 'NEUTRAL'],
  )
  assert.equal(dashboard.total_clients, 1)
  const { data: days } = await page.done('GET', '/analytics/calls-per-day?days=7')
  assert.deepEqual([days.length, days.at(-1).calls + days.at(-2).calls], [7, 2])
  const { POSITIVE, NEUTRAL, NEGATIVE } = await page.done('GET', '/analytics/sentiment')
  assert.deepEqual([POSITIVE, NEUTRAL, NEGATIVE], [1, 1, 0])
  for (const path of [`/analytics/client/${clientId}/stats`, `/clients/${clientId}/stats`]) {
    const stats = await page.done('GET', path)
    assert.deepEqual([stats.client_id, stats.client_name, stats.success_rate], [clientId, 'Berg Dental', 50])
  }
  const { data: revenue } = await page.done('GET', '/analytics/revenue?days=7')
  assert.equal(
    revenue.reduce((sum: number, day: { revenue: number }) => sum + day.revenue, 0),
    120,
  )
}
