import { z } from 'zod'
import { id, instant } from '../../../platform/http/fields.ts'
import { orderId } from '../orders/schema.ts'
import { paymentStatuses } from '../transitions.ts'

export const providerNames = ['manual', 'stripe', 'paypal'] as const
export type ProviderName = (typeof providerNames)[number]

export const Payment = z.object({
  id: id.describe('Id of the payment.'),
  orderId: id.describe("The order it pays, always for the order's whole amount."),
  amount: z.number().describe('In major units of the currency, like 19.99.'),
  currency: z.string().describe('ISO 4217.'),
  status: z.enum(paymentStatuses).describe('`pending` until confirmed; `processing` while the provider works on it.'),
  provider: z
    .enum(providerNames)
    .describe('`stripe`, `paypal`, or `manual` for bank transfer and cash, which a member confirms.'),
  refundedAmount: z.number().describe('How much has gone back, in major units.'),
  clientSecret: z
    .string()
    .optional()
    .describe("For the provider's own form in the browser: Stripe's client secret, PayPal's order id."),
  approvalUrl: z.string().optional().describe("PayPal's page where the customer approves it."),
  createdAt: instant.describe('When the payment was created.'),
  updatedAt: instant.describe('When the payment was last changed.'),
})
export type Payment = z.output<typeof Payment>

/** The amount is the order's, whatever a browser says. */
export const NewIntent = z.object({
  orderId: orderId.describe("The order it pays, always for the order's whole amount."),
  provider: z
    .enum(providerNames)
    .default('manual')
    .describe('`stripe`, `paypal`, or `manual` for bank transfer and cash, which a member confirms.'),
})
export const Confirm = z.object({ paymentId: id.describe('The payment to confirm.') })
// Null is an amount that a browser could not read (`NaN` in JSON), not a wish to give everything back.
const refundAmount = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z.number().positive().max(1e12).optional(),
)
/** Default: all that is left. */
export const NewRefund = z.object({
  amount: refundAmount.optional().describe('How much goes back, in major units. Default: all that is left.'),
})
