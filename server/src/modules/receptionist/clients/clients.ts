import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { limitsOf, planLimit } from '../../billing/index.ts'
import { toE164 } from '../../contacts/index.ts'
import { memberFilter } from '../../identity/index.ts'
import type { Client, ClientChanges, ClientQuery, NewClient } from './schema.ts'

const columns = sql.raw(
  `id, user_id, name, phone_number, profession, location, description, voice_id, voice_name, system_prompt, is_active,
  created_at, updated_at`,
)

interface Filter {
  user_id: string | null
  is_active: boolean | null
}

type FilterShape = { of_user: boolean; by_state: boolean }

const matching = (p: Filter, shape: FilterShape) => sql`
  deleted_at is null
  ${shape.of_user ? sql`and user_id = ${p.user_id}` : sql``}
  ${shape.by_state ? sql`and is_active = ${p.is_active}` : sql``}`

const list = variants(
  'receptionist.clients.list',
  (
    _,
    p: Filter & { before: string | null; limit: number; offset: number },
    shape: FilterShape & { continued: boolean },
  ) =>
    sql<Client>`
      select ${columns} from receptionist.clients
       where ${matching(p, shape)} ${shape.continued ? sql`and id < ${p.before}` : sql``}
       order by id desc limit ${p.limit} offset ${p.offset}`,
)

const count = variants(
  'receptionist.clients.count_matching',
  (_, p: Filter, shape: FilterShape) =>
    sql<{ total: number }>`select count(*) as total from receptionist.clients where ${matching(p, shape)}`,
)

/** Returns a page of clients, newest first, by page number or by cursor. */
export async function listClients(ctx: Ctx, query: ClientQuery) {
  const before = readCursor(query.cursor)
  const per_page = query.per_page ?? query.limit
  const page = query.page ?? 1
  const filter = { user_id: await memberFilter(ctx, query.userId), is_active: query.is_active ?? null }
  const shape = { of_user: filter.user_id !== null, by_state: filter.is_active !== null }
  const [rows, counted] = await ctx.db.together([
    list({ ...shape, continued: before !== null }).call({
      ...filter,
      before,
      limit: per_page + 1,
      offset: before === null ? (page - 1) * per_page : 0,
    }),
    count(shape).call(filter),
  ])
  return { ...toPage(rows, per_page), total: only(counted).total, page, per_page }
}

const find = statement(
  'receptionist.clients.find',
  (_, p: { id: string }) =>
    sql<Client>`select ${columns} from receptionist.clients where id = ${p.id} and deleted_at is null`,
)

export const getClient = async (ctx: Ctx, id: string): Promise<Client> =>
  (await ctx.db.maybe(find, { id })) ?? missing('client')

// Serializes the creation of clients in a workspace, so that concurrent requests cannot exceed the plan's limit. The count
// is a separate statement, because it must run after the lock is acquired.
const lockClients = statement(
  'receptionist.clients.lock',
  () => sql`select pg_advisory_xact_lock(hashtextextended('receptionist.clients/' || app.workspace_id(), 0))`,
)
const countAll = statement(
  'receptionist.clients.count_all',
  () => sql<{ count: number }>`select count(*) as count from receptionist.clients where deleted_at is null`,
)

const insert = statement(
  'receptionist.clients.insert',
  (_, p: NewClient & { id: string }) =>
    sql<Client>`
    insert into receptionist.clients
      (id, name, phone_number, profession, location, description, voice_id, voice_name, system_prompt, is_active)
    values (${p.id}, ${p.name}, ${p.phone_number}, ${p.profession}, ${p.location}, ${p.description}, ${p.voice_id},
            ${p.voice_name}, ${p.system_prompt}, coalesce(${p.is_active}::boolean, true))
    returning ${columns}`,
)

/**
 * Creates a client. Throws 402 when the plan's limit is reached, 409 when another client has the number. `commit: false`:
 * more follows in this transaction.
 */
export async function createClient(ctx: Ctx, input: NewClient, { commit } = { commit: true }): Promise<Client> {
  const phone_number = input.phone_number && (await toE164(ctx, input.phone_number))
  const { max_clients } = await limitsOf(ctx)
  if (max_clients !== null) {
    await ctx.db.all(lockClients, {})
    const { count } = await ctx.db.one(countAll, {})
    if (count >= max_clients)
      throw planLimit(`Your plan allows ${max_clients} ${max_clients === 1 ? 'client' : 'clients'}.`)
  }
  try {
    return await ctx.db.one(insert, { ...input, phone_number, id: newId() }, { commit })
  } catch (error) {
    throw numberTaken(error, phone_number)
  }
}

const changeable = [
  'name',
  'phone_number',
  'profession',
  'location',
  'description',
  'voice_id',
  'voice_name',
  'system_prompt',
  'is_active',
]

const update = statement(
  'receptionist.clients.update',
  (_, p: { id: string; changes: string }) =>
    sql<Client>`
    update receptionist.clients c set ${patch('c', changeable, p.changes)} where id = ${p.id} and deleted_at is null
    returning ${columns}`,
)

/** Updates the given fields. Throws 404, and 409 when another client has the number. */
export async function updateClient(ctx: Ctx, id: string, input: ClientChanges): Promise<Client> {
  const changes = { ...input, ...(input.phone_number && { phone_number: await toE164(ctx, input.phone_number) }) }
  try {
    return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('client')
  } catch (error) {
    throw numberTaken(error, changes.phone_number)
  }
}

const remove = statement(
  'receptionist.clients.delete',
  (_, p: { id: string }) =>
    sql<{ id: string }>`
    update receptionist.clients set deleted_at = now(), is_active = false where id = ${p.id} and deleted_at is null returning id`,
)

/** Deletes a client. Its calls stay in the lists and the analytics. Throws 404. */
export async function deleteClient(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('client')
}

const numberTaken = (error: unknown, number: string | null | undefined): unknown =>
  violates(error, 'clients_phone_number_key')
    ? conflict('phone_number_taken', `Another client already has the number ${number}.`)
    : error
