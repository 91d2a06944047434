import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { makeAdmin } from '../identity/index.ts'
import { noLimits } from './entitlements.ts'
import { monthlyPrice, readPlans } from './plans.ts'
import type { Invoice } from './schema.ts'

const server = await sharedTestServer()
const { services } = server.app
const operator = await server.signUp()
await makeAdmin(services, operator.email)
const pay = (workspace_id: string, by = operator) =>
  by.post('/api/payments', { workspace_id, payment_method: 'bank_transfer', amount: 1 })

test('the default plans are public', async () => {
  const { body } = await server.anyone.get('/api/plans')
  assert.deepEqual(
    body.data.map(({ id, price }: { id: string; price: number }) => [id, price]),
    [
      ['free', 0],
      ['starter', 29],
      ['pro', 99],
      ['business', 299],
      ['lifetime', 199],
    ],
  )
})

test('a user has no subscription until they choose a plan; a free one is active at once', async () => {
  const ana = await server.signUp()
  const path = `/api/subscriptions/${ana.userId}`
  assert.equal((await ana.get(path)).status, 404)
  const { status, body } = await ana.post('/api/subscriptions', { user_id: ana.userId, plan_id: 'free' })
  assert.equal(status, 201)
  assert.deepEqual([body.plan_id, body.plan_name, body.status, body.user_id], ['free', 'Free', 'active', ana.userId])
  assert.deepEqual([body.plan, body.monthly_price, body.max_clients, body.max_minutes_per_month], ['free', 0, 1, 100])
  assert.deepEqual((await ana.get(path)).body, body)
})

test('a yearly plan has a monthly price', () => {
  const plan = {
    id: 'annual',
    name: 'Annual',
    currency: 'EUR',
    limits: noLimits,
  }
  assert.equal(monthlyPrice({ ...plan, price: 100, interval: 'year' }), 8.33)
  assert.equal(monthlyPrice({ ...plan, price: 100, interval: 'month' }), 100)
  assert.equal(monthlyPrice({ ...plan, price: 100, interval: 'one_off' }), null)
})

test('a paid plan becomes active only when its payment is recorded', async () => {
  const ana = await server.signUp()
  const wish = { plan_id: 'pro', plan_name: 'Mine', status: 'active', current_period_end: '2099-01-01T00:00:00Z' }
  const { body } = await ana.post('/api/subscriptions', wish)
  assert.deepEqual([body.plan_name, body.status, body.current_period_end], ['Pro', 'incomplete', null])
  const path = `/api/subscriptions/${ana.userId}`
  assert.equal((await ana.get(path)).status, 404, 'not a plan of the user yet')
  assert.deepEqual((await ana.get(`${path}/open`)).body, body)
  assert.equal((await (await server.signUp()).get(`${path}/open`)).status, 404)

  assert.equal((await pay(ana.workspaceId, ana)).status, 403)
  const { body: payment } = await pay(ana.workspaceId)
  assert.deepEqual([payment.amount, payment.currency, payment.user_id], [99, 'USD', ana.userId])
  const { body: paid } = await ana.get(path)
  assert.equal(paid.status, 'active')
  assert.equal((await ana.get(`${path}/open`)).status, 404)
  const days = (Date.parse(paid.current_period_end) - Date.now()) / 86_400_000
  assert.ok(days > 27 && days < 32)
  const { body: payments } = await ana.get('/api/payments')
  assert.deepEqual(payments.data, [payment])

  assert.deepEqual(
    (await ana.post('/api/subscriptions', { plan_id: 'pro' })).body,
    paid,
    'choosing it again changes nothing',
  )
  const { body: bigger } = await ana.post('/api/subscriptions', { plan_id: 'business' })
  const { id, plan_id, status, current_period_end } = paid
  assert.deepEqual(
    [bigger.id, bigger.plan_id, bigger.status, bigger.current_period_end],
    [id, plan_id, status, current_period_end],
    'the paid period is kept until the other plan is paid',
  )
})

test('a payment is refused when nothing is due', async () => {
  const ana = await server.signUp()
  assert.equal((await pay(ana.workspaceId)).status, 404)
  await ana.post('/api/subscriptions', { plan_id: 'free' })
  assert.equal((await pay(ana.workspaceId)).body.code, 'nothing_to_pay')
})

test('a subscription belongs to the workspace: members see it, owners and admins change it, others can do neither', async () => {
  const [ana, outsider] = [await server.signUp(), await server.signUp()]
  const agent = await server.addMember(ana, 'agent')
  await ana.post('/api/subscriptions', { plan_id: 'free' })
  assert.equal((await agent.get(`/api/subscriptions/${agent.userId}`)).body.plan_id, 'free')
  assert.equal((await ana.get(`/api/subscriptions/${agent.userId}`)).body.plan_id, 'free')
  assert.equal((await agent.get(`/api/subscriptions/${ana.userId}`)).status, 404)
  assert.equal((await outsider.get(`/api/subscriptions/${ana.userId}`)).status, 404)
  assert.equal((await agent.post('/api/subscriptions', { plan_id: 'pro' })).status, 403)
  const foreign = await outsider.post('/api/subscriptions', { user_id: ana.userId, plan_id: 'free' })
  assert.equal(foreign.body.details[0].path, 'body.user_id')
  const unknown = await ana.post('/api/subscriptions', { plan_id: 'platinum' })
  assert.equal(unknown.body.details[0].path, 'body.plan_id')
})

