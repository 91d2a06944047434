import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../../platform/context.ts'
import { notFound, unauthorized } from '../../platform/errors.ts'
import { readVisitorToken } from '../inbox/index.ts'
import { isOrderToken, readOrderToken } from './orders/order-token.ts'
import { type OrderRow, findOrder } from './orders/queries.ts'

// Customers have no account. A visitor token gives access to the conversation it was issued for and to the orders placed
// in it. An order token gives access to that order.

const tokenOf = ({ headers }: FastifyRequest) => /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]

/** Checks the visitor token. Throws 401 without a valid token, 404 for the token of another conversation. */
export function requireVisitor(
  ctx: Ctx,
  request: FastifyRequest,
  at: { shopId: string; conversationId: string },
): void {
  const token = tokenOf(request)
  if (!token) throw unauthorized("Send the visitor's token as a bearer token.")
  const visitor = readVisitorToken(ctx.services, token)
  const isTheirs =
    visitor.workspaceId === at.shopId.toLowerCase() && visitor.conversationId === at.conversationId.toLowerCase()
  if (!isTheirs) throw notFound('conversation')
}

/** Returns the conversation of the request's visitor token, undefined without a token. Throws like `requireVisitor`. */
export function conversationOf(ctx: Ctx, request: FastifyRequest, shopId: string): string | undefined {
  const token = tokenOf(request)
  if (!token) return undefined
  const { conversationId } = readVisitorToken(ctx.services, token)
  requireVisitor(ctx, request, { shopId, conversationId })
  return conversationId
}

/** Returns the order to its customer. Throws 401 without a valid token, 404 for another customer's order. */
export async function requireCustomerOrder(
  ctx: Ctx,
  request: FastifyRequest,
  at: { shopId: string; orderId: string },
): Promise<OrderRow> {
  const token = tokenOf(request)
  if (!token) throw unauthorized("Send the order's or the visitor's token as a bearer token.")
  const isOfOrder = isOrderToken(token)
  const claim = isOfOrder ? readOrderToken(ctx.services, token) : readVisitorToken(ctx.services, token)
  if (claim.workspaceId !== at.shopId.toLowerCase()) throw notFound('order')
  const order = await findOrder(ctx, at.orderId)
  const isTheirs = 'orderId' in claim ? claim.orderId === order.id : claim.conversationId === order.conversation_id
  if (!isTheirs) throw notFound('order')
  return order
}
