import type { PaymentStatus } from '../transitions.ts'

/** What a payment can hear: of its provider, or of whoever confirms a manual one. */
export type PaymentSignal = 'process' | 'succeed' | 'fail' | 'refund_part' | 'refund_all'

/**
 * Where a payment goes when it hears something; what is not here changes nothing, so notices may come late, twice and in
 * any order. A failed attempt is no end: the customer may try another card.
 */
export const paymentTransitions: Record<PaymentStatus, Partial<Record<PaymentSignal, PaymentStatus>>> = {
  pending: { process: 'processing', succeed: 'succeeded', fail: 'failed' },
  processing: { succeed: 'succeeded', fail: 'failed' },
  failed: { process: 'processing', succeed: 'succeeded' },
  succeeded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  partially_refunded: { refund_part: 'partially_refunded', refund_all: 'refunded' },
  refunded: {},
}

/** How the order stands when its payments stand differently: the first of these that one of them has. */
export const orderFollows: readonly PaymentStatus[] = [
  'succeeded',
  'partially_refunded',
  'processing',
  'refunded',
  'pending',
  'failed',
]
