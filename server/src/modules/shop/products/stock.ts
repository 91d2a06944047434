import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { type Call, statement, variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'

export interface StockChangeRow {
  id: string
  change: number
  stock_after: number
  reason: string
  user_id: string | null
  created_at: string
}

const record = statement(
  'shop.record_stock_change',
  (_, p: { id: string; product_id: string; change: number; stock_after: number; reason: string }) => sql`
    insert into shop.stock_changes (id, product_id, change, stock_after, reason)
    values (${p.id}, ${p.product_id}, ${p.change}, ${p.stock_after}, ${p.reason})`,
)

/** Returns the call that notes a new stock of a locked product. */
export const recordStockChange = ({ id, stock }: { id: string; stock: number }, after: number, reason: string): Call =>
  record.call({ id: newId(), product_id: id, change: after - stock, stock_after: after, reason })

const list = variants(
  'shop.list_stock_changes',
  (
    _,
    p: { product_id: string; before: string | null },
    shape: { rows: string; continued: boolean },
  ) => sql<StockChangeRow>`
    select id, change, stock_after, reason, user_id, created_at from shop.stock_changes
     where product_id = ${p.product_id} ${shape.continued ? sql`and id < ${p.before}` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

const exists = statement(
  'shop.product_exists',
  (_, p: { id: string }) => sql<{ id: string }>`
    select id from shop.products where id = ${p.id} and archived_at is null`,
)

/** Returns a page of the changes of a product's stock, newest first. Throws 404. */
export async function listStockChanges(
  ctx: Ctx,
  productId: string,
  query: { limit: number; cursor?: string | undefined },
) {
  if (!(await ctx.db.maybe(exists, { id: productId }))) missing('product')
  const before = readCursor(query.cursor)
  const shape = { rows: rowsToRead(query.limit), continued: before !== null }
  return toPage(await ctx.db.all(list(shape), { product_id: productId, before }), query.limit)
}

/** Changes of several products, newest first, at most `limit` of each. */
const newest = statement(
  'shop.newest_stock_changes',
  (_, p: { product_ids: string[]; limit: number }) => sql<StockChangeRow & { product_id: string }>`
    select c.* from unnest(${p.product_ids}::uuid[]) as wanted (product_id),
      lateral (select product_id, id, change, stock_after, reason, user_id, created_at from shop.stock_changes s
                where s.product_id = wanted.product_id order by s.id desc limit ${p.limit}::int) c`,
)

/** Returns the newest changes of each product, newest first, by the product's id. */
export async function newestStockChanges(ctx: Ctx, productIds: string[], limit: number) {
  const rows = await ctx.db.all(newest, { product_ids: productIds, limit })
  return Map.groupBy(rows, ({ product_id }) => product_id)
}
