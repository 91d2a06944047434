import { type TableView, field, owned, ownedFields, reads, written, textOf } from '../table.ts'
import { newestFirst } from './numbers.ts'

export const subscriptions: TableView = {
  name: 'subscriptions',
  of: ['calling'],
  about:
    'The subscription of the workspace. Inserting or upserting one chooses the plan; the server sets its status and dates.',
  columns: {
    id: owned('id'),
    user_id: written('user_id', (value) => (value ? { user_id: value } : {})),
    plan_id: field('plan_id', 'free'),
    ...ownedFields('plan_name', 'status', 'current_period_end', 'created_at', 'updated_at'),
  },
  key: 'user_id',
  list: {
    operation: 'getSubscription',
    form: 'one',
    async run(env, eq) {
      const userId = eq.get('user_id') ?? (await env.actor()).userId
      const answer = await env.orNothing(() => env.call('getSubscription', { params: { userId: textOf(userId) } }))
      // It belongs to the workspace, not to the member who chose it.
      return answer ? [{ ...answer, user_id: userId }] : []
    },
  },
  insert: {
    operation: 'choosePlan',
    example: { plan_id: 'free', plan_name: 'Free', status: 'active' },
    conflict: ['user_id'],
  },
  update: {
    operation: 'choosePlan',
    example: { plan_id: 'free' },
    run: ({ call }, item, { plan_id }) => (plan_id ? call('choosePlan', { body: { plan_id } }) : Promise.resolve(item)),
  },
  refuses: { remove: 'Cancel a subscription with POST /api/subscriptions/:userId/cancel.' },
}

const noPayments = 'Payments are recorded when the provider or the operator confirms them, never by a page.'

export const payments: TableView = {
  name: 'payments',
  of: ['calling'],
  about: 'Payments of the subscription; read only.',
  columns: {
    id: reads('id'),
    user_id: reads('user_id'),
    plan_id: reads('plan_id'),
    amount: reads('amount'),
    currency: reads('currency'),
    payment_method: reads('payment_method'),
    payment_details: reads('payment_details'),
    status: reads('status'),
    created_at: reads('created_at'),
  },
  list: { operation: 'listPayments', order: newestFirst, form: 'list' },
  refuses: { insert: noPayments, update: noPayments, remove: noPayments },
}
