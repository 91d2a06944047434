import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { serverContext } from '../../platform/services.ts'
import { makeAdmin } from '../identity/index.ts'
import { limitsOf } from './entitlements.ts'
import { endSubscriptionPeriods } from './jobs.ts'
import type { Invoice, Subscription } from './schema.ts'
import { type Phase, phaseOf, type Signal, statusOf, transitions } from './transitions.ts'

const server = await sharedTestServer()
const { services } = server.app
const operator = await server.signUp()
await makeAdmin(services, operator.email)

const choose = async (who: SignedUp, plan_id: string): Promise<Subscription> =>
  (await who.post('/api/subscriptions', { plan_id })).body
const pay = (who: SignedUp, payment_details = {}) =>
  operator.post('/api/payments', { workspace_id: who.workspaceId, payment_method: 'paypal', payment_details })
const cancel = (who: SignedUp) => who.post(`/api/subscriptions/${who.userId}/cancel`)
const resume = (who: SignedUp) => who.post(`/api/subscriptions/${who.userId}/resume`)
const look = async (who: SignedUp): Promise<Subscription> => (await who.get(`/api/subscriptions/${who.userId}`)).body
const invoicesOf = async (who: SignedUp): Promise<[string, string][]> =>
  (await who.get('/api/invoices')).body.data.map(({ plan_id, status }: Invoice) => [plan_id, status])

/** Moves the period into the past. */
async function endPeriod(who: SignedUp): Promise<void> {
  const text = `update billing.subscriptions set current_period_end = now() - interval '1 second'
    where workspace_id = $1 and current_period_end is not null`
  await services.connections.pool.query(text, [who.workspaceId])
}
const runJob = () => endSubscriptionPeriods.run(serverContext(services, { workspaceId: null }), {})

async function payer(plan_id: string): Promise<SignedUp> {
  const who = await server.signUp()
  await choose(who, plan_id)
  await pay(who)
  return who
}

const inPhase: Record<Phase, () => Promise<SignedUp>> = {
  none: () => server.signUp(),
  async incomplete() {
    const who = await server.signUp()
    await choose(who, 'pro')
    return who
  },
  async free() {
    const who = await server.signUp()
    await choose(who, 'free')
    return who
  },
  paid: () => payer('pro'),
  owned: () => payer('lifetime'),
  async switching() {
    const who = await payer('pro')
    await choose(who, 'business')
    return who
  },
  async downgrading() {
    const who = await payer('pro')
    await choose(who, 'free')
    return who
  },
  async cancelling() {
    const who = await payer('pro')
    await cancel(who)
    return who
  },
  async canceled() {
    const who = await inPhase.free()
    await cancel(who)
    return who
  },
}

const row = async (who: SignedUp) => {
  const text = `select s.*, (select i.id from billing.invoices i where i.workspace_id = s.workspace_id and i.status = 'open')
    as open_invoice_id from billing.subscriptions s where s.workspace_id = $1`
  return (await services.connections.pool.query(text, [who.workspaceId])).rows[0]
}

const signals: Record<Signal, (who: SignedUp) => Promise<unknown>> = {
  choose_free: (who) => choose(who, 'free'),
  choose_paid: (who) => choose(who, 'starter'),
  choose_current: async (who) => choose(who, (await row(who)).plan_id),
  cancel,
  resume,
  payment_recorded: (who) => pay(who),
  async paid_once(who) {
    await choose(who, 'lifetime')
    await pay(who)
  },
  async period_over(who) {
    await endPeriod(who)
    await runJob()
  },
}

