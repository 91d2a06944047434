import { z } from 'zod'
import { id, instant, optional, text } from '../../platform/http/fields.ts'

const planId = z.string().regex(/^[\w-]{1,50}$/, 'A plan id has up to 50 letters, digits, hyphens or underscores.')

/** A limit of a plan; null: no limit. */
const limit = z.int().min(0).nullable().default(null)

export const plan = z.object({
  id: planId.describe('Id of the plan, like `starter`.'),
  name: z.string().min(1).max(100).describe('Display name of the plan.'),
  price: z
    .number()
    .min(0)
    .max(1_000_000_000)
    .describe('Price of one interval, or of the plan when it is paid once, in major units, like 29.99; 0 is free.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD')
    .describe('ISO 4217.'),
  interval: z
    .enum(['month', 'year', 'one_off'])
    .default('month')
    .describe('The billing interval. `one_off`: paid once, and active without an end.'),
  limits: z
    .object({
      max_clients: limit.describe('Maximum number of receptionist clients of the workspace. Null: no limit.'),
      max_minutes_per_month: limit.describe(
        'Maximum minutes of receptionist calls in a calendar month. Null: no limit.',
      ),
      max_calls_per_month: limit.describe(
        'Maximum calls that campaigns make in a calendar month (UTC). Null: no limit.',
      ),
      max_contacts_per_campaign: limit.describe('Maximum contacts of a campaign. Null: no limit.'),
    })
    .default({
      max_clients: null,
      max_minutes_per_month: null,
      max_calls_per_month: null,
      max_contacts_per_campaign: null,
    })
    .describe('The limits of the plan. Null means no limit.'),
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
  plan_id: z.string().describe('The current plan.'),
  plan: z.string().describe('The same as `plan_id`.'),
  plan_name: z.string().describe('The display name of the plan.'),
  status: subscriptionStatus.describe(
    '`incomplete` until the first payment is recorded, then `active`; `canceled` when it has ended.',
  ),
  current_period_end: instant
    .nullable()
    .describe('The end of the paid period; null for a free plan and for one that is paid once.'),
  paid_once_at: instant
    .nullable()
    .describe('When a plan that is paid once was paid: it has no end. Null for other plans.'),
  cancelled_at: instant
    .nullable()
    .describe(
      'When it was cancelled. While the status is still `active`, the subscription ends with the current period.',
    ),
  pending_change: z
    .object({
      plan_id: z.string().describe('The current plan.'),
      plan_name: z.string().describe('The display name of the plan.'),
      starts_at: instant.nullable().describe('When that plan begins; null: when the open invoice is paid.'),
    })
    .nullable()
    .describe('The plan that follows this one, if any.'),
  open_invoice_id: id.nullable().describe('The invoice that must be paid for the chosen plan to begin.'),
  paypal_subscription_id: z
    .string()
    .nullable()
    .describe("PayPal's id of the subscription, when the last recorded payment named it."),
  paypal_plan_id: z.string().nullable().describe("PayPal's id of the plan, when the last recorded payment named it."),
  monthly_price: z
    .number()
    .nullable()
    .describe(
      'Price of a month of the plan as it is offered now, in major units; null when it is no longer offered or is paid once.',
    ),
  currency: z.string().nullable().describe('Three-letter ISO 4217 code, like `USD`.'),
  max_clients: z.int().nullable().describe('Maximum number of receptionist clients; null: no limit.'),
  max_minutes_per_month: z
    .int()
    .nullable()
    .describe('Maximum minutes of receptionist calls in a calendar month; null: no limit.'),
  max_calls_per_month: z
    .int()
    .nullable()
    .describe('Maximum calls that campaigns make in a calendar month (UTC); null: no limit.'),
  max_contacts_per_campaign: z.int().nullable().describe('Maximum contacts of a campaign; null: no limit.'),
  created_at: instant.describe('When the subscription was created.'),
  updated_at: instant.describe('When the subscription was last changed.'),
})
export type Subscription = z.output<typeof subscription>

/** The server sets the status, the dates and the name of the plan. */
export const subscriptionRequest = z.object({
  user_id: optional(id).describe("The caller, or a member of the caller's workspace. Default: the caller."),
  plan_id: planId.describe('Id of the plan to choose, from `GET /api/plans`.'),
})

/**
 * A payment that the operator received outside the platform, such as a bank transfer. The amount is that of the plan. The
 * details `paypal_invoice_id`, `paypal_subscription_id` and `paypal_plan_id` are shown with the invoice and the subscription.
 */
export const receivedPayment = z.object({
  workspace_id: id.describe('The workspace that paid.'),
  payment_method: text(50).describe('The payment method, like `bank transfer` or `paypal`.'),
  payment_details: optional(
    z.record(z.string().max(100), z.union([z.string().max(500), z.number(), z.boolean()])),
  ).describe('Details of the payment, like a reference number. Stored unchanged.'),
})

export const payment = z.object({
  id: id.describe('Id of the payment.'),
  user_id: id.describe('The user whose subscription was paid.'),
  plan_id: z.string().describe('The plan that was paid.'),
  amount: z.number().describe('In major units of the currency, like 29.99.'),
  currency: z.string().describe('Three-letter ISO 4217 code, like `USD`.'),
  payment_method: z.string().describe('The payment method, like `bank transfer` or `paypal`.'),
  payment_details: z
    .record(z.string(), z.unknown())
    .describe('Details of the payment, like a reference number. Stored unchanged.'),
  status: z.enum(['completed', 'refunded']).describe('`refunded` after a refund.'),
  created_at: instant.describe('When the payment was recorded.'),
})
export type Payment = z.output<typeof payment>

export const invoiceStatus = z.enum(['open', 'paid', 'void'])

export const invoice = z.object({
  id: id.describe('Id of the invoice.'),
  number: z.string().describe('Invoice number like `INV-000042`. The numbers of an installation have no gaps.'),
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
    .describe('The lines of the invoice.'),
  status: invoiceStatus.describe(
    '`open` until its payment is recorded, then `paid`; `void` when another plan was chosen instead.',
  ),
  period_start: instant.describe('Start of the invoiced period.'),
  period_end: instant.describe('End of the invoiced period; its start for a plan that is paid once.'),
  due_date: instant.describe('When it should be paid.'),
  payment_id: id.nullable().describe('The payment that settled it; null while it is open.'),
  paid_at: instant.nullable().describe('When it was paid; null while it is open.'),
  created_at: instant.describe('When the invoice was created.'),
  updated_at: instant.describe('When the invoice was last changed.'),
})
export type Invoice = z.output<typeof invoice>
