import type { PaymentStatus } from '../transitions.ts'

/** A signal to a payment, from its provider or from the member who confirms a manual payment. */
export type PaymentSignal = 'process' | 'succeed' | 'fail' | 'refund_part' | 'refund_all'

/**
 * The next status of a payment for each signal. A signal without a transition changes nothing, so webhooks can arrive
 * late, twice and in any order. `failed` is not final: the customer can try another card.
 */
export const paymentTransitions: Record<PaymentStatus, Partial<Record<PaymentSignal, PaymentStatus>>> = {
  pending: { process: 'processing', succeed: 'succeeded', fail: 'failed' },
  processing: { succeed: 'succeeded', fail: 'failed' },
  failed: { process: 'processing', succeed: 'succeeded' },
  succeeded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  partially_refunded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  refunded: {},
}

/** The order's payment status is the first of these that one of its payments has. */
export const orderStatusPrecedence: readonly PaymentStatus[] = [
  'succeeded',
  'partially_refunded',
  'processing',
  'refunded',
  'pending',
  'failed',
]
