import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../platform/http/page.ts'
import { createWorkspace, updateWorkspace } from '../identity/index.ts'
import type { NewShop, ShopChanges } from './schema.ts'
import type { ShopRow } from './serializers.ts'

const summary = sql`
  w.id, s.name, s.description, s.order_mails, s.reserve_stock_minutes, w.currency, app.role_in(w.id) as role, s.created_at, greatest(s.updated_at, w.updated_at) as updated_at`

const list = variants(
  'shop.list_shops',
  (_, p: { before: string | null }, shape: { rows: string; continued: boolean }) => sql<Omit<ShopRow, 'team'>>`
    select ${summary} from shop.shops s join identity.workspaces w on w.id = s.workspace_id
     where s.workspace_id in (select app.my_workspaces())
       ${shape.continued ? sql`and s.workspace_id < ${p.before}` : sql``}
     order by s.workspace_id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of the shops whose team the current user is in. */
export async function listShops(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  const rows = await ctx.db.all(list({ rows: rowsToRead(query.limit), continued: before !== null }), { before })
  return toPage(rows, query.limit)
}

const find = statement(
  'shop.find_shop',
  () => sql<ShopRow>`
    select ${summary},
           (select jsonb_agg(jsonb_build_object('user_id', m.user_id, 'role', m.role,
                     'added_at', to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                     order by m.created_at, m.user_id)
              from identity.members m where m.workspace_id = w.id) as team
      from shop.shops s join identity.workspaces w on w.id = s.workspace_id
     where s.workspace_id = app.workspace_id()`,
)

/** Returns the current workspace's shop. Throws 404 when the workspace has no shop profile. */
export const getShop = async (ctx: Ctx): Promise<ShopRow> => (await ctx.db.maybe(find, {})) ?? missing('shop')

const hasShop = statement(
  'shop.has_shop',
  () => sql<{ workspace_id: string }>`select workspace_id from shop.shops where workspace_id = app.workspace_id()`,
)

const insert = statement(
  'shop.insert_shop',
  (_, p: { name: string; description: string | null }) => sql`
    insert into shop.shops (name, description) values (${p.name}, ${p.description})`,
)

/**
 * Creates a shop profile in the current workspace, which keeps its own name. When the workspace has a shop already, or
 * the caller is not its owner or an admin, creates a workspace for the shop and switches the caller to it.
 */
export function createShop(ctx: Ctx, { name, description, currency }: NewShop): Promise<ShopRow> {
  return transaction(ctx, async (ctx) => {
    const [existing] = await ctx.db.together([hasShop.call({})])
    const { workspace_id, role } = await ctx.db.actor()
    const isMine = workspace_id !== null && (role === 'owner' || role === 'admin')
    if (!isMine || existing?.length !== 0) await createWorkspace(ctx, { name, currency })
    else if (currency !== undefined) await updateWorkspace(ctx, { currency })
    await ctx.db.all(insert, { name, description: description ?? null })
    return getShop(ctx)
  })
}

const update = statement(
  'shop.update_shop',
  (_, p: { changes: string }) => sql`
    update shop.shops s set ${patch('s', ['name', 'description', 'order_mails', 'reserve_stock_minutes'], p.changes)}
     where workspace_id = app.workspace_id()`,
)

/** Updates the shop. The currency is stored with the workspace. Throws 404. */
export function updateShop(
  ctx: Ctx,
  { currency, orderMails, reserveStockMinutes, ...same }: ShopChanges,
): Promise<ShopRow> {
  return transaction(ctx, async (ctx) => {
    await getShop(ctx)
    await ctx.db.all(update, {
      changes: JSON.stringify({ ...same, order_mails: orderMails, reserve_stock_minutes: reserveStockMinutes }),
    })
    if (currency !== undefined) await updateWorkspace(ctx, { currency })
    return getShop(ctx)
  })
}

const findOpen = statement(
  'shop.find_open',
  () => sql<{ id: string }>`
    select w.id from shop.shops s join identity.workspaces w on w.id = s.workspace_id
     where s.workspace_id = app.workspace_id() and w.deleted_at is null`,
)

/** Throws 404 when the shop does not exist or is being deleted. */
export async function requireOpenShop(ctx: Ctx): Promise<void> {
  if (!(await ctx.db.maybe(findOpen, {}))) missing('shop')
}
