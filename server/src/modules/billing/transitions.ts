import type { SubscriptionStatus } from './schema.ts'

/** What can happen to a subscription; `none` is a workspace without one. */
export type Signal = 'choose_free' | 'choose_paid' | 'payment_recorded'

/** Choosing another paid plan waits for its payment, also for who has paid for one before. */
export const transitions: Record<SubscriptionStatus | 'none', Partial<Record<Signal, SubscriptionStatus>>> = {
  none: { choose_free: 'active', choose_paid: 'incomplete' },
  incomplete: { choose_free: 'active', choose_paid: 'incomplete', payment_recorded: 'active' },
  active: { choose_free: 'active', choose_paid: 'incomplete', payment_recorded: 'active' },
  canceled: { choose_free: 'active', choose_paid: 'incomplete' },
}
