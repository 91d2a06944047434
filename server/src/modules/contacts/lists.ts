import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { bareListLimit } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { memberFilter } from '../identity/index.ts'
import { ContactListChanged } from './events.ts'

interface ContactListRow {
  id: string
  user_id: string
  name: string
  description: string | null
  contact_count: number
  created_at: string
  updated_at: string
}

const withCount = sql`
  l.id, l.user_id, l.name, l.description, l.created_at, l.updated_at,
  (select count(*) from contacts.list_items i where i.workspace_id = l.workspace_id and i.contact_list_id = l.id) as contact_count`

const list = variants(
  'contacts.list_lists',
  (
    _,
    p: { user_id: string | null; before: string | null; limit: number },
    shape: { of_user: boolean; continued: boolean },
  ) =>
    sql<ContactListRow>`
      select ${withCount} from contacts.lists l
       where true ${shape.of_user ? sql`and l.user_id = ${p.user_id}` : sql``}
                  ${shape.continued ? sql`and l.id < ${p.before}` : sql``}
       order by l.id desc limit ${p.limit}`,
)

/** Returns lists, newest first; with `userId` only those of that member. */
export async function listContactLists(ctx: Ctx, query: { userId?: string | undefined }, before: string | null) {
  const user_id = await memberFilter(ctx, query.userId)
  return ctx.db.all(list({ of_user: user_id !== null, continued: before !== null }), {
    user_id,
    before,
    limit: bareListLimit + 1,
  })
}

const find = statement(
  'contacts.find_list',
  (_, p: { id: string }) => sql<ContactListRow>`select ${withCount} from contacts.lists l where l.id = ${p.id}`,
)

export async function getContactList(ctx: Ctx, id: string): Promise<ContactListRow> {
  return (await ctx.db.maybe(find, { id })) ?? missing('contact list')
}

const insert = statement(
  'contacts.insert_list',
  (_, p: { id: string; name: string; description?: string | undefined }) =>
    sql<ContactListRow>`
    insert into contacts.lists (id, name, description) values (${p.id}, ${p.name}, ${p.description})
    returning id, user_id, name, description, created_at, updated_at, 0 as contact_count`,
)

export function createContactList(ctx: Ctx, input: { name: string; description?: string | undefined }) {
  return ctx.db.one(insert, { id: newId(), ...input }, { commit: true })
}

const update = statement(
  'contacts.update_list',
  (_, p: { id: string; changes: string }) =>
    sql<{ id: string }>`
    update contacts.lists l set ${patch('l', ['name', 'description'], p.changes)} where id = ${p.id} returning id`,
)

export async function updateContactList(ctx: Ctx, id: string, changes: object): Promise<ContactListRow> {
  if (!(await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) }))) missing('contact list')
  return getContactList(ctx, id)
}

const remove = statement('contacts.delete_list', (db, p: { id: string }) =>
  db.deleteFrom('contacts.lists').where('id', '=', p.id).returning('id'),
)

/** Deletes a list. Its contacts stay in the contact book. */
export async function deleteContactList(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('contact list')
}

const countKnown = statement(
  'contacts.count_known',
  (_, p: { ids: string[] }) =>
    sql<{ count: number }>`select count(*) from contacts.contacts where id = any(${p.ids}::uuid[])`,
)

const addItems = statement(
  'contacts.add_list_items',
  (_, p: { list_id: string; ids: string[]; item_ids: string[] }) =>
    sql`insert into contacts.list_items (id, contact_list_id, contact_id)
      select id, ${p.list_id}, contact_id from unnest(${p.item_ids}::uuid[], ${p.ids}::uuid[]) item (id, contact_id)
      on conflict do nothing`,
)

/** Adds contacts to the list; those already on it are ignored. Throws 404 for an unknown contact. */
export async function addToContactList(ctx: Ctx, list_id: string, contactIds: string[]): Promise<ContactListRow> {
  const ids = [...new Set(contactIds)]
  await getContactList(ctx, list_id)
  const { count } = await ctx.db.one(countKnown, { ids })
  if (count !== ids.length) missing('contact')
  await ctx.db.all(addItems, { list_id, ids, item_ids: ids.map(newId) })
  emit(ctx, ContactListChanged, { contact_list_id: list_id })
  return getContactList(ctx, list_id)
}

const removeItems = statement(
  'contacts.remove_list_items',
  (_, p: { list_id: string; ids: string[] }) =>
    sql<{ contact_id: string }>`
    delete from contacts.list_items where contact_list_id = ${p.list_id} and contact_id = any(${p.ids}::uuid[])
    returning contact_id`,
)

/** Removes contacts from the list. Returns how many of them were on it. */
export async function removeFromContactList(ctx: Ctx, list_id: string, contactIds: string[]): Promise<number> {
  await getContactList(ctx, list_id)
  const removed = await ctx.db.all(removeItems, { list_id, ids: contactIds })
  emit(ctx, ContactListChanged, { contact_list_id: list_id })
  return removed.length
}
