import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../../platform/context.ts'
import { notFound, unauthorized } from '../../platform/errors.ts'
import { readVisitorToken } from '../inbox/index.ts'
import { isOrderToken, readOrderToken } from './orders/order-token.ts'
import { type OrderRow, findOrder } from './orders/row.ts'

// Customers have no account. A visitor's token opens the conversation that it was given out for and the orders placed in
// it; an order's token opens that order.

const tokenOf = ({ headers }: FastifyRequest) => /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]

/** Admits the visitor of this conversation. Throws 401 without a valid token, 404 for that of another conversation. */
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

/** The conversation that an order comes out of, when the visitor shows its token. Throws as `requireVisitor`. */
export function conversationOf(ctx: Ctx, request: FastifyRequest, shopId: string): string | undefined {
  const token = tokenOf(request)
  if (!token) return undefined
  const { conversationId } = readVisitorToken(ctx.services, token)
  requireVisitor(ctx, request, { shopId, conversationId })
  return conversationId
}

/** The order, for its customer. Throws 401 without a valid token, 404 when it is another's. */
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
