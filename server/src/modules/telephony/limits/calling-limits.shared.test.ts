import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()

test('limits have safe defaults, and only the fields that were sent change', async () => {
  const ana = await server.signUp()
  const { status, body } = await ana.get('/api/calling-limits')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    allowed_countries: null,
    blocked_prefixes: [],
    allow_premium: false,
    max_minutes_per_day: null,
    max_minutes_per_month: null,
    max_spend_per_day_micros: null,
    max_spend_per_month_micros: null,
    max_concurrent_calls: null,
    min_minutes_between_calls: 15,
    currency: 'USD',
    installation: { max_minutes_per_day: null, max_concurrent_calls: 250, max_calls_per_second: 50 },
    used: {
      calls_today: 0,
      minutes_today: 0,
      minutes_this_month: 0,
      spend_today_micros: 0,
      spend_this_month_micros: 0,
    },
  })
  const changed = await ana.patch('/api/calling-limits', {
    allowed_countries: ['us', 'GB'],
    blocked_prefixes: ['+1 900', '00 44 20'],
    max_minutes_per_day: 600,
  })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual(
    [changed.body.allowed_countries, changed.body.blocked_prefixes, changed.body.max_minutes_per_day],
    [['US', 'GB'], ['1900', '4420'], 600],
  )
  const cleared = await ana.patch('/api/calling-limits', { allowed_countries: null, max_concurrent_calls: 5 })
  assert.deepEqual(
    [cleared.body.allowed_countries, cleared.body.blocked_prefixes, cleared.body.max_concurrent_calls],
    [null, ['1900', '4420'], 5],
  )
  const { body: audit } = await ana.get('/api/audit')
  const lines = audit.data.filter(({ action }: { action: string }) => action === 'calling_limits.changed')
  assert.deepEqual(lines[0].details, { allowed_countries: null, max_concurrent_calls: 5 })
})

test('sales roles cannot raise the limits; invalid values are refused by field', async () => {
  const ana = await server.signUp()
  const manager = await server.addMember(ana, 'sales_manager')
  assert.equal((await manager.get('/api/calling-limits')).status, 200)
  assert.equal((await manager.patch('/api/calling-limits', { allow_premium: true })).status, 403)
  const operations = await server.addMember(ana, 'operations')
  assert.equal((await operations.patch('/api/calling-limits', { max_minutes_per_day: 60 })).status, 200)
  for (const [field, value] of [
    ['allowed_countries', ['XX']],
    ['blocked_prefixes', ['twelve']],
    ['max_minutes_per_day', -1],
    ['max_concurrent_calls', 0],
  ] as const) {
    const { status, body } = await ana.patch('/api/calling-limits', { [field]: value })
    assert.equal(status, 400, field)
    assert.ok(body.details[0].path.startsWith(`body.${field}`), body.details[0].path)
  }
})

test('a forbidden transfer number is refused, and one that was allowed before is not called any more', async () => {
  const ana = await server.signUp()
  const expensive = await ana.post('/api/transfer-numbers', { name: 'Line', phone_number: '+19002345678' })
  assert.equal(expensive.status, 400)
  assert.deepEqual(expensive.body.details[0].path, 'body.phone_number')
  assert.match(expensive.body.error, /premium-rate/)
  const desk = await ana.post('/api/transfer-numbers', { name: 'Desk', phone_number: '+12125550123' })
  assert.equal(
    (await ana.patch(`/api/transfer-numbers/${desk.body.id}`, { phone_number: '+881612345678' })).status,
    400,
  )
  await ana.patch('/api/calling-limits', { blocked_prefixes: ['1212'] })
  const campaign = await ana.post('/api/campaigns', { title: 'Spring', transfer_number: '+12125550123' })
  assert.equal(campaign.status, 400)
  assert.match(campaign.body.error, /begins with \+1212/)
})

test("a provider may not exceed the installation's limits of a workspace", async () => {
  const ana = await server.signUp()
  const provider = { name: 'Line', host: 'sip.example.com', port: 5060, username: 'ana', password: 'a long password' }
  const fast = await ana.post('/api/sip-providers', { ...provider, calls_per_second: 1000 })
  assert.equal(fast.status, 400)
  assert.match(fast.body.error, /at most 50 calls per second/)
  const wide = await ana.post('/api/sip-providers', { ...provider, max_concurrent_calls: 5000 })
  assert.equal(wide.status, 400)
  assert.match(wide.body.error, /at most 500 calls at the same time/)
  const { body } = await ana.post('/api/sip-providers', provider)
  assert.equal((await ana.patch(`/api/sip-providers/${body.id}`, { calls_per_second: 51 })).status, 400)
})
