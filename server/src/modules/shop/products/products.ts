import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { conflict, invalidField, missing, notFound } from '../../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { deleteFile } from '../../files/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { toMinor } from '../../../platform/money.ts'
import type { Button, NewProduct, NewStockChange, ProductChanges, ProductQuery } from './schema.ts'
import { recordStockChange } from './stock.ts'

export interface ProductRow {
  id: string
  workspace_id: string
  name: string
  description: string | null
  category: string | null
  price_minor: number
  currency: string
  stock: number
  subtitle: string | null
  item_type: 'product' | 'service'
  original_price_minor: number | null
  promo_price_minor: number | null
  /** ISO dates. */
  promo_starts_on: string | null
  promo_ends_on: string | null
  /** What an order placed now costs. */
  current_price_minor: number
  warranty: string | null
  duration_minutes: number | null
  location: string | null
  buttons: Button[]
  form_id: string | null
  image_url: string | null
  image_file_id: string | null
  created_at: string
  updated_at: string
}

/** The price of a product now: the promotional price from the first day of the promotion to the last. */
export const currentPrice = sql`case
  when promo_price_minor is not null
   and (now() at time zone (select w.time_zone from identity.workspaces w where w.id = app.workspace_id()))::date
       between promo_starts_on and promo_ends_on
  then promo_price_minor else price_minor end`

const columns = sql`id, workspace_id, name, description, category, price_minor, currency, stock, subtitle, item_type,
  original_price_minor, promo_price_minor, promo_starts_on::text, promo_ends_on::text, ${currentPrice} as current_price_minor,
  warranty, duration_minutes, location, buttons, form_id, image_url, image_file_id, created_at, updated_at`

