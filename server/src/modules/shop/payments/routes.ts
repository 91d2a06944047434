import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type RouteTable, route } from '../../../platform/http/route.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { cancelPayment, confirmPayment, createIntent } from './intents.ts'
import { getPayment } from './queries.ts'
import { receivePaypal } from './paypal/webhook.ts'
import { refundPayment } from './refunds.ts'
import { withData } from '../also-returns.ts'
import * as schema from './schema.ts'
import { receiveStripe } from './stripe/webhook.ts'
import { toIntent, toPayment } from './serializers.ts'

const ofShop = z.object({ shopId: id.describe('Id of the shop.') })
const ofPayment = z.object({ shopId: id.describe('Id of the shop.'), id: id.describe('Id of the payment.') })
const someId = '0199b0a0-0000-7000-8000-000000000002'

export const paymentRoutes: RouteTable = {
  tag: 'Payments',
  routes: {
    createPaymentIntent: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/intent',
      access: 'payments:write',
      summary: "Start the payment of an order's amount",
      params: ofShop,
      body: schema.NewIntent,
      example: { orderId: someId, provider: 'manual' },
      status: 201,
      response: schema.Payment,
      alsoReturns: withData(schema.Payment),
      errors: [409, 502],
      handler: async (ctx, { body }) => toIntent(await createIntent(ctx, body.orderId, body.provider)),
    }),
    confirmPayment: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/confirm',
      access: 'payments:write',
      summary: 'Confirm a payment by asking the provider; an owner or admin confirms a manual payment',
      params: ofShop,
      body: schema.Confirm,
      accepts: { body: { paymentIntentId: 'paymentId' } },
      example: { paymentId: someId },
      response: schema.Payment,
      alsoReturns: withData(schema.Payment),
      errors: [409, 502],
      handler: async (ctx, { body }) => toPayment(await confirmPayment(ctx, body.paymentId)),
    }),
    cancelPayment: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/:id/cancel',
      access: 'payments:write',
      summary: 'Give up a payment that has not been made; the order can be paid by another',
      params: ofPayment,
      response: schema.Payment,
      alsoReturns: withData(schema.Payment),
      errors: [409, 502],
      handler: async (ctx, { params }) => toPayment(await cancelPayment(ctx, params.id)),
    }),
    refundPayment: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/:id/refund',
      access: 'payments:refund',
      summary: 'Refund an amount, or all that is left',
      params: ofPayment,
      body: schema.NewRefund,
      example: { amount: 5 },
      response: schema.Payment,
      alsoReturns: withData(schema.Payment),
      errors: [409, 502],
      handler: async (ctx, { params, body, effectId }) =>
        toPayment(await refundPayment(ctx, params.id, { refundId: effectId, amount: body.amount })),
    }),
    getPayment: routeInWorkspace({
      kind: 'read',
      method: 'GET',
      path: '/api/shops/:shopId/payments/:id',
      access: 'payments:read',
      summary: 'Get a payment',
      params: ofPayment,
      response: schema.Payment,
      alsoReturns: withData(schema.Payment),
      handler: async (ctx, { params }) => toPayment(await getPayment(ctx, params.id)),
    }),
    receiveStripe: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/webhook/stripe',
      access: 'public',
      summary: "Receive a Stripe webhook; with `shopId`, from that shop's own Stripe account",
      hidden: true,
      rawBody: true,
      notIdempotent: true,
      query: z.object({
        shopId: id
          .optional()
          .describe("Id of the shop whose own account sends the webhook. Default: the installation's account."),
      }),
      response: z.object({
        received: z.literal(true).describe('Always true: the webhook was processed.'),
      }),
      async handler({ services }, { query, request }) {
        const signature = request.headers['stripe-signature']
        await receiveStripe(services, {
          body: request.body as Buffer,
          signature: typeof signature === 'string' ? signature : undefined,
          shopId: query.shopId,
        })
        return { received: true as const }
      },
    }),
    receivePaypal: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/webhook/paypal',
      access: 'public',
      summary: "Receive a PayPal webhook; with `shopId`, from that shop's own PayPal app",
      hidden: true,
      rawBody: true,
      notIdempotent: true,
      query: z.object({
        shopId: id
          .optional()
          .describe("Id of the shop whose own account sends the webhook. Default: the installation's account."),
      }),
      response: z.object({
        received: z.literal(true).describe('Always true: the webhook was processed.'),
      }),
      async handler({ services }, { query, request }) {
        await receivePaypal(services, {
          body: request.body as Buffer,
          headers: request.headers,
          shopId: query.shopId,
        })
        return { received: true as const }
      },
    }),
  },
}
