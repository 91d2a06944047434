import { z } from 'zod'
import { id, instant, optional, text } from '../../platform/http/fields.ts'

const planId = z.string().regex(/^[\w-]{1,50}$/, 'A plan id has up to 50 letters, digits, hyphens or underscores.')

/** A limit of a plan; null: none. */
const limit = z.int().min(0).nullable().default(null)

export const plan = z.object({
  id: planId,
  name: z.string().min(1).max(100),
  /** Major units of the currency; 0 is free. */
  price: z.number().min(0).max(1_000_000_000),
  /** ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  interval: z.enum(['month', 'year']).default('month'),
  limits: z
    .object({ max_clients: limit, max_minutes_per_month: limit })
    .default({ max_clients: null, max_minutes_per_month: null }),
})
export type Plan = z.output<typeof plan>

export const plans = z
  .array(plan)
  .min(1)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'Two plans have the same id.')

export const subscriptionStatus = z.enum(['incomplete', 'active', 'canceled'])
export type SubscriptionStatus = z.output<typeof subscriptionStatus>

export const subscription = z.object({
  id,
  user_id: id,
  plan_id: z.string(),
  /** The same, as the receptionist's front-end calls it. */
  plan: z.string(),
  plan_name: z.string(),
  status: subscriptionStatus,
  current_period_end: instant.nullable(),
  /** When it was given up; while it is still active, it ends with the current period. */
  cancelled_at: instant.nullable(),
  /** The plan that follows: at `starts_at`, or, when that is null, as soon as the open invoice is paid. */
  pending_change: z.object({ plan_id: z.string(), plan_name: z.string(), starts_at: instant.nullable() }).nullable(),
  /** What is to be paid for the plan to begin. */
  open_invoice_id: id.nullable(),
  /** PayPal's own, when the last payment named them. */
  paypal_subscription_id: z.string().nullable(),
  paypal_plan_id: z.string().nullable(),
  /** What the plan costs and allows as it stands now; null when it is no longer offered. */
  monthly_price: z.number().nullable(),
  currency: z.string().nullable(),
  /** Null also means that there is no limit. */
  max_clients: z.int().nullable(),
  max_minutes_per_month: z.int().nullable(),
  created_at: instant,
  updated_at: instant,
})
export type Subscription = z.output<typeof subscription>

/** Status, dates and the plan's name are the server's to say. */
export const subscriptionRequest = z.object({ user_id: optional(id), plan_id: planId })

/**
 * A payment that reached the operator by other ways, such as a bank transfer. The amount is the plan's. Of its details,
 * `paypal_invoice_id`, `paypal_subscription_id` and `paypal_plan_id` are shown with the invoice and the subscription.
 */
export const receivedPayment = z.object({
  workspace_id: id,
  payment_method: text(50),
  payment_details: optional(z.record(z.string().max(100), z.union([z.string().max(500), z.number(), z.boolean()]))),
})

export const payment = z.object({
  id,
  user_id: id,
  plan_id: z.string(),
  amount: z.number(),
  currency: z.string(),
  payment_method: z.string(),
  payment_details: z.record(z.string(), z.unknown()),
  status: z.enum(['completed', 'refunded']),
  created_at: instant,
})
export type Payment = z.output<typeof payment>

export const invoiceStatus = z.enum(['open', 'paid', 'void'])

export const invoice = z.object({
  id,
  /** `INV-000042`: they follow each other without a gap across the installation. */
  number: z.string(),
  subscription_id: id,
  user_id: id,
  plan_id: z.string(),
  paypal_invoice_id: z.string().nullable(),
  amount: z.number(),
  currency: z.string(),
  lines: z.array(z.object({ description: z.string(), quantity: z.int(), unit_amount: z.number(), amount: z.number() })),
  status: invoiceStatus,
  period_start: instant,
  period_end: instant,
  due_date: instant,
  payment_id: id.nullable(),
  paid_at: instant.nullable(),
  created_at: instant,
  updated_at: instant,
})
export type Invoice = z.output<typeof invoice>
