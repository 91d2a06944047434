import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { type PageQuery, readPageQuery, toPage } from '../../../platform/http/page.ts'
import type { block, person } from './schema.ts'

type Person = z.output<typeof person>
type Block = z.output<typeof block>

const maxFound = 20

const find = statement(
  'chat.people.find',
  (_, p: { q: string }) => sql<Person>`
    select h.id, h.name, h.username, h.avatar_url
      from app.people(array(select app.find_people(${p.q}, ${sql.lit(maxFound)}))) h order by h.name, h.id`,
)

/**
 * Finds people by exact e-mail address, username or telephone number, and colleagues also by a part of their name. Returns
 * at most 20. The caller can write to people found by an exact match for 30 days.
 */
export const findPeople = (ctx: Ctx, q: string): Promise<Person[]> => ctx.db.all(find, { q })

const insertBlock = statement(
  'chat.blocks.insert',
  (_, p: { user_id: string }) => sql`
    insert into chat.blocks (blocked_id)
    select k from app.known(array[${p.user_id}::uuid]) k on conflict do nothing`,
)
const blockColumns = sql`b.blocked_id as user_id, h.name, h.avatar_url, b.created_at`
const findBlock = statement(
  'chat.blocks.find',
  (_, p: { user_id: string }) => sql<Block>`
    select ${blockColumns} from chat.blocks b join app.people(array[${p.user_id}::uuid]) h on h.id = b.blocked_id
     where b.user_id = app.user_id()`,
)
const listAll = variants(
  'chat.blocks.list',
  (_, p: { after: string | null }, shape: { rows: string; continued: boolean }) => sql<Block>`
    with page as materialized (
      select b.* from chat.blocks b
       where b.user_id = app.user_id() ${shape.continued ? sql`and b.blocked_id > ${p.after}` : sql``}
       order by b.blocked_id limit ${sql.lit(Number(shape.rows))}
    )
    select ${blockColumns} from page b join app.people(array(select blocked_id from page)) h on h.id = b.blocked_id
     order by b.blocked_id`,
)
const deleteBlock = statement('chat.blocks.delete', (db, p: { user_id: string }) =>
  db.deleteFrom('chat.blocks').where('blocked_id', '=', p.user_id).returning('blocked_id'),
)

/**
 * Blocks a user: the two can no longer write to, find or see the presence of each other. Throws 404 also for users that
 * the caller has not found, so that their names stay private, and 400 for the caller.
 */
export async function blockUser(ctx: Ctx, user_id: string): Promise<Block> {
  const me = await ctx.db.actor()
  if (user_id === me.user_id) throw invalidField('body.user_id', 'You cannot block yourself.')
  const [, [found]] = await ctx.db.together([insertBlock.call({ user_id }), findBlock.call({ user_id })])
  return found ?? missing('person')
}

export async function unblockUser(ctx: Ctx, user_id: string): Promise<void> {
  if (!(await ctx.db.maybe(deleteBlock, { user_id }))) missing('block')
}

export async function listBlocks(ctx: Ctx, query: PageQuery) {
  const { before: after, continued, rows } = readPageQuery(query)
  return toPage(await ctx.db.all(listAll({ rows, continued }), { after }), query.limit, ({ user_id }) => user_id)
}
