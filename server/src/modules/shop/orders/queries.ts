import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { type CancelReason, orderStatuses, paymentStatuses } from '../transitions.ts'

/** An order as stored, and the data of its events. Amounts are in minor units of `currency`. */
export const OrderRow = z.object({
  id: z.uuid(),
  workspace_id: z.uuid(),
  number: z.int(),
  contact_id: z.uuid().nullable(),
  customer_name: z.string(),
  conversation_id: z.uuid().nullable(),
  form_id: z.uuid().nullable(),
  currency: z.string(),
  total_minor: z.number(),
  status: z.enum(orderStatuses),
  payment_status: z.enum(paymentStatuses),
  payment_intent_id: z.string().nullable(),
  /** Only for public orders. Events that were stored before this field existed do not have it. */
  reserved_until: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  items: z.array(
    z.object({
      product_id: z.uuid(),
      product_name: z.string(),
      quantity: z.int(),
      price_minor: z.number(),
    }),
  ),
})
export type OrderRow = z.output<typeof OrderRow>

/** A change of an order's status or payment status. */
export interface OrderChange {
  kind: 'status' | 'payment'
  before: string
  after: string
  reason: CancelReason | null
  user_id: string | null
  created_at: string
}

/** The columns of `OrderRow`, to select from `shop.orders o`. */
export const orderColumns = sql`
  o.id, o.workspace_id, o.number, o.contact_id, o.customer_name, o.conversation_id, o.form_id, o.currency, o.total_minor,
  o.status, o.payment_status, o.payment_intent_id, o.reserved_until, o.created_at, o.updated_at,
  (select coalesce(jsonb_agg(jsonb_build_object('product_id', i.product_id, 'product_name', i.product_name,
            'quantity', i.quantity, 'price_minor', i.price_minor) order by i.position), '[]')
     from shop.order_items i where i.workspace_id = o.workspace_id and i.order_id = o.id) as items`

// Callers identify an order by its id or by its number.
const isNumber = (orderId: string) => /^\d{1,9}$/.test(orderId)

const find = variants(
  'shop.find_order',
  (_, p: { order_id: string }, shape: { by_number: boolean; locking: boolean }) => sql<OrderRow>`
    select ${orderColumns} from shop.orders o
     where ${shape.by_number ? sql`o.number = ${p.order_id}::int` : sql`o.id = ${p.order_id}::uuid`}
     ${shape.locking ? sql`for update of o` : sql``}`,
)

const findWith = async (ctx: Ctx, order_id: string, locking: boolean): Promise<OrderRow> =>
  (await ctx.db.maybe(find({ by_number: isNumber(order_id), locking }), { order_id })) ?? missing('order')

/** Returns the order. `orderId`: the order's id or number. Throws 404. */
export const findOrder = (ctx: Ctx, orderId: string): Promise<OrderRow> => findWith(ctx, orderId, false)

/** Like `findOrder`, and locks the order until the transaction ends. */
export const lockOrder = (ctx: Ctx, orderId: string): Promise<OrderRow> => findWith(ctx, orderId, true)
