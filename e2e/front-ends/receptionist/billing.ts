import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import type { Person } from '../front-end.ts'
import { logged } from './calls.ts'

export async function billing(
  fixture: Fixture,
  ana: Person,
  bo: Person,
  agent: Person,
  client_id: string,
): Promise<void> {
  const mine = `/api/subscriptions/${ana.id}`
  const choose = (plan_id: string) => ana.post('/api/subscriptions', { user_id: ana.id, plan_id })
  await refused(404, ana.get(mine))
  await refused(400, choose('golden'), 'body.plan_id')
  const free = {
    id: anId,
    user_id: ana.id,
    plan: 'free',
    status: 'active',
    monthly_price: 0,
    max_clients: 1,
    max_minutes_per_month: 100,
    paypal_subscription_id: null,
    paypal_plan_id: null,
    cancelled_at: null,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(201, choose('free')), free)
  assertShape(await answered(200, ana.get(mine)), free)
  assertShape(await answered(200, ana.get('/api/usage')), { clients: 2, max_clients: 1, max_minutes_per_month: 100 })
  assert.equal(await refused(402, ana.post('/api/clients', { name: 'One more' })), 'plan_limit')
  await answered(201, ana.post('/api/calls', { client_id, ...logged })) // a call that happened is always logged

  assertShape(await answered(200, ana.get('/api/invoices')), { data: [] })
  assertShape(await answered(201, choose('pro')), { plan: 'pro', status: 'incomplete', monthly_price: 99 })
  const { data } = await answered(200, ana.get('/api/invoices'))
  const open = {
    id: anId,
    subscription_id: anId,
    paypal_invoice_id: null,
    amount: 99,
    currency: 'USD',
    status: 'open',
    period_start: anInstant,
    period_end: anInstant,
    due_date: anInstant,
    paid_at: null,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(data, [open])
  const one = `/api/invoices/${data[0].id}`
  assertShape(await answered(200, ana.get(one)), open)
  const root = await fixture.makeAdmin(await fixture.signUp())
  const ofPayPal = { paypal_subscription_id: 'I-BW452GLLEP1G', paypal_plan_id: 'P-5ML4271244454362WXNWU5NQ' }
  const payment_details = { paypal_invoice_id: 'INV2-0001', ...ofPayPal }
  const received = { workspace_id: ana.workspaceId, payment_method: 'paypal', payment_details }
  await answered(201, root.post('/api/payments', received))
  const paid = { ...open, id: data[0].id, status: 'paid', paid_at: anInstant, paypal_invoice_id: 'INV2-0001' }
  assertShape(await answered(200, ana.get(one)), paid)
  assertShape(await answered(200, ana.get(mine)), { plan: 'pro', status: 'active', max_clients: 10, ...ofPayPal })
  await answered(201, ana.post('/api/clients', { name: 'One more' }))
  await refused(403, agent.get('/api/invoices'))
  await refused(404, bo.get(one))
  await refused(404, ana.get(`/api/invoices/${unknownId}`))
  assertShape(await answered(200, bo.get('/api/invoices')), { data: [] })
  await refused(400, ana.get('/api/invoices?limit=0'), 'query.limit')
  await cancelling(ana, bo, agent)
}

/** A paid subscription lasts to the end of its period. An unpaid one ends at once. */
async function cancelling(ana: Person, bo: Person, agent: Person): Promise<void> {
  const mine = `/api/subscriptions/${ana.id}`
  await refused(403, agent.post(`${mine}/cancel`))
  await refused(404, bo.post(`${mine}/cancel`))
  const kept = { plan: 'pro', status: 'active', current_period_end: anInstant, max_clients: 10 }
  assertShape(await answered(200, ana.post(`${mine}/cancel`)), { ...kept, cancelled_at: anInstant })
  assertShape(await answered(200, ana.post(`${mine}/resume`)), { ...kept, cancelled_at: null })
  assertShape(await answered(200, ana.delete(mine)), { success: true })
  assertShape(await answered(200, ana.get(mine)), { ...kept, cancelled_at: anInstant })

  const his = `/api/subscriptions/${bo.id}`
  await refused(404, bo.delete(his))
  await answered(201, bo.post('/api/subscriptions', { plan_id: 'starter' }))
  assertShape(await answered(200, bo.post(`${his}/cancel`)), { status: 'canceled', cancelled_at: anInstant })
  assertShape(await answered(200, bo.get('/api/invoices')), { data: [{ amount: 29, status: 'void' }] })
  await refused(404, bo.get(his))
  await refused(404, bo.post(`${his}/resume`))
}
