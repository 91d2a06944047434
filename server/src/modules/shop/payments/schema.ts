import { z } from 'zod'
import { id, instant } from '../../../platform/http/fields.ts'
import { orderId } from '../orders/schema.ts'
import { paymentStatuses } from '../transitions.ts'

export const providerNames = ['manual', 'stripe', 'paypal'] as const
export type ProviderName = (typeof providerNames)[number]

export const Payment = z.object({
  id,
  orderId: id,
  /** In the currency's own units: 19.99. */
  amount: z.number(),
  /** ISO 4217. */
  currency: z.string(),
  status: z.enum(paymentStatuses),
  provider: z.enum(providerNames),
  refundedAmount: z.number(),
  /** For the provider's own form in the browser: Stripe's client secret, PayPal's order id. */
  clientSecret: z.string().optional(),
  /** PayPal's page where the customer approves it, for those who go there without its form. */
  approvalUrl: z.string().optional(),
  createdAt: instant,
  updatedAt: instant,
})
export type Payment = z.output<typeof Payment>

/** The amount is the order's, whatever a browser says. */
export const NewIntent = z.object({ orderId, provider: z.enum(providerNames).default('manual') })
export const Confirm = z.object({ paymentId: id })
// Null is an amount that a browser could not read (`NaN` in JSON), not a wish to give everything back.
const refundAmount = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z.number().positive().max(1e12).optional(),
)
/** Default: all that is left. */
export const NewRefund = z.object({ amount: refundAmount.optional() })