// Every signal in every phase, compared with the table. Other signals change nothing.
for (const [from, known] of Object.entries(transitions) as [Phase, (typeof transitions)[Phase]][]) {
  test(`from ${from}`, async () => {
    for (const [signal, send] of Object.entries(signals) as [Signal, (typeof signals)[Signal]][]) {
      // Without a plan, or with one that has ended, there is no current plan to choose.
      if (signal === 'choose_current' && !known.choose_current) continue
      // The plan has to be chosen first, which the other phases take for another signal.
      if (signal === 'paid_once' && !known.paid_once) continue
      const who = await inPhase[from]()
      assert.equal(phaseOf(await row(who)), from)
      await send(who)
      const after = await row(who)
      const to = known[signal] ?? from
      assert.equal(phaseOf(after), to, `${from}, ${signal}`)
      if (to === 'none') continue
      assert.equal(after.status, statusOf[to])
      assert.equal(after.open_invoice_id !== null, to === 'incomplete' || to === 'switching', `${from}, ${signal}`)
    }
  })
}

test('cancelling keeps the paid period to its end, and can be undone until then', async () => {
  const ana = await payer('pro')
  const paid = await look(ana)
  const { status, body } = await cancel(ana)
  assert.equal(status, 200)
  assert.deepEqual([body.status, body.current_period_end], ['active', paid.current_period_end])
  assert.ok(body.cancelled_at)
  assert.deepEqual((await cancel(ana)).body, body, 'cancelling again changes nothing')
  assert.deepEqual({ ...(await resume(ana)).body, updated_at: '' }, { ...paid, updated_at: '' })

  assert.deepEqual((await ana.delete(`/api/subscriptions/${ana.userId}`)).body, { success: true })
  await runJob()
  assert.equal((await look(ana)).plan_id, 'pro', 'the period has not ended')
  const limits = () => limitsOf(serverContext(services, { workspaceId: ana.workspaceId }))
  assert.equal((await limits()).max_clients, 10)
  await endPeriod(ana)
  await runJob()
  assert.equal((await ana.get(`/api/subscriptions/${ana.userId}`)).status, 404)
  assert.equal((await limits()).max_clients, null, 'as without a subscription')
  assert.equal((await pay(ana)).body.code, 'nothing_to_pay')
})

test('a period ends on time, even before the job runs', async () => {
  const ana = await payer('pro')
  await cancel(ana)
  await endPeriod(ana)
  assert.equal((await resume(ana)).status, 404)
  const again = await choose(ana, 'pro')
  assert.deepEqual([again.status, again.current_period_end, again.cancelled_at], ['incomplete', null, null])

  const late = await payer('pro')
  await endPeriod(late)
  assert.equal((await cancel(late)).body.status, 'canceled', 'no paid period is left')
  const small = await payer('pro')
  await endPeriod(small)
  assert.deepEqual([(await choose(small, 'free')).plan_id, (await look(small)).pending_change], ['free', null])
})

test('cancelling an unpaid subscription ends it at once and voids its invoice', async () => {
  const ana = await inPhase.incomplete()
  assert.equal((await cancel(ana)).body.status, 'canceled')
  assert.deepEqual(await invoicesOf(ana), [['pro', 'void']])
  assert.equal((await cancel(ana)).status, 404)
})

test('another paid plan begins when it is paid; until then the old one continues', async () => {
  const ana = await payer('pro')
  const paid = await look(ana)
  const pending = await choose(ana, 'business')
  assert.deepEqual(
    [pending.plan_id, pending.status, pending.current_period_end, pending.max_clients],
    ['pro', 'active', paid.current_period_end, 10],
  )
  assert.deepEqual(pending.pending_change, { plan_id: 'business', plan_name: 'Business', starts_at: null })
  const { body: invoice } = await ana.get(`/api/invoices/${pending.open_invoice_id}`)
  assert.deepEqual([invoice.plan_id, invoice.status, invoice.amount], ['business', 'open', 299])
  assert.deepEqual(await choose(ana, 'business'), pending, 'choosing it again changes nothing')

  const ids = { paypal_subscription_id: 'I-1', paypal_plan_id: 'P-1' }
  const { body: payment } = await pay(ana, ids)
  assert.deepEqual([payment.plan_id, payment.amount], ['business', 299])
  const changed = await look(ana)
  assert.deepEqual([changed.plan_id, changed.plan_name, changed.pending_change], ['business', 'Business', null])
  assert.deepEqual([changed.paypal_subscription_id, changed.paypal_plan_id], ['I-1', 'P-1'])
  const { body: settled } = await ana.get(`/api/invoices/${invoice.id}`)
  assert.deepEqual(
    [settled.period_start, settled.period_end],
    [payment.created_at, changed.current_period_end],
    'its period begins with the payment',
  )
})

