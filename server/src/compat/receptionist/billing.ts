import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { subscriptionRequest } from '../../modules/billing/schema.ts'
import { page } from '../../platform/http/fields.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Method } from '../../platform/http/route.ts'
import { adapt } from '../adapt.ts'
import { type CallOperation, composite } from '../composite.ts'
import type { FrontEnd } from '../front-end.ts'

const subscription = z.object({
  id: z.string(),
  plan_id: z.string(),
  plan_name: z.string(),
  amount: z.number(),
  currency: z.string().nullable(),
  status: z.string(),
  next_billing_date: z.string().optional(),
  created_at: z.string(),
  canceled_at: z.string().optional(),
})

const invoices = z.object({
  invoices: z.array(
    z.object({
      id: z.string(),
      number: z.string(),
      date: z.string(),
      amount: z.number(),
      currency: z.string(),
      status: z.string(),
      pdf_url: z.string(),
    }),
  ),
  next_cursor: z.string().nullable(),
})

/** The words of its screen. A `void` invoice has none. */
const statusWords: Record<string, string> = { open: 'pending' }

const path = '/api/billing/subscription'
const ownId = async (ctx: Ctx) => (await ctx.db.actor()).user_id as string

/** Returns null for a response with this status. Throws all others. */
const unless = (status: number) => (error: unknown) => {
  if (error instanceof AppError && error.status === status) return null
  throw error
}

/** `row`: the operation's response. The next bill is the open invoice, or that of the period after the paid one. */
// oxlint-disable-next-line no-explicit-any -- the operation's response, as JSON.
async function shown(call: CallOperation<'getInvoice'>, row: any): Promise<z.output<typeof subscription>> {
  // Not every role that sees the subscription sees invoices.
  const open =
    row.open_invoice_id && (await call('getInvoice', { params: { id: row.open_invoice_id } }).catch(unless(403)))
  const next = row.cancelled_at ? undefined : (open?.due_date ?? row.current_period_end ?? undefined)
  return {
    id: row.id,
    plan_id: row.plan_id,
    plan_name: row.plan_name,
    amount: row.monthly_price ?? 0,
    currency: row.currency,
    status: row.status,
    ...(next && { next_billing_date: next }),
    created_at: row.created_at,
    ...(row.cancelled_at && { canceled_at: row.cancelled_at }),
  }
}

/** The plan alone. What the browser says about a payment method proves nothing: the plan begins when it is paid for. */
const choosePlan = (method: Method, status: number) =>
  composite({
    kind: 'nontransactional',
    method,
    path,
    access: 'billing:write',
    summary: 'Choose the plan',
    operations: ['choosePlan', 'getInvoice'],
    body: subscriptionRequest.pick({ plan_id: true }),
    ignores: { body: ['payment_method_id'] },
    example: { plan_id: 'pro' },
    status,
    response: subscription,
    handler: async (call, { body }) => shown(call, await call('choosePlan', { body })),
  })

export const billing: FrontEnd['adapted'] = {
  getSubscription: composite({
    kind: 'read',
    method: 'GET',
    path,
    access: 'billing:read',
    summary: 'Get the active subscription; null without one',
    operations: ['getSubscription', 'getInvoice'],
    response: subscription.nullable(),
    async handler(call, _, ctx) {
      const row = await call('getSubscription', { params: { userId: await ownId(ctx) } }).catch(unless(404))
      return row && shown(call, row)
    },
  }),
  createSubscription: choosePlan('POST', 201),
  updateSubscription: choosePlan('PUT', 200),
  cancelSubscription: composite({
    kind: 'nontransactional',
    method: 'DELETE',
    path,
    access: 'billing:write',
    summary: 'Cancel the subscription at the end of the paid period, or at once without one',
    operations: ['cancelSubscription', 'getInvoice'],
    response: subscription,
    handler: async (call, _, ctx) =>
      shown(call, await call('cancelSubscription', { params: { userId: await ownId(ctx) } })),
  }),
  listInvoices: adapt({
    operation: 'listInvoices',
    path: '/api/billing/invoices',
    query: page(),
    toRequest: ({ query }) => ({ query }),
    response: invoices,
    toResponse: ({ data, next_cursor }) => ({
      // oxlint-disable-next-line no-explicit-any -- the operation's response, as JSON.
      invoices: data.map((invoice: any) => ({
        id: invoice.id,
        number: invoice.number,
        date: invoice.created_at,
        amount: invoice.amount,
        currency: invoice.currency,
        status: statusWords[invoice.status] ?? invoice.status,
        pdf_url: `/compat/receptionist/api/billing/invoices/${invoice.id}/download`,
      })),
      next_cursor,
    }),
  }),
  downloadInvoice: adapt({ operation: 'getInvoicePdf', path: '/api/billing/invoices/:id/download' }),
}
