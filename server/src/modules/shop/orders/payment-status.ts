import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { OrderPaymentChanged } from '../events.ts'
import { type OrderRow, findOrder, lockOrder } from './queries.ts'
import type { PaymentStatus } from '../transitions.ts'

/**
 * Returns the order of a payment. Within a write transaction, locks the order until the transaction ends. `orderId`: the
 * order's id or number. Throws 404.
 */
export const getOrderForPayment = (ctx: Ctx, orderId: string): Promise<OrderRow> =>
  ctx.scope.inTransaction && !ctx.scope.readOnly ? lockOrder(ctx, orderId) : findOrder(ctx, orderId)

/** Throws 409 for an order that cannot be paid: cancelled, free of charge or already paid. */
export function requirePayable(order: OrderRow): void {
  if (order.status === 'cancelled') throw conflict('order_cancelled', 'This order has been cancelled.')
  if (order.total_minor === 0) throw conflict('nothing_to_pay', 'This order is free of charge.')
  if (order.payment_status === 'succeeded' || order.payment_status === 'partially_refunded') {
    throw conflict('already_paid', 'This order has already been paid.')
  }
}

type Moved = Pick<OrderRow, 'reserved_until' | 'updated_at'>

const move = statement(
  'shop.set_order_payment_status',
  (_, p: { id: string; payment_status: string; payment_intent_id: string | null }) => sql<Moved>`
    update shop.orders
       set payment_status = ${p.payment_status}, payment_intent_id = coalesce(${p.payment_intent_id}, payment_intent_id),
           placed_from = case when ${p.payment_status} = 'succeeded' then null else placed_from end,
           reserved_until = case when ${p.payment_status} = 'succeeded' then null else reserved_until end
     where id = ${p.id} returning reserved_until, updated_at`,
)

const insertChange = statement(
  'shop.record_order_change',
  (_, p: { id: string; order_id: string; kind: string; before: string; after: string; reason: string | null }) => sql`
    insert into shop.order_changes (id, order_id, kind, before, after, reason)
    values (${p.id}, ${p.order_id}, ${p.kind}, ${p.before}, ${p.after}, ${p.reason})`,
)

/** Returns the call that adds a change to the history of an order. */
export const recordOrderChange = (
  order: OrderRow,
  kind: 'status' | 'payment',
  before: string,
  after: string,
  reason: string | null = null,
) => insertChange.call({ id: newId(), order_id: order.id, kind, before, after, reason })

/**
 * Sets the payment status of an order. All changes of `payment_status` go through this function. Setting the current
 * status again changes nothing. Throws 404.
 */
export function setOrderPaymentStatus(
  ctx: Ctx,
  orderId: string,
  status: PaymentStatus,
  paymentIntentId?: string,
): Promise<OrderRow> {
  return transaction(ctx, async (ctx) => {
    const order = await lockOrder(ctx, orderId)
    const payment_intent_id = paymentIntentId ?? order.payment_intent_id
    if (order.payment_status === status && order.payment_intent_id === payment_intent_id) return order
    const [[moved]] = await ctx.db.together([
      move.call({ id: order.id, payment_status: status, payment_intent_id }),
      ...(order.payment_status === status ? [] : [recordOrderChange(order, 'payment', order.payment_status, status)]),
    ])
    const paid = { ...order, ...moved, payment_status: status, payment_intent_id }
    if (order.payment_status !== status) emit(ctx, OrderPaymentChanged, { ...paid, before: order.payment_status })
    return paid
  })
}

/** Minutes for which stock stays reserved, at least, after the customer starts a payment. */
const payingMinutes = 30

/** Extends the stock reservation while the customer pays at a provider. */
export const reserveWhilePaying = statement(
  'shop.reserve_while_paying',
  (_, p: { id: string }) => sql`
    update shop.orders set reserved_until = greatest(reserved_until, now() + make_interval(mins => ${sql.lit(payingMinutes)}))
     where id = ${p.id} and reserved_until is not null`,
)
