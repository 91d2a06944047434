import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { DoNotCallAdded } from './events.ts'
import { toE164 } from './phone-number.ts'

const columns = ['id', 'phone_number', 'reason', 'created_at'] as const

const list = variants(
  'contacts.list_do_not_call',
  (db, p: { before: string | null; limit: number }, shape: { continued: boolean }) =>
    db
      .selectFrom('contacts.do_not_call')
      .select(columns)
      .$if(shape.continued, (query) => query.where('id', '<', p.before))
      .orderBy('id', 'desc')
      .limit(p.limit),
)

export async function listDoNotCall(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  const rows = await ctx.db.all(list({ continued: before !== null }), { before, limit: query.limit + 1 })
  return toPage(rows, query.limit)
}

interface Entry {
  id: string
  phone_number: string
  reason: string | null
  created_at: string
  added: boolean
}

// The update without a change makes the statement return an existing entry; `xmax = 0` identifies a new row.
const insert = statement(
  'contacts.insert_do_not_call',
  (_, p: { id: string; phone_number: string; reason?: string | undefined }) =>
    sql<Entry>`
    insert into contacts.do_not_call as d (id, phone_number, reason) values (${p.id}, ${p.phone_number}, ${p.reason})
    on conflict (workspace_id, phone_number) do update set reason = coalesce(d.reason, excluded.reason)
    returning id, phone_number, reason, created_at, xmax = 0 as added`,
)

/** Adds a number in E.164 to the list. An existing entry stays, with its reason. */
export async function addDoNotCall(ctx: Ctx, phoneNumber: string, reason?: string): Promise<Entry> {
  const entry = await ctx.db.one(insert, { id: newId(), phone_number: phoneNumber, reason })
  if (entry.added) emit(ctx, DoNotCallAdded, entry)
  return entry
}

export async function createDoNotCall(
  ctx: Ctx,
  input: { phone_number: string; reason?: string | undefined },
): Promise<Entry> {
  return addDoNotCall(ctx, await toE164(ctx, input.phone_number), input.reason)
}

const remove = statement(
  'contacts.delete_do_not_call',
  (_, p: { id: string | null; phone_number: string | null }) =>
    sql<{ id: string }>`
    delete from contacts.do_not_call where id = ${p.id}::uuid or phone_number = ${p.phone_number} returning id`,
)

/** Removes an entry by its id or its number. */
export async function deleteDoNotCall(
  ctx: Ctx,
  which: { id?: string | undefined; phone_number?: string | undefined },
): Promise<void> {
  const phone_number = which.phone_number === undefined ? null : await toE164(ctx, which.phone_number)
  if (!(await ctx.db.maybe(remove, { id: which.id ?? null, phone_number }))) missing('entry on the do-not-call list')
}

const findNumber = statement('contacts.find_do_not_call', (db, p: { phone_number: string }) =>
  db.selectFrom('contacts.do_not_call').select('id').where('phone_number', '=', p.phone_number),
)

/** Returns whether this number (E.164) is on the do-not-call list. */
export const isOnDoNotCall = async (ctx: Ctx, phone_number: string): Promise<boolean> =>
  (await ctx.db.maybe(findNumber, { phone_number })) !== undefined
