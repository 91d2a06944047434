import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { invalidField, missing, notFound } from '../../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { deleteFile } from '../../files/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { toMinor } from '../../../platform/money.ts'
import type { NewProduct, ProductChanges, ProductQuery } from './schema.ts'

export interface ProductRow {
  id: string
  workspace_id: string
  name: string
  description: string | null
  category: string | null
  price_minor: number
  currency: string
  stock: number
  image_url: string | null
  image_file_id: string | null
  created_at: string
  updated_at: string
}

const columns = sql`id, workspace_id, name, description, category, price_minor, currency, stock, image_url, image_file_id,
  created_at, updated_at`

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
export async function listProducts(ctx: Ctx, query: ProductQuery) {
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

type Insert = Pick<ProductRow, 'id' | 'name' | 'price_minor' | 'currency' | 'stock'> &
  Record<'description' | 'category' | 'image_url', string | null>

const insert = statement(
  'shop.insert_product',
  (_, p: Insert) => sql<ProductRow>`
    insert into shop.products (id, name, description, category, price_minor, currency, stock, image_url)
    values (${p.id}, ${p.name}, ${p.description}, ${p.category}, ${p.price_minor}, ${p.currency}, ${p.stock}, ${p.image_url})
    returning ${columns}`,
)

/** Creates a product. `currency` defaults to the shop's. Throws 404 when the workspace has no shop profile. */
export async function createProduct(ctx: Ctx, input: NewProduct): Promise<ProductRow> {
  const currency = input.currency ?? (await workspaceDefaults(ctx)).currency
  try {
    return await ctx.db.one(
      insert,
      {
        id: newId(),
        name: input.name,
        description: input.description ?? null,
        category: input.category ?? null,
        price_minor: priceOf(input.retailPrice, currency),
        currency,
        stock: input.stock,
        image_url: input.imageUrl ?? null,
      },
      { commit: true },
    )
  } catch (error) {
    throw violates(error, 'products_shop') ? notFound('shop') : error
  }
}

/** The largest price in minor units. Every total stays a safe integer in JavaScript. */
const maxPriceMinor = 10_000_000_000

function priceOf(retailPrice: number, currency: string): number {
  const minor = toMinor(retailPrice, currency, 'body.retailPrice')
  if (minor > maxPriceMinor) throw invalidField('body.retailPrice', 'The price is too large.')
  return minor
}

const lock = statement(
  'shop.lock_product',
  (_, p: { id: string }) => sql<ProductRow & { was_ordered: boolean }>`
    select ${columns}, exists (select from shop.order_items i where i.product_id = p.id) as was_ordered
      from shop.products p where id = ${p.id} and archived_at is null for update`,
)

const update = statement(
  'shop.update_product',
  (_, p: { id: string; changes: string }) => sql<ProductRow>`
    update shop.products p
       set ${patch('p', ['name', 'description', 'category', 'price_minor', 'currency', 'stock', 'image_url'], p.changes)}
     where id = ${p.id} returning ${columns}`,
)

/** Updates the given fields. A new currency needs a new price. Throws 404. */
export function updateProduct(ctx: Ctx, id: string, input: ProductChanges): Promise<ProductRow> {
  const { retailPrice, imageUrl, ...same } = input
  return transaction(ctx, async (ctx) => {
    const product = (await ctx.db.maybe(lock, { id })) ?? missing('product')
    const currency = input.currency ?? product.currency
    if (currency !== product.currency && retailPrice === undefined) {
      throw invalidField(
        'body.retailPrice',
        `retailPrice is required when the currency changes: give the price in ${currency}.`,
      )
    }
    const changes = {
      ...same,
      ...(retailPrice !== undefined && { price_minor: priceOf(retailPrice, currency) }),
      ...(imageUrl !== undefined && { image_url: imageUrl }),
    }
    return ctx.db.one(update, { id, changes: JSON.stringify(changes) })
  })
}

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
