import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { only } from '../../../platform/database/scope.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import { type Page, type PageQuery, readPageQuery, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { audited } from '../../identity/index.ts'
import type { CallRate, CallRateChanges, NewCallRate } from './rate-schema.ts'

const maxRates = 5000

const writable = [
  'prefix',
  'price_per_minute_micros',
  'connection_fee_micros',
  'first_increment_seconds',
  'next_increment_seconds',
] as const
const columns = sql.join(['id', ...writable, 'created_at', 'updated_at'].map((column) => sql.ref(`r.${column}`)))

const list = variants(
  'telephony.list_call_rates',
  (_, p: { before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<CallRate>`
    select ${columns} from telephony.call_rates r
     ${shape.continued ? sql`where r.id < ${p.before}::uuid` : sql``}
     order by r.id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Newest first. */
export async function listCallRates(ctx: Ctx, query: PageQuery): Promise<Page<CallRate>> {
  const { before, continued, rows } = readPageQuery(query)
  return toPage(await ctx.db.all(list({ continued, rows }), { before }), query.limit)
}

const find = statement(
  'telephony.find_call_rate',
  (_, p: { id: string }) => sql<CallRate>`select ${columns} from telephony.call_rates r where r.id = ${p.id}`,
)

/** Throws 404. */
export async function getCallRate(ctx: Ctx, id: string): Promise<CallRate> {
  return (await ctx.db.maybe(find, { id })) ?? missing('call rate')
}

const lockCount = statement(
  'telephony.lock_call_rate_count',
  () => sql`select pg_advisory_xact_lock(hashtextextended('telephony.call_rates/' || app.workspace_id(), 0))`,
)
const count = statement(
  'telephony.count_call_rates',
  () => sql<{ count: number }>`select count(*) as count from telephony.call_rates`,
)
const insert = statement(
  'telephony.insert_call_rate',
  (_, p: NewCallRate & { id: string }) =>
    sql<CallRate>`
    insert into telephony.call_rates as r (id, ${sql.join(writable.map((column) => sql.ref(column)))})
    values (${p.id}, ${p.prefix}, ${p.price_per_minute_micros}, coalesce(${p.connection_fee_micros}::bigint, 0),
            coalesce(${p.first_increment_seconds}::int, 60), coalesce(${p.next_increment_seconds}::int, 60))
    returning ${columns}`,
)

/** Throws 409 when the prefix has a rate, or the workspace has all the rates it may have. Needs a transaction. */
export async function createCallRate(ctx: Ctx, input: NewCallRate): Promise<CallRate> {
  const [, present] = await ctx.db.together([lockCount.call({}), count.call({})])
  if (only(present).count >= maxRates)
    throw conflict('too_many_call_rates', `A workspace may have ${maxRates} call rates. Delete one that is not needed.`)
  const id = newId()
  const rate = await withPrefixError(input.prefix, () => ctx.db.one(insert, { ...input, id }))
  await ctx.db.together([audited({ action: 'call_rate.created', target: `call_rate:${id}`, details: { ...input } })])
  return rate
}

const update = statement(
  'telephony.update_call_rate',
  (_, p: { id: string; changes: string }) =>
    sql<CallRate>`update telephony.call_rates r set ${patch('r', writable, p.changes)} where r.id = ${p.id} returning ${columns}`,
)

/** Changes only what was sent, for calls that begin afterwards. Throws 404, and 409 when the prefix has another rate. */
export async function updateCallRate(ctx: Ctx, id: string, changes: CallRateChanges): Promise<CallRate> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const rate =
    (await withPrefixError(changes.prefix, () => ctx.db.maybe(update, { id, changes: JSON.stringify(given) }))) ??
    missing('call rate')
  await ctx.db.together([audited({ action: 'call_rate.changed', target: `call_rate:${id}`, details: given })])
  return rate
}

const remove = statement(
  'telephony.delete_call_rate',
  (_, p: { id: string }) =>
    sql<{ prefix: string }>`delete from telephony.call_rates where id = ${p.id} returning prefix`,
)

/** Calls in progress keep their rate. Throws 404. */
export async function deleteCallRate(ctx: Ctx, id: string): Promise<void> {
  const { prefix } = (await ctx.db.maybe(remove, { id })) ?? missing('call rate')
  await ctx.db.together([audited({ action: 'call_rate.deleted', target: `call_rate:${id}`, details: { prefix } })])
}

async function withPrefixError<T>(prefix: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (violates(error, 'call_rates_prefix_key'))
      throw conflict('already_exists', `The prefix ${prefix} has a rate already. Change that one.`)
    throw error
  }
}

const unrated = statement(
  'telephony.find_unrated_numbers',
  (_, p: { numbers: string[] }) =>
    sql<{ number: string }>`
    select number from unnest(${p.numbers}::text[]) number where telephony.rate_of(app.workspace_id(), number) is null`,
)

/** Returns those of the numbers (E.164) that no rate covers. */
export async function findUnratedNumbers(ctx: Ctx, numbers: string[]): Promise<Set<string>> {
  if (numbers.length === 0) return new Set()
  return new Set((await ctx.db.all(unrated, { numbers })).map(({ number }) => number))
}
