import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import type { Colleague } from './schema.ts'

const columns = sql`u.id, u.email, coalesce(u.full_name, u.display_name, u.username) as name, u.username,
  u.display_name, u.avatar_url`
const isColleague = sql`(u.id = app.user_id() or u.id in (select app.my_colleagues()))`

const list = statement(
  'identity.colleagues.list',
  (_, p: { before: string | null; limit: number }) => sql<Colleague>`
    select ${columns} from identity.users u
     where ${isColleague} and u.id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by u.id desc limit ${p.limit}`,
)

const find = statement(
  'identity.colleagues.find',
  (_, p: { name: string }) => sql<Colleague>`
    select ${columns} from identity.users u where ${isColleague} and lower(u.username) = lower(${p.name})`,
)

/** The caller and the members of all of their workspaces, newest first. */
export async function listColleagues(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Finds the caller or a member of one of their workspaces by exact username. Throws 404. */
export const findColleague = async (ctx: Ctx, name: string): Promise<Colleague> =>
  (await ctx.db.maybe(find, { name })) ?? missing('user')
