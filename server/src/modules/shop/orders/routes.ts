import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import type { Route } from '../../../platform/http/route.ts'
import { createOrder, getOrder, listOrders, setOrderStatus } from './orders.ts'
import { listOf } from '../schema.ts'
import { withData, withSuccess } from '../also-returns.ts'
import * as schema from './schema.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { orderStatuses } from '../transitions.ts'
import { toOrder, toOrderWithHistory } from './serializers.ts'
import { toList } from '../serializers.ts'

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofOrder = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  orderId: schema.orderId.describe('Id of the order, or its order number, such as `1001`.'),
})
const someProductId = '0199b0a0-0000-7000-8000-000000000001'

export const orderRoutes: Record<string, Route> = {
  listOrders: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/orders',
    access: 'orders:read',
    summary: 'List orders, newest first',
    params: ofShop,
    query: schema.OrderQuery,
    response: listOf(schema.Order),
    alsoReturns: withSuccess,
    handler: async (ctx, { query }) => toList(await listOrders(ctx, query), toOrder),
  }),
  createOrder: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/orders',
    access: 'orders:write',
    summary: "Create an order at the catalogue's prices; its stock is taken at once",
    params: ofShop,
    body: schema.NewOrder,
    example: { customerName: 'Ana Silva', items: [{ productId: someProductId, quantity: 2 }] },
    status: 201,
    response: schema.Order,
    alsoReturns: withData(schema.Order),
    errors: [409],
    handler: async (ctx, { body }) => toOrder(await createOrder(ctx, body)),
  }),
  getOrder: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/orders/:orderId',
    access: 'orders:read',
    summary: 'Get an order with its history, by its id or its number',
    params: ofOrder,
    response: schema.OrderWithHistory,
    alsoReturns: withData(schema.OrderWithHistory),
    handler: async (ctx, { params }) => toOrderWithHistory(await getOrder(ctx, params.orderId)),
  }),
  setOrderStatus: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/orders/:orderId/status',
    access: 'orders:write',
    summary: 'Change the status of an order: pending, processing, completed; or cancel it, which returns its stock',
    params: ofOrder,
    body: z.object({ status: z.enum(orderStatuses).describe('The new status.') }),
    example: { status: 'processing' },
    response: schema.Order,
    alsoReturns: withData(schema.Order),
    errors: [409],
    handler: async (ctx, { params, body }) => toOrder(await setOrderStatus(ctx, params.orderId, body.status)),
  }),
}
