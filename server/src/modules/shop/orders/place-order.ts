import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, conflict, invalidField, missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { OrderPlaced } from '../events.ts'
import type { OrderRow } from './queries.ts'
import { currentPrice, type ProductRow } from '../products/products.ts'

export interface OrderLine {
  productId: string
  quantity: number
}

export interface PlaceOrder {
  customerName: string
  contactId: string | null
  /** Recipient of e-mails about the order. Default: the contact's address. */
  email?: string | undefined
  conversationId?: string | undefined
  formId?: string | undefined
  /** For public orders: a digest of the client's IP address. These orders reserve their stock for a limited time. */
  placedFrom?: string
  items: readonly OrderLine[]
}

type Wanted = Map<string, number>
type Offer = Pick<ProductRow, 'id' | 'name' | 'price_minor' | 'currency' | 'stock'>

// Rows are locked in the order of their ids, so that concurrent orders for the same products cannot deadlock.
const lockProducts = statement(
  'shop.lock_products',
  (_, p: { ids: string[] }) => sql<Offer>`
    select id, name, ${currentPrice} as price_minor, currency, stock from shop.products
     where id = any (${p.ids}::uuid[]) and archived_at is null order by id for update`,
)

const takeStock = statement(
  'shop.take_stock',
  (_, p: { ids: string[]; quantities: number[]; change_ids: string[] }) => sql`
    with taken as (
      update shop.products p set stock = p.stock - wanted.quantity
        from unnest(${p.ids}::uuid[], ${p.quantities}::int[], ${p.change_ids}::uuid[]) as wanted (id, quantity, change_id)
       where p.id = wanted.id and p.archived_at is null and p.stock >= wanted.quantity
      returning wanted.change_id, p.id, -wanted.quantity as change, p.stock
    )
    insert into shop.stock_changes (id, product_id, change, stock_after, reason)
    select change_id, id, change, stock, 'Order placed' from taken`,
)

interface Insert {
  id: string
  contact_id: string | null
  customer_name: string
  email: string | null
  conversation_id: string | null
  form_id: string | null
  currency: string
  total_minor: number
  placed_from: string | null
  items: string
}

const insert = statement(
  'shop.insert_order',
  (_, p: Insert) => sql<Pick<OrderRow, 'workspace_id' | 'number' | 'reserved_until' | 'created_at' | 'updated_at'>>`
    with numbered as (
      update shop.shops set last_order_number = last_order_number + 1
       where workspace_id = app.workspace_id() returning last_order_number as number, reserve_stock_minutes
    ), placed as (
      insert into shop.orders (id, number, contact_id, customer_name, email, conversation_id, form_id, currency, total_minor,
                               placed_from, reserved_until)
      select ${p.id}::uuid, number, ${p.contact_id}::uuid, ${p.customer_name}, ${p.email}, ${p.conversation_id}::uuid, ${p.form_id}::uuid,
             ${p.currency}, ${p.total_minor}::bigint, ${p.placed_from}::text,
             case when ${p.placed_from}::text is not null and ${p.total_minor}::bigint > 0
                  then now() + make_interval(mins => reserve_stock_minutes) end
        from numbered
      returning id, workspace_id, number, reserved_until, created_at, updated_at
    ), listed as (
      insert into shop.order_items (order_id, position, product_id, product_name, price_minor, quantity)
      select placed.id, item.position, item.product_id, item.product_name, item.price_minor, item.quantity
        from placed, rows from (jsonb_to_recordset(${p.items}::jsonb)
               as (product_id uuid, product_name text, price_minor bigint, quantity int))
               with ordinality as item (product_id, product_name, price_minor, quantity, position)
    )
    select workspace_id, number, reserved_until, created_at, updated_at from placed`,
)

/**
 * Places an order at the catalogue's prices and takes its stock in the same transaction. Throws 404 for an unknown
 * product or form, 400 when the products have different currencies, and 409 `out_of_stock` with the product's name.
 */
export function placeOrder(ctx: Ctx, input: PlaceOrder): Promise<OrderRow> {
  return transaction(ctx, async (ctx) => {
    const wanted = sumQuantities(input.items)
    const ids = [...wanted.keys()]
    const [offers] = await ctx.db.together([
      lockProducts.call({ ids }),
      takeStock.call({ ids, quantities: [...wanted.values()], change_ids: ids.map(() => newId()) }),
    ])
    const { currency, items, total_minor } = priceItems(wanted, offers)
    const order = {
      id: newId(),
      contact_id: input.contactId,
      customer_name: input.customerName,
      conversation_id: input.conversationId ?? null,
      form_id: input.formId ?? null,
      currency,
      total_minor,
    }
    const placed = await insertOrder(ctx, {
      ...order,
      email: input.email ?? null,
      placed_from: input.placedFrom ?? null,
      items: JSON.stringify(items),
    })
    const row: OrderRow = {
      ...order,
      ...placed,
      items,
      status: 'pending',
      payment_status: 'pending',
      payment_intent_id: null,
    }
    emit(ctx, OrderPlaced, row)
    return row
  })
}

async function insertOrder(ctx: Ctx, row: Insert) {
  try {
    return (await ctx.db.maybe(insert, row)) ?? missing('shop')
  } catch (error) {
    throw violates(error, 'orders_form') ? notFound('form') : error
  }
}

/** Adds up the quantities of each product. */
function sumQuantities(items: readonly OrderLine[]): Wanted {
  const wanted: Wanted = new Map()
  for (const { productId, quantity } of items) {
    const id = productId.toLowerCase()
    wanted.set(id, (wanted.get(id) ?? 0) + quantity)
  }
  return wanted
}

/** Returns the items with their prices and the total. `offers`: the products before their stock was taken. Throws 404, 400, 409. */
function priceItems(wanted: Wanted, offers: Offer[]) {
  const byId = new Map(offers.map((offer) => [offer.id, offer]))
  const items = [...wanted].map(([id, quantity]) => {
    const offer = byId.get(id) ?? missing('product')
    if (offer.stock < quantity) throw outOfStock(offer)
    return { product_id: id, product_name: offer.name, price_minor: offer.price_minor, quantity }
  })
  const [currency = '', other] = new Set(offers.map((offer) => offer.currency))
  if (other) throw invalidField('body.items', 'All products of one order must be priceItems in the same currency.')
  const total_minor = items.reduce((sum, item) => sum + item.price_minor * item.quantity, 0)
  return { currency, total_minor, items }
}

const outOfStock = ({ name, stock }: Offer): AppError =>
  conflict('out_of_stock', stock === 0 ? `"${name}" is out of stock.` : `Only ${stock} of "${name}" are left.`)
