import { z } from 'zod'
import { id, instant, optional } from '../../../platform/http/fields.ts'
import { orderId } from '../orders/schema.ts'
import { paymentStates } from './transitions.ts'

export const providerNames = ['manual', 'stripe', 'paypal'] as const
export type ProviderName = (typeof providerNames)[number]

export const Payment = z.object({
  id: id.describe('Id of the payment.'),
  orderId: id.describe("Id of the order. A payment is always for the order's total."),
  amount: z.number().describe('Amount in major units of the currency, such as 19.99.'),
  currency: z.string().describe('ISO 4217 code.'),
  status: z
    .enum(paymentStates)
    .describe(
      'State of the payment. `pending` until confirmed, `processing` while the provider processes it, `cancelled` when it was given up.',
    ),
  provider: z
    .enum(providerNames)
    .describe('`stripe`, `paypal`, or `manual` for bank transfer and cash, which an owner or admin confirms.'),
  refundedAmount: z.number().describe('Refunded amount in major units.'),
  clientSecret: z
    .string()
    .optional()
    .describe("For the provider's payment form in the browser: Stripe's client secret or PayPal's order id."),
  approvalUrl: z.string().optional().describe("URL of PayPal's page where the customer approves the payment."),
  createdAt: instant.describe('When the payment was created.'),
  updatedAt: instant.describe('When the payment was last changed.'),
})
export type Payment = z.output<typeof Payment>

/** Has no amount: a payment is always for the order's total. */
export const NewIntent = z.object({
  orderId: orderId.describe("Id of the order. A payment is always for the order's total."),
  provider: optional(z.enum(providerNames)).describe(
    '`stripe`, `paypal`, or `manual` for bank transfer and cash, which an owner or admin confirms. Default: the configured one of `stripe` and `paypal`, else `manual`.',
  ),
})
export const Confirm = z.object({ paymentId: id.describe('Id of the payment to confirm.') })
// JSON turns `NaN` into null, so null is an invalid amount and not a request to refund everything.
const refundAmount = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z.number().positive().max(1e12).optional(),
)
/** Default: the whole remaining amount. */
export const NewRefund = z.object({
  amount: refundAmount.optional().describe('Amount to refund in major units. Default: the whole remaining amount.'),
})
