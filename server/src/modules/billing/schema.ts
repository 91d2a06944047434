import { z } from 'zod'
import { id, instant, optional, text } from '../../platform/http/fields.ts'

const planId = z.string().regex(/^[\w-]{1,50}$/, 'A plan id has up to 50 letters, digits, hyphens or underscores.')

/** A limit of a plan; null: none. */
const limit = z.int().min(0).nullable().default(null)

export const plan = z.object({
  id: planId.describe('Id of the plan, like `starter`.'),
  name: z.string().min(1).max(100).describe('Name of the plan for people.'),
  price: z
    .number()
    .min(0)
    .max(1_000_000_000)
    .describe('Price of one interval in major units of the currency, like 29.99; 0 is free.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD')
    .describe('ISO 4217.'),
  interval: z.enum(['month', 'year']).default('month').describe('How long one payment lasts.'),
  limits: z
    .object({
      max_clients: limit.describe('How many receptionist clients the workspace may have. Null: no limit.'),
      max_minutes_per_month: limit.describe(
        'How many minutes of receptionist calls a calendar month may have. Null: no limit.',
      ),
    })
    .default({ max_clients: null, max_minutes_per_month: null })
    .describe('What the plan allows. Null means no limit.'),
})
export type Plan = z.output<typeof plan>

export const plans = z
  .array(plan)
  .min(1)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'Two plans have the same id.')

export const subscriptionStatus = z.enum(['incomplete', 'active', 'canceled'])
export type SubscriptionStatus = z.output<typeof subscriptionStatus>

export const subscription = z.object({
  id: id.describe('Id of the subscription.'),
  user_id: id.describe('The user who chose the plan.'),
  plan_id: z.string().describe('The plan that counts at the moment.'),
  plan: z.string().describe('The same as `plan_id`.'),
  plan_name: z.string().describe("The plan's name for people."),
  status: subscriptionStatus.describe(
    '`incomplete` until the first payment is recorded, then `active`; `canceled` when it is over.',
  ),
  current_period_end: instant.nullable().describe('Until when the plan is paid for; null for a free plan.'),
  cancelled_at: instant
    .nullable()
    .describe('When it was cancelled. While the status is still `active`, it ends with the current period.'),
  pending_change: z
    .object({
      plan_id: z.string().describe('The plan that counts at the moment.'),
      plan_name: z.string().describe("The plan's name for people."),
      starts_at: instant.nullable().describe('When that plan begins; null: as soon as the open invoice is paid.'),
    })
    .nullable()
    .describe('The plan that follows this one, if any.'),
  open_invoice_id: id.nullable().describe('The invoice to pay for the chosen plan to begin.'),
  paypal_subscription_id: z
    .string()
    .nullable()
    .describe("PayPal's id of the subscription, when the last recorded payment named it."),
  paypal_plan_id: z.string().nullable().describe("PayPal's id of the plan, when the last recorded payment named it."),
  monthly_price: z
    .number()
    .nullable()
    .describe('Price of the plan as it is offered now, in major units; null when it is no longer offered.'),
  currency: z.string().nullable().describe('Three-letter ISO 4217 code, like `USD`.'),
  max_clients: z.int().nullable().describe('How many receptionist clients the plan allows; null: no limit.'),
  max_minutes_per_month: z
    .int()
    .nullable()
    .describe('How many minutes of receptionist calls a calendar month may have; null: no limit.'),
  created_at: instant.describe('When the subscription was created.'),
  updated_at: instant.describe('When the subscription was last changed.'),
})
export type Subscription = z.output<typeof subscription>

/** Status, dates and the plan's name are the server's to say. */
export const subscriptionRequest = z.object({
  user_id: optional(id).describe("The caller, or a member of the caller's workspace. Default: the caller."),
  plan_id: planId.describe('Id of the plan to take, from `GET /api/plans`.'),
})

/**
 * A payment that reached the operator by other ways, such as a bank transfer. The amount is the plan's. Of its details,
 * `paypal_invoice_id`, `paypal_subscription_id` and `paypal_plan_id` are shown with the invoice and the subscription.
 */
export const receivedPayment = z.object({
  workspace_id: id.describe('The workspace that paid.'),
  payment_method: text(50).describe('How it was paid, like `bank transfer` or `paypal`.'),
  payment_details: optional(
    z.record(z.string().max(100), z.union([z.string().max(500), z.number(), z.boolean()])),
  ).describe('What is known about the payment, like a reference number. Kept with it as it is.'),
})

export const payment = z.object({
  id: id.describe('Id of the payment.'),
  user_id: id.describe('The user whose subscription was paid.'),
  plan_id: z.string().describe('The plan that was paid.'),
  amount: z.number().describe('In major units of the currency, like 29.99.'),
  currency: z.string().describe('Three-letter ISO 4217 code, like `USD`.'),
  payment_method: z.string().describe('How it was paid, like `bank transfer` or `paypal`.'),
  payment_details: z
    .record(z.string(), z.unknown())
    .describe('What is known about the payment, like a reference number. Kept with it as it is.'),
  status: z.enum(['completed', 'refunded']).describe('`refunded` when the money went back.'),
  created_at: instant.describe('When the payment was recorded.'),
})
export type Payment = z.output<typeof payment>

export const invoiceStatus = z.enum(['open', 'paid', 'void'])

export const invoice = z.object({
  id: id.describe('Id of the invoice.'),
  number: z
    .string()
    .describe('Invoice number like `INV-000042`. They follow each other without a gap across the installation.'),
  subscription_id: id.describe('The subscription it is for.'),
  user_id: id.describe('The user who chose the plan.'),
  plan_id: z.string().describe('The plan it is for.'),
  paypal_invoice_id: z.string().nullable().describe("PayPal's id of the invoice, when the payment named it."),
  amount: z.number().describe('In major units of the currency, like 29.99.'),
  currency: z.string().describe('Three-letter ISO 4217 code, like `USD`.'),
  lines: z
    .array(
      z.object({
        description: z.string().describe('What the line charges for.'),
        quantity: z.int().describe('How many units.'),
        unit_amount: z.number().describe('Price of one unit in major units.'),
        amount: z.number().describe('In major units of the currency, like 29.99.'),
      }),
    )
    .describe('What is charged, line by line.'),
  status: invoiceStatus.describe(
    '`open` until its payment is recorded, then `paid`; `void` when another plan was chosen before.',
  ),
  period_start: instant.describe('Beginning of the time it pays for.'),
  period_end: instant.describe('End of the time it pays for.'),
  due_date: instant.describe('When it should be paid.'),
  payment_id: id.nullable().describe('The payment that settled it; null while it is open.'),
  paid_at: instant.nullable().describe('When it was paid; null while it is open.'),
  created_at: instant.describe('When the invoice was made.'),
  updated_at: instant.describe('When the invoice was last changed.'),
})
export type Invoice = z.output<typeof invoice>
