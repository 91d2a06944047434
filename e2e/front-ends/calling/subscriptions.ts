import { anId, anInstant, answered, assertShape, refused } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import type { FrontEnd, Person } from '../front-end.ts'

export async function subscriptions(fixture: Fixture, ana: Person, bo: Person, agent: Person): Promise<void> {
  const plans = await answered(200, fixture.visitor.get('/api/plans'))
  assertShape(
    plans.data.map((plan: { id: string }) => plan.id),
    ['free', 'starter', 'pro', 'business', 'lifetime'],
  )
  const mine = `/api/subscriptions/${ana.id}`
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/subscriptions', body)
  await refused(404, ana.get(mine))
  await refused(400, post({ user_id: ana.id }), 'body.plan_id')
  await refused(400, post({ user_id: ana.id, plan_id: 'golden' }), 'body.plan_id')
  await refused(400, post({ user_id: bo.id, plan_id: 'free' }), 'body.user_id')
  await refused(403, post({ plan_id: 'free' }, agent))

  // A user cannot mark their own subscription as paid.
  const forged = { user_id: ana.id, plan_id: 'pro', plan_name: 'Free Pro', status: 'active' }
  const subscription = {
    id: anId,
    user_id: ana.id,
    plan_id: 'pro',
    plan_name: 'Pro',
    status: 'incomplete',
    current_period_end: null,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(201, post(forged)), subscription)
  // It is no plan of the user before it is paid.
  await refused(404, ana.get(mine))
  assertShape(await answered(200, ana.get(`${mine}/open`)), subscription)
  await refused(404, bo.get(`${mine}/open`))

  const received = { workspace_id: ana.workspaceId, payment_method: 'bank_transfer', payment_details: { note: 'June' } }
  await refused(403, ana.post('/api/payments', received))
  const root = await fixture.makeAdmin(await fixture.signUp())
  const { price } = plans.data.find((plan: { id: string }) => plan.id === 'pro')
  const payment = {
    id: anId,
    user_id: ana.id,
    amount: price,
    payment_method: 'bank_transfer',
    payment_details: { note: 'June' },
    plan_id: 'pro',
    status: 'completed',
    created_at: anInstant,
  }
  assertShape(await answered(201, root.post('/api/payments', received)), payment)
  await refused(400, root.post('/api/payments', { workspace_id: ana.workspaceId }), 'body.payment_method')
  assertShape(await answered(200, ana.get('/api/payments')), { data: [payment] })
  assertShape(await answered(200, bo.get('/api/payments')), { data: [] })
  await refused(400, ana.get('/api/payments?limit=none'), 'query.limit')
  const paid = { ...subscription, status: 'active', current_period_end: anInstant }
  assertShape(await answered(200, ana.get(mine)), paid)
  const pending_change = { plan_id: 'free', plan_name: 'Free', starts_at: anInstant }
  assertShape(await answered(201, post({ plan_id: 'free' })), { ...paid, pending_change })
}
