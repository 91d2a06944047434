import { type RawBuilder, sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { getContact } from '../../contacts/index.ts'
import { getConversation } from '../../inbox/index.ts'
import { type PublicCustomer, placedFrom, requireFewOpenOrders, requireFewOrders } from './public-limits.ts'
import { changeStatus } from './change-status.ts'
import { placeOrder } from './place-order.ts'
import { type OrderChange, type OrderRow, findOrder, lockOrder, orderColumns } from './queries.ts'
import { NewOrder, type OrderQuery, type PublicNewOrder } from './schema.ts'
import { findOrCreateGuest } from '../guests.ts'
import { type OrderStatus, orderTransitions } from '../transitions.ts'

const filters = {
  status: (p: Parameters) => sql`o.status = ${p.status}`,
  paymentStatus: (p: Parameters) => sql`o.payment_status = ${p.paymentStatus}`,
  customerId: (p: Parameters) => sql`o.contact_id = ${p.customerId}::uuid`,
  conversationId: (p: Parameters) => sql`o.conversation_id = ${p.conversationId}::uuid`,
} satisfies Record<string, (p: Parameters) => RawBuilder<unknown>>
type Filter = 'status' | 'paymentStatus' | 'customerId' | 'conversationId'
const filterNames = Object.keys(filters) as Filter[]
type Parameters = Record<Filter | 'before', string | null>

const list = variants(
  'shop.list_orders',
  (_, p: Parameters, shape: Record<Filter | 'continued', boolean> & { rows: string }) => {
    const asked = filterNames.filter((name) => shape[name]).map((name) => filters[name](p))
    if (shape.continued) asked.push(sql`o.id < ${p.before}::uuid`)
    return sql<OrderRow>`
      select ${orderColumns} from shop.orders o
       where ${asked.length > 0 ? sql.join(asked, sql` and `) : sql`true`}
       order by o.id desc limit ${sql.lit(Number(shape.rows))}`
  },
)

/** Returns a page of orders, newest first. */
export async function listOrders(ctx: Ctx, query: OrderQuery) {
  const before = readCursor(query.cursor)
  const shape = {
    rows: rowsToRead(query.limit),
    status: query.status !== undefined,
    paymentStatus: query.paymentStatus !== undefined,
    customerId: query.customerId !== undefined,
    conversationId: query.conversationId !== undefined,
    continued: before !== null,
  }
  const rows = await ctx.db.all(list(shape), {
    status: query.status ?? null,
    paymentStatus: query.paymentStatus ?? null,
    customerId: query.customerId ?? null,
    conversationId: query.conversationId ?? null,
    before,
  })
  return toPage(rows, query.limit)
}

const history = statement(
  'shop.order_history',
  (_, p: { order_id: string }) => sql<OrderChange>`
    select kind, before, after, reason, user_id, created_at from shop.order_changes where order_id = ${p.order_id} order by id`,
)

/** Returns an order with its history. `orderId`: the order's id or number. Throws 404. */
export async function getOrder(ctx: Ctx, orderId: string): Promise<{ order: OrderRow; history: OrderChange[] }> {
  const order = await findOrder(ctx, orderId)
  return { order, history: await ctx.db.all(history, { order_id: order.id }) }
}

/** Creates an order on behalf of a member. Throws like `placeOrder`, and 404 for an unknown customer or conversation. */
export async function createOrder(ctx: Ctx, given: NewOrder): Promise<OrderRow> {
  const { customerId, ...input } = parseInput(NewOrder, given)
  return transaction(ctx, async (ctx) => {
    const conversation = input.conversationId ? await getConversation(ctx, input.conversationId) : null
    const contactId = customerId ? (await getContact(ctx, customerId)).id : (conversation?.contact_id ?? null)
    return placeOrder(ctx, { ...input, contactId })
  })
}

/**
 * Creates an order from the public page. The customer is the contact of the conversation, otherwise the contact with the
 * given e-mail address or number, otherwise no contact. Throws like `placeOrder`, 429 for too many orders in an hour, 409
 * `too_many_unpaid_orders`.
 */
export async function createPublicOrder(
  ctx: Ctx,
  { customerName, email, phone, items }: PublicNewOrder,
  customer: PublicCustomer,
): Promise<OrderRow> {
  const { conversationId, address } = customer
  await requireFewOrders(ctx, { email, phone, conversationId, address })
  return transaction(ctx, async (ctx) => {
    const contactId = conversationId
      ? (await getConversation(ctx, conversationId)).contact_id
      : await findOrCreateGuest(ctx, { name: customerName, email, phone, phonePath: 'body.phone' })
    const from = placedFrom(ctx, address)
    const order = await placeOrder(ctx, { customerName, contactId, email, conversationId, items, placedFrom: from })
    await requireFewOpenOrders(ctx, { contactId, placedFrom: from })
    return order
  })
}

/**
 * Changes the status of an order. Cancelling returns the stock. Setting the current status again changes nothing. Throws
 * 404, and 409 for a transition that `orderTransitions` does not allow.
 */
export function setOrderStatus(ctx: Ctx, orderId: string, status: OrderStatus): Promise<OrderRow> {
  return transaction(ctx, async (ctx) => {
    const order = await lockOrder(ctx, orderId)
    if (order.status === status) return order
    if (!orderTransitions[order.status].includes(status)) {
      const allowed = orderTransitions[order.status].join(' or ')
      const hint = allowed ? `It can become ${allowed}.` : 'Its status is final.'
      throw conflict('invalid_transition', `An order that is ${order.status} cannot become ${status}. ${hint}`)
    }
    return changeStatus(ctx, order, status)
  })
}
