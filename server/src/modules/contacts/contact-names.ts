import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { listContacts } from './contacts.ts'
import { wholeName } from './names.ts'

const findNames = statement(
  'contacts.find_names',
  (_, p: { ids: string[] }) =>
    sql<{ id: string; first_name: string; last_name: string }>`
    select id, coalesce(first_name, '') as first_name, coalesce(last_name, '') as last_name
      from contacts.contacts where id = any(${p.ids}::uuid[])`,
)

/** Returns the whole names of contacts, by id. Contacts that no longer exist are left out. */
export async function namesOfContacts(ctx: Ctx, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db.all(findNames, { ids: [...new Set(ids)] })
  return new Map(rows.map((row) => [row.id, wholeName(row)]))
}

const findWithNumber = statement(
  'contacts.find_with_number',
  (_, p: { numbers: string[] }) =>
    sql<{ contact_id: string }>`
    select contact_id from contacts.identities where kind = 'phone' and value = any(${p.numbers}::text[]) limit 50`,
)

/** Returns the ids of contacts who have one of these numbers (E.164). */
export const contactsWithNumber = async (ctx: Ctx, numbers: string[]): Promise<string[]> =>
  (await ctx.db.all(findWithNumber, { numbers })).map(({ contact_id }) => contact_id)

/** Returns the ids of the newest 50 contacts that match a search. See `listContacts`. */
export const findContactIds = async (ctx: Ctx, q: string): Promise<string[]> =>
  (await listContacts(ctx, { q, limit: 50 })).data.map(({ id }) => id)
