import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { OrderStatusChanged } from '../events.ts'
import type { CancelReason, OrderStatus } from '../transitions.ts'
import { recordOrderChange } from './payment-status.ts'
import type { OrderRow } from './queries.ts'

const setStatus = statement(
  'shop.set_order_status',
  (_, p: { id: string; status: OrderStatus }) => sql<{ updated_at: string }>`
    update shop.orders set status = ${p.status}, reserved_until = null, placed_from = null
     where id = ${p.id} returning updated_at`,
)

const returnStock = statement(
  'shop.return_stock',
  (_, p: { order_id: string; product_ids: string[]; change_ids: string[] }) => sql`
    with locked as materialized (
      select p.id, i.quantity from shop.order_items i
        join shop.products p on p.workspace_id = i.workspace_id and p.id = i.product_id
       where i.order_id = ${p.order_id} order by p.id for update of p
    ), returned as (
      update shop.products p set stock = p.stock + locked.quantity from locked where p.id = locked.id
      returning p.id, locked.quantity, p.stock
    )
    insert into shop.stock_changes (id, product_id, change, stock_after, reason)
    select noted.id, returned.id, returned.quantity, returned.stock, 'Order cancelled'
      from returned join unnest(${p.change_ids}::uuid[], ${p.product_ids}::uuid[]) as noted (id, product_id)
        on noted.product_id = returned.id`,
)

/** An order has each product once. */
const stockReturn = ({ id, items }: OrderRow) =>
  returnStock.call({
    order_id: id,
    product_ids: items.map(({ product_id }) => product_id),
    change_ids: items.map(() => newId()),
  })

/** Changes the status of a locked order to one that `orderTransitions` allows. Cancelling returns the stock. */
export async function changeStatus(
  ctx: Ctx,
  order: OrderRow,
  status: OrderStatus,
  reason?: CancelReason,
): Promise<OrderRow> {
  const [[moved]] = await ctx.db.together([
    setStatus.call({ id: order.id, status }),
    recordOrderChange(order, 'status', order.status, status, reason),
    ...(status === 'cancelled' ? [stockReturn(order)] : []),
  ])
  const row = { ...order, ...moved, status, reserved_until: null }
  emit(ctx, OrderStatusChanged, { ...row, before: order.status, ...(reason && { reason }) })
  return row
}
