import { z } from 'zod'
import { NewIntent, NewRefund } from '../../modules/shop/payments/schema.ts'
import type { Ctx } from '../../platform/context.ts'
import { forbidden } from '../../platform/errors.ts'
import { id, page } from '../../platform/http/fields.ts'
import { type CallOperation, composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { inData, list, listInData, single } from './answers.ts'
import { PaymentIntent, Submission, toPaymentIntent, toSubmission } from './records.ts'
import { fromStatusWord } from './words.ts'

const ofShop = z.object({ shopId: id.describe('Id of the shop.') })
const ofOrder = z.object({
  shopId: id.describe('Id of the shop.'),
  orderId: z.string().max(40).describe('Id of the order, or its number.'),
})
const ofPayment = z.object({ id: id.describe('Id of the payment.') })

async function formNames(call: CallOperation<'listForms'>, params: { shopId: string }): Promise<Map<string, string>> {
  const { data } = await call('listForms', { params: { shopId: params.shopId }, query: { limit: '200' } })
  return new Map((data as { id: string; name: string }[]).map(({ id, name }) => [id, name]))
}

/** Returns the shop of a request that names none: the one in the current workspace. */
async function currentShop(ctx: Ctx): Promise<{ shopId: string }> {
  const { workspace_id } = await ctx.db.actor()
  if (workspace_id === null) throw forbidden('You belong to no workspace.')
  return { shopId: workspace_id }
}

const Intent = z.object({
  success: z.literal(true).describe('Always true; a failure is answered with an error status.'),
  paymentIntent: PaymentIntent.describe('The payment.'),
})
// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
const intent = (payment: any) => ({ success: true as const, paymentIntent: toPaymentIntent(payment) })

export const salesRequests: Record<string, Adapted> = {
  getOrders: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/orders',
    access: 'orders:read',
    summary: 'List orders, newest first',
    params: ofShop,
    query: page(200),
    operations: ['listOrders', 'listForms'],
    response: listInData(Submission),
    async handler(call, { params, query }) {
      const asked = { params, query: { ...query, limit: String(query.limit) } }
      const [orders, names] = await Promise.all([call('listOrders', asked), formNames(call, params)])
      return list(orders as { data: unknown[]; nextCursor: string | null }, (order) => toSubmission(order, names))
    },
  }),
  getOrder: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/orders/:orderId',
    access: 'orders:read',
    summary: 'Get an order, by its id or its number',
    params: ofOrder,
    operations: ['getOrder', 'listForms'],
    response: inData(Submission),
    async handler(call, { params }) {
      const [order, names] = await Promise.all([call('getOrder', { params }), formNames(call, params)])
      return single(toSubmission(order, names))
    },
  }),
  updateOrderStatus: composite({
    kind: 'nontransactional',
    method: 'PUT',
    path: '/api/shops/:shopId/orders/:orderId/status',
    access: 'orders:write',
    summary: 'Change the status of an order: Pending, Confirmed, Completed; or cancel it, which returns its stock',
    params: ofOrder,
    body: z.object({ status: z.string().max(40).describe('The new status.') }),
    example: { status: 'Confirmed' },
    errors: [409],
    operations: ['getOrder', 'setOrderStatus', 'listForms'],
    response: inData(Submission),
    async handler(call, { params, body }) {
      const status = fromStatusWord(body.status)
      const { status: before } = await call('getOrder', { params })
      // The front-end completes an order in one step.
      if (before === 'pending' && status === 'completed') {
        await call('setOrderStatus', { params, body: { status: 'processing' } })
      }
      const order = await call('setOrderStatus', { params, body: { status } })
      return single(toSubmission(order, await formNames(call, params)))
    },
  }),

  startPayment: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/payments/intent',
    access: 'payments:write',
    summary: "Start the payment of an order's amount; the order is of the shop in the current workspace",
    body: NewIntent,
    example: { orderId: '0199b0a0-0000-7000-8000-000000000002', provider: 'manual' },
    status: 201,
    errors: [409, 502],
    operations: ['createPaymentIntent'],
    response: Intent,
    handler: async (call, { body }, ctx) =>
      intent(await call('createPaymentIntent', { params: await currentShop(ctx), body })),
  }),
  finishPayment: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/payments/confirm',
    access: 'payments:write',
    summary: 'Confirm a payment by asking the provider; an owner or admin confirms a manual payment',
    body: z.object({ paymentIntentId: id.describe('Id of the payment to confirm.') }),
    example: { paymentIntentId: '0199b0a0-0000-7000-8000-000000000002' },
    // The payment knows its provider, and the customer gives the card to it.
    ignores: { body: ['provider', 'paymentMethodId'] },
    errors: [409, 502],
    operations: ['confirmPayment'],
    response: Intent,
    handler: async (call, { body }, ctx) =>
      intent(
        await call('confirmPayment', { params: await currentShop(ctx), body: { paymentId: body.paymentIntentId } }),
      ),
  }),
  cancelPayment: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/payments/:id/cancel',
    access: 'payments:write',
    summary: 'Give up a payment that has not been made',
    params: ofPayment,
    errors: [409, 502],
    operations: ['cancelPayment'],
    response: Intent,
    handler: async (call, { params }, ctx) =>
      intent(await call('cancelPayment', { params: { ...(await currentShop(ctx)), ...params } })),
  }),
  refundPayment: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/payments/:id/refund',
    access: 'payments:refund',
    summary: 'Refund an amount, or all that is left',
    params: ofPayment,
    body: NewRefund,
    example: { amount: 5 },
    errors: [409, 502],
    operations: ['refundPayment'],
    response: Intent,
    handler: async (call, { params, body }, ctx) =>
      intent(await call('refundPayment', { params: { ...(await currentShop(ctx)), ...params }, body })),
  }),
  getPaymentStatus: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/payments/:id',
    access: 'payments:read',
    summary: 'Get a payment',
    params: ofPayment,
    operations: ['getPayment'],
    response: Intent,
    handler: async (call, { params }, ctx) =>
      intent(await call('getPayment', { params: { ...(await currentShop(ctx)), ...params } })),
  }),
}
