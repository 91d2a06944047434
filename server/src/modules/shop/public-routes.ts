import { z } from 'zod'
import { bytes, id, page } from '../../platform/http/fields.ts'
import type { RouteTable } from '../../platform/http/route.ts'
import { addMessage, listMessages, visitorMessageFrame } from '../inbox/index.ts'
import { startVisit } from './conversations/conversations.ts'
import { getActiveForm } from './forms/forms.ts'
import { conversationOf, requireVisitor } from './customers.ts'
import { createOrderToken } from './orders/order-token.ts'
import { createPublicOrder, listOrders } from './orders/orders.ts'
import { sendProductImage } from './products/image.ts'
import { listProducts } from './products/products.ts'
import * as conversationSchema from './conversations/schema.ts'
import * as formSchema from './forms/schema.ts'
import * as orderSchema from './orders/schema.ts'
import * as productSchema from './products/schema.ts'
import { listOf } from './schema.ts'
import { publicOrderRoutes } from './public-order-routes.ts'
import { publicRoute } from './public-route.ts'
import { submitForm } from './forms/submissions.ts'
import { toPublicProduct } from './products/serializers.ts'
import { toOrder } from './orders/serializers.ts'
import { toForm, toSubmission } from './forms/serializers.ts'
import { toList } from './serializers.ts'

// What anonymous users may do in a shop. The path selects the workspace, and row-level security then allows every row of
// that workspace, so these routes decide what is visible. Every route has a response schema of public fields only, none
// takes the id of a contact, and a conversation or an order is reached only with a token that was issued for it.

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofProduct = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  productId: id.describe('Id of the product.'),
})
const ofForm = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  formId: id.describe('Id of the form.'),
})
const ofConversation = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  conversationId: id.describe('Id of the conversation that the visitor token was issued for.'),
})

export const publicShopRoutes: RouteTable = {
  tag: 'Shop front',
  routes: {
    listPublicProducts: publicRoute({
      kind: 'read',
      method: 'GET',
      path: '/api/public/shops/:shopId/products',
      summary: 'List the products of the shop, newest first',
      params: ofShop,
      query: productSchema.ProductQuery.omit({ stockChanges: true }),
      response: listOf(productSchema.PublicProduct),
      handler: async (ctx, { query }) => toList(await listProducts(ctx, query), toPublicProduct),
    }),
    getProductImage: publicRoute({
      kind: 'read',
      method: 'GET',
      path: '/api/public/shops/:shopId/products/:productId/image',
      summary: 'Download the picture of a product',
      params: ofProduct,
      response: bytes('image/*'),
      errors: [416],
      handler: (ctx, { params, request }) => sendProductImage(ctx, params.productId, request),
    }),
    beginVisit: publicRoute({
      kind: 'write',
      method: 'POST',
      path: '/api/public/shops/:shopId/conversations',
      summary: 'Start a conversation with the shop; the token opens it for 30 days, here and at /ws',
      params: ofShop,
      body: conversationSchema.NewVisit,
      example: { customerName: 'Ana', text: 'Is the blue mug in stock?' },
      status: 201,
      response: conversationSchema.Visit,
      notIdempotent: true,
      handler: (ctx, { body }) => startVisit(ctx, body),
    }),
    listVisitorMessages: publicRoute({
      kind: 'read',
      method: 'GET',
      path: '/api/public/shops/:shopId/conversations/:conversationId/messages',
      visitor: 'required',
      summary: "List messages of the conversation, newest first; with the visitor's token",
      params: ofConversation,
      query: page(),
      response: listOf(conversationSchema.VisitorMessage),
      errors: [401],
      async handler(ctx, { params, query, request }) {
        requireVisitor(ctx, request, params)
        return toList(await listMessages(ctx, params.conversationId, query), visitorMessageFrame)
      },
    }),
    addVisitorMessage: publicRoute({
      kind: 'write',
      method: 'POST',
      path: '/api/public/shops/:shopId/conversations/:conversationId/messages',
      visitor: 'required',
      summary: "Send a message to the shop; with the visitor's token",
      params: ofConversation,
      body: conversationSchema.NewVisitorMessage,
      example: { text: 'And in green?' },
      status: 201,
      response: conversationSchema.VisitorMessage,
      errors: [401, 409],
      async handler(ctx, { params, body, request }) {
        requireVisitor(ctx, request, params)
        const message = await addMessage(ctx, { conversationId: params.conversationId, sender: 'customer', ...body })
        return visitorMessageFrame(message)
      },
    }),
    getPublicForm: publicRoute({
      kind: 'read',
      method: 'GET',
      path: '/api/public/shops/:shopId/forms/:formId',
      summary: 'Get a form to fill in',
      params: ofForm,
      response: formSchema.PublicForm,
      handler: async (ctx, { params }) => toForm(await getActiveForm(ctx, params.formId)),
    }),
    submitForm: publicRoute({
      kind: 'write',
      method: 'POST',
      path: '/api/public/shops/:shopId/forms/:formId/submissions',
      summary: 'Submit a form',
      params: ofForm,
      body: formSchema.NewSubmission,
      example: { values: { name: 'Ana Silva', email: 'ana@example.com', quantity: 'More' } },
      status: 201,
      response: formSchema.Received,
      handler: async (ctx, { params, body }) => toSubmission(await submitForm(ctx, params.formId, body.values)),
    }),
    placePublicOrder: publicRoute({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/public/shops/:shopId/orders',
      visitor: 'optional',
      summary: "Place an order; with the visitor's token it belongs to their conversation",
      params: ofShop,
      body: orderSchema.PublicNewOrder,
      example: {
        customerName: 'Ana Silva',
        email: 'ana@example.com',
        items: [{ productId: '0199b0a0-0000-7000-8000-000000000001', quantity: 2 }],
      },
      status: 201,
      response: orderSchema.PlacedOrder,
      errors: [401, 409],
      async handler(ctx, { params, body, request }) {
        const order = await createPublicOrder(ctx, body, {
          conversationId: conversationOf(ctx, request, params.shopId),
          address: request.ip,
        })
        return { ...toOrder(order), orderToken: createOrderToken(ctx.services, order) }
      },
    }),
    listVisitorOrders: publicRoute({
      kind: 'read',
      method: 'GET',
      path: '/api/public/shops/:shopId/conversations/:conversationId/orders',
      visitor: 'required',
      summary: "List the orders of a conversation, newest first; with the visitor's token",
      params: ofConversation,
      query: page(),
      response: listOf(orderSchema.CustomerOrder),
      errors: [401],
      async handler(ctx, { params, query, request }) {
        requireVisitor(ctx, request, params)
        return toList(await listOrders(ctx, { ...query, conversationId: params.conversationId }), toOrder)
      },
    }),
    ...publicOrderRoutes,
  },
}
