import type { Fixture } from '../world.ts'

export const create: Fixture = async ({ owner, make }) => {
  await make('/api/subscriptions', { plan_id: 'pro' })
  const { body: invoices } = await owner.get('/api/invoices')
  return { subscriptions: owner.userId, invoices: String(invoices.data[0].id), 'call-count': owner.userId }
}
