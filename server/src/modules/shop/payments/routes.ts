import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type RouteTable, route } from '../../../platform/http/route.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { confirmPayment, createIntent } from './intents.ts'
import { getPayment } from './payment-row.ts'
import { receivePaypal } from './paypal/webhook.ts'
import { refundPayment } from './refunds.ts'
import * as schema from './schema.ts'
import { receiveStripe } from './stripe/webhook.ts'
import { toIntent, toPayment } from './serializers.ts'

const ofShop = z.object({ shopId: id.describe('The shop.') })
const ofPayment = z.object({ shopId: id.describe('The shop.'), id: id.describe('Id of the payment.') })
const someId = '0199b0a0-0000-7000-8000-000000000002'

export const paymentRoutes: RouteTable = {
  tag: 'Payments',
  routes: {
    createPaymentIntent: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/intent',
      access: 'payments:write',
      summary: 'Begin to pay for an order what it costs',
      params: ofShop,
      body: schema.NewIntent,
      example: { orderId: someId, provider: 'manual' },
      status: 201,
      response: schema.Payment,
      errors: [409, 502],
      handler: async (ctx, { body }) => toIntent(await createIntent(ctx, body.orderId, body.provider)),
    }),
    confirmPayment: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/confirm',
      access: 'payments:write',
      summary: 'Ask the provider whether it was paid; a manual payment is confirmed by an owner or admin',
      params: ofShop,
      body: schema.Confirm,
      example: { paymentId: someId },
      response: schema.Payment,
      errors: [409, 502],
      handler: async (ctx, { body }) => toPayment(await confirmPayment(ctx, body.paymentId)),
    }),
    refundPayment: routeInWorkspace({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/shops/:shopId/payments/:id/refund',
      access: 'payments:refund',
      summary: 'Give back an amount, or all that is left',
      params: ofPayment,
      body: schema.NewRefund,
      example: { amount: 5 },
      response: schema.Payment,
      errors: [409, 502],
      handler: async (ctx, { params, body, effectId }) =>
        toPayment(await refundPayment(ctx, params.id, { refundId: effectId, amount: body.amount })),
    }),
    getPayment: routeInWorkspace({
      kind: 'read',
      method: 'GET',
      path: '/api/shops/:shopId/payments/:id',
      access: 'payments:read',
      summary: 'How a payment stands',
      params: ofPayment,
      response: schema.Payment,
      handler: async (ctx, { params }) => toPayment(await getPayment(ctx, params.id)),
    }),
    receiveStripe: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/webhook/stripe',
      access: 'public',
      summary: 'Where Stripe posts; with `shopId`, the Stripe account of that shop',
      hidden: true,
      rawBody: true,
      notIdempotent: true,
      query: z.object({
        shopId: id
          .optional()
          .describe("The shop whose own account the webhook belongs to. Left out: the installation's account."),
      }),
      response: z.object({
        received: z.literal(true).describe('Always true: the delivery was stored and is worked on.'),
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
      summary: 'Where PayPal posts; with `shopId`, the PayPal app of that shop',
      hidden: true,
      rawBody: true,
      notIdempotent: true,
      query: z.object({
        shopId: id
          .optional()
          .describe("The shop whose own account the webhook belongs to. Left out: the installation's account."),
      }),
      response: z.object({
        received: z.literal(true).describe('Always true: the delivery was stored and is worked on.'),
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