test('a plan that is paid once is active without an end, and only another paid plan replaces it', async () => {
  const ana = await server.signUp()
  const chosen = await choose(ana, 'lifetime')
  assert.deepEqual([chosen.status, chosen.paid_once_at, chosen.monthly_price], ['incomplete', null, null])
  assert.equal((await pay(ana)).status, 201)
  const owned = await look(ana)
  assert.deepEqual([owned.plan_id, owned.status, owned.current_period_end], ['lifetime', 'active', null])
  assert.ok(owned.paid_once_at)
  const { body: invoices } = await ana.get('/api/invoices')
  assert.deepEqual(
    invoices.data.map((one: Invoice) => [
      one.amount,
      one.status,
      one.period_start === one.period_end,
      one.lines[0]?.description,
    ]),
    [[199, 'paid', true, 'Lifetime']],
  )
  assert.equal((await pay(ana)).body.code, 'nothing_to_pay')
  assert.equal((await cancel(ana)).body.code, 'plan_without_end')
  assert.equal((await ana.post('/api/subscriptions', { plan_id: 'free' })).status, 409)
  await runJob()
  assert.equal((await look(ana)).plan_id, 'lifetime')

  assert.equal((await choose(ana, 'pro')).plan_id, 'lifetime', 'until the other plan is paid')
  assert.deepEqual(await choose(ana, 'lifetime').then(({ plan_id, pending_change }) => [plan_id, pending_change]), [
    'lifetime',
    null,
  ])
  await choose(ana, 'pro')
  await pay(ana)
  const changed = await look(ana)
  assert.deepEqual([changed.plan_id, changed.paid_once_at], ['pro', null])
  assert.ok(changed.current_period_end)
})

test('a free plan follows at the end of the paid period', async () => {
  const ana = await payer('pro')
  const { pending_change, plan_id, current_period_end } = await choose(ana, 'free')
  assert.equal(plan_id, 'pro')
  assert.deepEqual(pending_change, { plan_id: 'free', plan_name: 'Free', starts_at: current_period_end })
  assert.equal((await choose(ana, 'pro')).pending_change, null, 'choosing the current plan undoes the change')
  await choose(ana, 'free')
  await endPeriod(ana)
  await runJob()
  const free = await look(ana)
  assert.deepEqual(
    [free.plan_id, free.status, free.current_period_end, free.pending_change],
    ['free', 'active', null, null],
  )
})

test('concurrent changes leave one open invoice, of the plan that follows', async () => {
  const people = await Promise.all([server.signUp(), payer('pro'), inPhase.switching(), inPhase.cancelling()])
  for (const who of people) {
    await Promise.all(['starter', 'business', 'starter', 'business'].map((plan_id) => choose(who, plan_id)))
    const [active, unpaid] = [await look(who), (await who.get(`/api/subscriptions/${who.userId}/open`)).body]
    const { plan_id, pending_change } = active.plan_id ? active : (unpaid as Subscription)
    const open = (await invoicesOf(who)).filter(([, status]) => status === 'open')
    assert.deepEqual(open, [[pending_change?.plan_id ?? plan_id, 'open']])
  }
})

test('concurrent cancelling and paying: the payment is recorded, or nothing is due', async () => {
  for (let round = 0; round < 5; round++) {
    const who = await inPhase.incomplete()
    const [payment] = await Promise.all([pay(who), cancel(who)])
    const after = await row(who)
    assert.equal(phaseOf(after), payment.status === 201 ? 'cancelling' : 'canceled')
    assert.equal(after.open_invoice_id, null)
  }
})
