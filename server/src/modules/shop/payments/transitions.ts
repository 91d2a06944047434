import { type PaymentStatus, paymentStatuses } from '../transitions.ts'

/** The states of a payment. An order has no `cancelled`: it can be paid again. */
export const paymentStates = [...paymentStatuses, 'cancelled'] as const
export type PaymentState = (typeof paymentStates)[number]

/** A signal to a payment, from its provider or from the member who confirms a manual payment. */
export type PaymentSignal = 'process' | 'succeed' | 'fail' | 'cancel' | 'refund_part' | 'refund_all'

/**
 * The next status of a payment for each signal. A signal without a transition changes nothing, so webhooks can arrive
 * late, twice and in any order. `failed` is not final: the customer can try another card. Money that arrives for a
 * cancelled payment is recorded too.
 */
export const paymentTransitions: Record<PaymentState, Partial<Record<PaymentSignal, PaymentState>>> = {
  pending: { process: 'processing', succeed: 'succeeded', fail: 'failed', cancel: 'cancelled' },
  processing: { succeed: 'succeeded', fail: 'failed', cancel: 'cancelled' },
  failed: { process: 'processing', succeed: 'succeeded', cancel: 'cancelled' },
  cancelled: { succeed: 'succeeded' },
  succeeded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  partially_refunded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  refunded: {},
}

/** The order's payment status is the first of these that one of its payments has; a cancelled one counts as `pending`. */
export const orderStatusPrecedence: readonly PaymentStatus[] = [
  'succeeded',
  'partially_refunded',
  'processing',
  'refunded',
  'pending',
  'failed',
]