const list = variants(
  'shop.list_products',
  (
    _,
    p: { category: string | null; before: string | null },
    shape: { rows: string; in_category: boolean; continued: boolean },
  ) => sql<ProductRow>`
    select ${columns} from shop.products
     where archived_at is null ${shape.in_category ? sql`and category = ${p.category}` : sql``}
       ${shape.continued ? sql`and id < ${p.before}` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of the catalogue, newest first. */
export async function listProducts(ctx: Ctx, query: Omit<ProductQuery, 'stockChanges'>) {
  const before = readCursor(query.cursor)
  const shape = { rows: rowsToRead(query.limit), in_category: query.category !== undefined, continued: before !== null }
  return toPage(await ctx.db.all(list(shape), { category: query.category ?? null, before }), query.limit)
}

const find = statement(
  'shop.find_product',
  (_, p: { id: string }) => sql<ProductRow>`
    select ${columns} from shop.products where id = ${p.id} and archived_at is null`,
)

/** Throws 404, also for an archived product. */
export async function getProduct(ctx: Ctx, id: string): Promise<ProductRow> {
  return (await ctx.db.maybe(find, { id })) ?? missing('product')
}

const insert = statement(
  'shop.insert_product',
  (_, p: { product: string; stock_change_id: string }) => sql<ProductRow>`
    with made as (
      insert into shop.products (id, name, description, category, price_minor, currency, stock, subtitle, item_type,
                                 original_price_minor, promo_price_minor, promo_starts_on, promo_ends_on, warranty,
                                 duration_minutes, location, buttons, form_id, image_url)
      select id, name, description, category, price_minor, currency, stock, subtitle, item_type, original_price_minor,
             promo_price_minor, promo_starts_on, promo_ends_on, warranty, duration_minutes, location, buttons, form_id, image_url
        from jsonb_populate_record(null::shop.products, ${p.product}::jsonb)
      returning *
    ), noted as (
      insert into shop.stock_changes (id, product_id, change, stock_after, reason)
      select ${p.stock_change_id}::uuid, id, stock, stock, 'First stock' from made where stock > 0
    )
    select ${columns} from made`,
)

/** Creates a product. `currency` defaults to the shop's. Throws 404 when the workspace has no shop profile. */
export async function createProduct(ctx: Ctx, input: NewProduct): Promise<ProductRow> {
  const currency = input.currency ?? (await workspaceDefaults(ctx)).currency
  try {
    return await ctx.db.one(
      insert,
      {
        product: JSON.stringify({
          ...toRow(input, currency),
          id: newId(),
          currency,
          item_type: input.itemType ?? 'product',
          buttons: input.buttons ?? [],
        }),
        stock_change_id: newId(),
      },
      { commit: true },
    )
  } catch (error) {
    throw violates(error, 'products_shop') ? notFound('shop') : noForm(error)
  }
}

const noForm = (error: unknown) => (violates(error, 'products_form') ? notFound('form') : error)

/** Returns the given fields as columns. Prices are in the minor units of `currency`. */
function toRow(input: ProductChanges, currency: string) {
  const {
    retailPrice,
    originalPrice,
    promoPrice,
    promoStartDate,
    promoEndDate,
    imageUrl,
    itemType,
    durationMinutes,
    formId,
    stockReason: _,
    ...same
  } = input
  const minor = (price: number | null | undefined, field: string) =>
    price === null || price === undefined ? price : priceOf(price, currency, field)
  // JSON leaves out what is undefined.
  return {
    ...same,
    price_minor: minor(retailPrice, 'retailPrice'),
    original_price_minor: minor(originalPrice, 'originalPrice'),
    promo_price_minor: minor(promoPrice, 'promoPrice'),
    promo_starts_on: promoStartDate,
    promo_ends_on: promoEndDate,
    image_url: imageUrl,
    item_type: itemType,
    duration_minutes: durationMinutes,
    form_id: formId,
  }
}

/** The largest price in minor units. Every total stays a safe integer in JavaScript. */
const maxPriceMinor = 10_000_000_000

function priceOf(price: number, currency: string, field: string): number {
  const minor = toMinor(price, currency, `body.${field}`)
  if (minor > maxPriceMinor) throw invalidField(`body.${field}`, 'The price is too large.')
  return minor
}

const lock = statement(
  'shop.lock_product',
  (_, p: { id: string }) => sql<ProductRow & { was_ordered: boolean }>`
    select ${columns}, exists (select from shop.order_items i where i.product_id = p.id) as was_ordered
      from shop.products p where id = ${p.id} and archived_at is null for update`,
)

const changeable = [
  'name',
  'description',
  'category',
  'price_minor',
  'currency',
  'stock',
  'subtitle',
  'item_type',
  'original_price_minor',
  'promo_price_minor',
  'promo_starts_on',
  'promo_ends_on',
  'warranty',
  'duration_minutes',
  'location',
  'buttons',
  'form_id',
  'image_url',
]

const update = statement(
  'shop.update_product',
  (_, p: { id: string; changes: string }) => sql<ProductRow>`
    update shop.products p set ${patch('p', changeable, p.changes)}
     where id = ${p.id} returning ${columns}`,
)

/** The other prices of a product, which are in its currency too. */
const otherPrices = [
  ['originalPrice', 'original_price_minor'],
  ['promoPrice', 'promo_price_minor'],
] as const

/** Updates the given fields. A new currency needs new prices. Throws 404, also for an unknown form. */
export function updateProduct(ctx: Ctx, id: string, input: ProductChanges): Promise<ProductRow> {
  return transaction(ctx, async (ctx) => {
    const product = (await ctx.db.maybe(lock, { id })) ?? missing('product')
    const currency = input.currency ?? product.currency
    if (currency !== product.currency) requirePrices(input, product, currency)
    const { stock = product.stock, stockReason = 'Stock set' } = input
    const changes = JSON.stringify(toRow(input, currency))
    try {
      const [[updated]] = await ctx.db.together([
        update.call({ id, changes }),
        ...(stock === product.stock ? [] : [recordStockChange(product, stock, stockReason)]),
      ])
      return updated ?? missing('product')
    } catch (error) {
      throw noForm(error)
    }
  })
}

function requirePrices(input: ProductChanges, product: ProductRow, currency: string): void {
  const required = otherPrices.filter(([, column]) => product[column] !== null).map(([field]) => field)
  for (const field of ['retailPrice' as const, ...required]) {
    if (input[field] !== undefined) continue
    throw invalidField(
      `body.${field}`,
      `${field} is required when the currency changes: give the price in ${currency}.`,
    )
  }
}

/**
 * Adds units to the stock, or removes them, and notes the reason. Throws 404, 409 `out_of_stock` when fewer units are
 * left.
 */
export function changeStock(ctx: Ctx, id: string, { change, reason }: NewStockChange): Promise<ProductRow> {
  return transaction(ctx, async (ctx) => {
    const product = (await ctx.db.maybe(lock, { id })) ?? missing('product')
    const stock = product.stock + change
    if (stock < 0) throw conflict('out_of_stock', `Only ${product.stock} of "${product.name}" are left.`)
    if (stock > maxStock) throw invalidField('body.change', 'The stock would be too large.')
    return updateProduct(ctx, id, { stock, stockReason: reason ?? 'Stock changed' })
  })
}

const maxStock = 1_000_000_000

const remove = statement('shop.delete_product', (db, p: { id: string }) =>
  db.deleteFrom('shop.products').where('id', '=', p.id),
)

const archive = statement(
  'shop.archive_product',
  (_, p: { id: string }) => sql`update shop.products set archived_at = now() where id = ${p.id}`,
)

/** Removes a product from the catalogue. A product that was ordered is archived instead of deleted. Throws 404. */
export function deleteProduct(ctx: Ctx, id: string): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const product = (await ctx.db.maybe(lock, { id })) ?? missing('product')
    await ctx.db.all(product.was_ordered ? archive : remove, { id })
    if (product.image_file_id && !product.was_ordered) await deleteFile(ctx, product.image_file_id)
  })
}
