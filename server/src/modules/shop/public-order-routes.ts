import { z } from 'zod'
import { forbidden, missing } from '../../platform/errors.ts'
import { id } from '../../platform/http/fields.ts'
import type { Route } from '../../platform/http/route.ts'
import { requireCustomerOrder } from './customers.ts'
import * as orderSchema from './orders/schema.ts'
import { toOrder } from './orders/serializers.ts'
import { confirmPayment, createIntent } from './payments/intents.ts'
import { getPayment } from './payments/queries.ts'
import * as paymentSchema from './payments/schema.ts'
import { toIntent, toPayment } from './payments/serializers.ts'
import { publicRoute } from './public-route.ts'

const ofOrder = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  orderId: id.describe('Id of the order.'),
})
const ofPayment = ofOrder.extend({ paymentId: id.describe('Id of the payment.') })

/** Routes for a customer's own order. Each needs the order token, or the visitor token of the order's conversation. */
export const publicOrderRoutes: Record<string, Route> = {
  getCustomerOrder: publicRoute({
    kind: 'read',
    method: 'GET',
    path: '/api/public/shops/:shopId/orders/:orderId',
    visitor: 'required',
    summary: "Get an order as its customer sees it; with the order's or the visitor's token",
    params: ofOrder,
    response: orderSchema.CustomerOrder,
    errors: [401],
    handler: async (ctx, { params, request }) => toOrder(await requireCustomerOrder(ctx, request, params)),
  }),
  payCustomerOrder: publicRoute({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/public/shops/:shopId/orders/:orderId/payments',
    visitor: 'required',
    summary: "Start the payment of an order; with the order's or the visitor's token",
    params: ofOrder,
    body: z.object({
      provider: z
        .enum(paymentSchema.providerNames)
        .describe('`manual` for a bank transfer or cash, otherwise the payment provider.'),
    }),
    example: { provider: 'manual' },
    status: 201,
    response: paymentSchema.Payment,
    errors: [401, 409, 502],
    async handler(ctx, { params, body, request }) {
      const order = await requireCustomerOrder(ctx, request, params)
      return toIntent(await createIntent(ctx, order.id, body.provider))
    },
  }),
  confirmCustomerPayment: publicRoute({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/public/shops/:shopId/orders/:orderId/payments/:paymentId/confirm',
    visitor: 'required',
    summary: "Confirm a payment by asking the provider; with the order's or the visitor's token",
    params: ofPayment,
    response: paymentSchema.Payment,
    errors: [401, 403, 409, 502],
    async handler(ctx, { params, request }) {
      const order = await requireCustomerOrder(ctx, request, params)
      const payment = await getPayment(ctx, params.paymentId)
      if (payment.order_id !== order.id) missing('payment')
      if (payment.provider === 'manual') throw forbidden('Only the shop can confirm that this payment has arrived.')
      return toPayment(await confirmPayment(ctx, payment.id))
    },
  }),
}
