import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { bareListLimit } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { toE164 } from '../contacts/index.ts'
import { memberFilter } from '../identity/index.ts'
import { checkDestination, destinationRules } from './limits/calling-limits.ts'
import { destinationFault } from './limits/destinations.ts'
import type { TransferNumber } from './schema.ts'

const columns = [
  'id',
  'user_id',
  'name',
  'phone_number',
  'description',
  'call_count',
  'created_at',
  'updated_at',
] as const

const list = variants(
  'telephony.list_transfer_numbers',
  (
    db,
    p: { user_id: string | null; before: string | null; limit: number },
    shape: { of_user: boolean; continued: boolean },
  ) =>
    db
      .selectFrom('telephony.transfer_numbers')
      .select(columns)
      .$if(shape.of_user, (query) => query.where('user_id', '=', p.user_id))
      .$if(shape.continued, (query) => query.where('id', '<', p.before))
      .orderBy('id', 'desc')
      .limit(p.limit),
)

/** Returns transfer numbers, newest first; with `userId` only that member's. */
export async function listTransferNumbers(
  ctx: Ctx,
  userId: string | undefined,
  before: string | null,
): Promise<TransferNumber[]> {
  const user_id = await memberFilter(ctx, userId)
  return ctx.db.all(list({ of_user: user_id !== null, continued: before !== null }), {
    user_id,
    before,
    limit: bareListLimit + 1,
  })
}

const find = statement('telephony.find_transfer_number', (db, p: { id: string }) =>
  db.selectFrom('telephony.transfer_numbers').select(columns).where('id', '=', p.id),
)

export async function getTransferNumber(ctx: Ctx, id: string): Promise<TransferNumber> {
  return (await ctx.db.maybe(find, { id })) ?? missing('transfer number')
}

interface Input {
  name: string
  phone_number: string
  description?: string | undefined
}

const insert = statement('telephony.insert_transfer_number', (db, p: Input & { id: string }) =>
  db
    .insertInto('telephony.transfer_numbers')
    .values({ id: p.id, name: p.name, phone_number: p.phone_number, description: p.description })
    .returning(columns),
)

export async function createTransferNumber(ctx: Ctx, input: Input): Promise<TransferNumber> {
  const phone_number = await toE164(ctx, input.phone_number)
  await checkDestination(ctx, phone_number, 'body.phone_number')
  return ctx.db.one(insert, { ...input, id: newId(), phone_number }, { commit: true })
}

const update = statement(
  'telephony.update_transfer_number',
  (_, p: { id: string; changes: string }) =>
    sql<TransferNumber>`
    update telephony.transfer_numbers t set ${patch('t', ['name', 'phone_number', 'description'], p.changes)}
     where id = ${p.id} returning ${sql.join(columns.map((column) => sql.ref(column)))}`,
)

/** Changes only the fields that were sent. */
export async function updateTransferNumber(
  ctx: Ctx,
  id: string,
  input: { name?: string | undefined; phone_number?: string | undefined; description?: string | null | undefined },
): Promise<TransferNumber> {
  const changes = { ...input }
  if (input.phone_number) {
    changes.phone_number = await toE164(ctx, input.phone_number)
    await checkDestination(ctx, changes.phone_number, 'body.phone_number')
  }
  return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('transfer number')
}

const remove = statement('telephony.delete_transfer_number', (db, p: { id: string }) =>
  db.deleteFrom('telephony.transfer_numbers').where('id', '=', p.id).returning('id'),
)

/** Deletes a transfer number. Calls are no longer connected to it. */
export async function deleteTransferNumber(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('transfer number')
}

const known = statement('telephony.knows_transfer_number', (db, p: { phone_number: string }) =>
  db.selectFrom('telephony.transfer_numbers').select('id').where('phone_number', '=', p.phone_number).limit(1),
)

/** Returns whether this number (E.164) is one of the workspace's transfer numbers. */
export const isTransferNumber = async (ctx: Ctx, phone_number: string): Promise<boolean> =>
  (await ctx.db.maybe(known, { phone_number })) !== undefined

/** Returns whether calls may be connected to this number (E.164): it is a transfer number and an allowed destination. */
export async function mayTransferTo(ctx: Ctx, phone_number: string): Promise<boolean> {
  if (!(await isTransferNumber(ctx, phone_number))) return false
  return destinationFault(phone_number, await ctx.db.one(destinationRules, {})) === null
}