const invoicesOf = async (who: SignedUp) => (await who.get('/api/invoices')).body.data as Invoice[]
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000

test('an invoice is opened when a paid plan is chosen, and paid when its payment is recorded', async () => {
  const ana = await server.signUp()
  const { body: subscription } = await ana.post('/api/subscriptions', { plan_id: 'pro' })
  await ana.post('/api/subscriptions', { plan_id: 'pro' })
  const [open, ...others] = (await invoicesOf(ana)) as [Invoice]
  assert.deepEqual(others, [], 'choosing the same plan again changes nothing')
  assert.match(open.number, /^INV-\d{6}$/)
  assert.deepEqual(
    [open.subscription_id, open.user_id, open.plan_id, open.amount, open.currency, open.status, open.paid_at],
    [subscription.id, ana.userId, 'pro', 99, 'USD', 'open', null],
  )
  assert.deepEqual(open.lines, [{ description: 'Pro, one month', quantity: 1, unit_amount: 99, amount: 99 }])
  assert.equal(days(open.created_at, open.due_date), 14)

  const payment_details = { paypal_invoice_id: 'INV2-XFXV-YW42-ZANU-4F33' }
  const received = { workspace_id: ana.workspaceId, payment_method: 'paypal', payment_details }
  const { body: payment } = await operator.post('/api/payments', received)
  const { body: paid } = await ana.get(`/api/invoices/${open.id}`)
  assert.deepEqual(
    [paid.number, paid.status, paid.payment_id, paid.paid_at, paid.paypal_invoice_id],
    [open.number, 'paid', payment.id, payment.created_at, 'INV2-XFXV-YW42-ZANU-4F33'],
  )
  const { body: active } = await ana.get(`/api/subscriptions/${ana.userId}`)
  assert.equal(paid.period_end, active.current_period_end)

  await pay(ana.workspaceId)
  const [renewal, first] = (await invoicesOf(ana)) as [Invoice, Invoice]
  assert.deepEqual(first, paid)
  assert.deepEqual(
    [renewal.status, renewal.period_start],
    ['paid', paid.period_end],
    'another period follows the first',
  )
})

test('cancelling an unpaid plan voids its invoice; a free plan has no invoice', async () => {
  const ana = await server.signUp()
  for (const plan_id of ['pro', 'business', 'free']) await ana.post('/api/subscriptions', { plan_id })
  assert.deepEqual(
    (await invoicesOf(ana)).map(({ plan_id, status }) => [plan_id, status]),
    [
      ['business', 'void'],
      ['pro', 'void'],
    ],
  )
})

test('a payment has the amount of its invoice, even when the price has changed', async () => {
  const ana = await server.signUp()
  await ana.post('/api/subscriptions', { plan_id: 'pro' })
  const { pool } = services.connections
  await pool.query('update billing.invoices set amount = 80 where workspace_id = $1', [ana.workspaceId])
  assert.equal((await pay(ana.workspaceId)).body.amount, 80)
})

test('invoice numbers have no gaps, even with concurrent invoices', async () => {
  const numbers = async () => {
    const { rows } = await services.connections.pool.query('select number from billing.invoices order by number')
    return rows.map(({ number }) => number)
  }
  const people = await Promise.all(Array.from({ length: 8 }, () => server.signUp()))
  await Promise.all(
    people.flatMap((who) => ['pro', 'pro', 'business'].map((plan_id) => who.post('/api/subscriptions', { plan_id }))),
  )
  await Promise.all(people.flatMap((who) => [pay(who.workspaceId), pay(who.workspaceId)]))
  const taken = await numbers()
  assert.deepEqual(
    taken,
    taken.map((_, index) => index + 1),
  )
  for (const who of people) {
    const states = (await invoicesOf(who)).map(({ status }) => status)
    assert.equal(states.filter((status) => status === 'paid').length, 2)
    assert.ok(!states.includes('open'))
  }
})

test('owners, admins and compliance see the invoices of their own workspace', async () => {
  const [ana, outsider] = [await server.signUp(), await server.signUp()]
  await ana.post('/api/subscriptions', { plan_id: 'pro' })
  const [invoice] = await invoicesOf(ana)
  const path = `/api/invoices/${invoice?.id}`
  for (const [role, status] of [
    ['admin', 200],
    ['compliance_officer', 200],
    ['agent', 403],
    ['sales_manager', 403],
  ] as const) {
    const member = await server.addMember(ana, role)
    assert.deepEqual([(await member.get('/api/invoices')).status, (await member.get(path)).status], [status, status])
  }
  assert.equal((await outsider.get(path)).status, 404)
  assert.deepEqual(await invoicesOf(outsider), [])
})

test("the operator's file replaces the plans, and an invalid file is reported", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'plans-'))
  after(() => rm(folder, { recursive: true }))
  const plansFile = path.join(folder, 'plans.json')
  await writeFile(plansFile, JSON.stringify([{ id: 'all', name: 'Everything', price: 10, currency: 'EUR' }]))
  const limits = noLimits
  assert.deepEqual(readPlans({ plansFile }), [
    { id: 'all', name: 'Everything', price: 10, currency: 'EUR', interval: 'month', limits },
  ])
  for (const wrong of ['no json', '[]', '[{"id":"x","name":"X"}]', '[{"id":"x","name":"X","price":-1}]']) {
    await writeFile(plansFile, wrong)
    assert.throws(() => readPlans({ plansFile }), /PLANS_FILE .*plans.json cannot be used/)
  }
})
