import { z } from 'zod'
import { bytes, id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type RouteTable, route } from '../../platform/http/route.ts'
import { invoicePdf } from './invoice-pdf.ts'
import { getInvoice, listInvoices } from './invoices.ts'
import { listPayments, recordPayment } from './payments.ts'
import { plansOf } from './plans.ts'
import { invoice, payment, plan, receivedPayment, subscription, subscriptionRequest } from './schema.ts'
import {
  cancelSubscription,
  choosePlan,
  getSubscription,
  getUnpaidSubscription,
  resumeSubscription,
} from './subscriptions.ts'

export const billingRoutes: RouteTable = {
  tag: 'Billing',
  routes: {
    listPlans: route({
      kind: 'read',
      method: 'GET',
      path: '/api/plans',
      access: 'public',
      summary: 'List the plans',
      response: pageOf(plan),
      handler: async ({ services }) => ({ data: plansOf(services.config), next_cursor: null }),
    }),

    getSubscription: route({
      kind: 'read',
      method: 'GET',
      path: '/api/subscriptions/:userId',
      access: 'billing:read',
      summary: "Get the active subscription of a user's workspace; 404 while a chosen plan waits for its first payment",
      params: z.object({ userId: id.describe('A member of the workspace.') }),
      response: subscription,
      handler: (ctx, { params }) => getSubscription(ctx, params.userId),
    }),

    getUnpaidSubscription: route({
      kind: 'read',
      method: 'GET',
      path: '/api/subscriptions/:userId/open',
      access: 'billing:read',
      summary: "Get the subscription of a user's workspace that waits for its first payment",
      params: z.object({ userId: id.describe('A member of the workspace.') }),
      response: subscription,
      handler: (ctx, { params }) => getUnpaidSubscription(ctx, params.userId),
    }),

    choosePlan: route({
      kind: 'write',
      method: 'POST',
      path: '/api/subscriptions',
      access: 'billing:write',
      summary:
        'Choose or change the plan: a free one is active at once, a paid one when it is paid for, and a paid period stays until then or until its end',
      body: subscriptionRequest,
      // The plan says its name, and a payment its status and period.
      ignores: { body: ['plan_name', 'status', 'current_period_end'] },
      example: { plan_id: 'free' },
      status: 201,
      response: subscription,
      errors: [409],
      handler: (ctx, { body }) => choosePlan(ctx, body),
    }),

    cancelSubscription: route({
      kind: 'write',
      method: 'POST',
      path: '/api/subscriptions/:userId/cancel',
      access: 'billing:write',
      summary: 'Cancel the subscription at the end of the paid period, or at once without one',
      params: z.object({ userId: id.describe('A member of the workspace.') }),
      response: subscription,
      errors: [409],
      handler: (ctx, { params }) => cancelSubscription(ctx, params.userId),
    }),

    deleteSubscription: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/subscriptions/:userId',
      access: 'billing:write',
      summary: 'Cancel the subscription, like `POST` to `cancel`',
      params: z.object({ userId: id.describe('A member of the workspace.') }),
      response: success,
      errors: [409],
      async handler(ctx, { params }) {
        await cancelSubscription(ctx, params.userId)
        return succeeded
      },
    }),

    resumeSubscription: route({
      kind: 'write',
      method: 'POST',
      path: '/api/subscriptions/:userId/resume',
      access: 'billing:write',
      summary: 'Undo the cancellation, as long as the period lasts',
      params: z.object({ userId: id.describe('A member of the workspace.') }),
      response: subscription,
      handler: (ctx, { params }) => resumeSubscription(ctx, params.userId),
    }),

    recordPayment: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/payments',
      access: 'admin',
      summary: 'Record that a workspace has paid for the plan it chose, which makes its subscription active',
      body: receivedPayment,
      example: {
        workspace_id: '01a1fb91-bd0e-70b6-9734-1e36e7fdd74e',
        payment_method: 'bank_transfer',
        payment_details: { reference: 'INV-000042' },
      },
      status: 201,
      response: payment,
      errors: [409],
      async handler(ctx, { body }) {
        // Checks the caller; the payment belongs to the other workspace.
        const { user_id } = await ctx.db.actor()
        const at = { workspaceId: body.workspace_id, userId: user_id as string }
        return recordPayment(ctx.services, at, body)
      },
    }),

    listPayments: route({
      kind: 'read',
      method: 'GET',
      path: '/api/payments',
      access: 'billing:read',
      summary: 'List the payments of this workspace',
      query: page(),
      response: pageOf(payment),
      handler: (ctx, { query }) => listPayments(ctx, query),
    }),

    listInvoices: route({
      kind: 'read',
      method: 'GET',
      path: '/api/invoices',
      access: 'invoices:read',
      summary:
        'List the invoices of this workspace: open when a paid plan is chosen, paid when its payment is recorded',
      query: page(),
      response: pageOf(invoice),
      handler: (ctx, { query }) => listInvoices(ctx, query),
    }),

    getInvoice: route({
      kind: 'read',
      method: 'GET',
      path: '/api/invoices/:id',
      access: 'invoices:read',
      summary: 'Get an invoice',
      params: z.object({ id: id.describe('Id of the invoice.') }),
      response: invoice,
      handler: (ctx, { params }) => getInvoice(ctx, params.id),
    }),

    getInvoicePdf: route({
      kind: 'read',
      method: 'GET',
      path: '/api/invoices/:id/pdf',
      access: 'invoices:read',
      summary: 'Download an invoice as PDF',
      params: z.object({ id: id.describe('Id of the invoice.') }),
      response: bytes('application/pdf'),
      handler: (ctx, { params }) => invoicePdf(ctx, params.id),
    }),
  },
}
