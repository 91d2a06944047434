import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { type Builder, patch, statement, variants } from '../../platform/database/statement.ts'
import { conflict, invalidField, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, rowsToRead, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { parseInput } from '../../platform/http/parse.ts'
import { memberFilter } from '../identity/index.ts'
import { ContactCreated, ContactDeleted, ContactUpdated } from './events.ts'
import { toE164 } from './phone-number.ts'
import { searchWords } from './search-words.ts'
import {
  type Contact,
  ContactChanges,
  type ContactQuery,
  maxCustomFields,
  NewContact,
  tooManyCustomFields,
} from './schema.ts'

const columns = [
  'id',
  'user_id',
  'first_name',
  'last_name',
  'phone_number',
  'email',
  'notes',
  'time_zone',
  'tags',
  'custom_fields',
  'created_at',
  'updated_at',
] as const

interface ListParameters {
  user_id: string | null
  contact_list_id: string | null
  phone_number: string | null
  email: string | null
  tag: string | null
  words: string[] | null
  before: string | null
}

interface ListShape extends Record<string, boolean | string> {
  rows: string
  of_user: boolean
  in_list: boolean
  with_number: boolean
  with_email: boolean
  with_tag: boolean
  with_words: boolean
  continued: boolean
}

export const list = variants('contacts.list', (db, p: ListParameters, shape: ListShape) => {
  const rows = sql.lit(Number(shape.rows))
  const chosen = inOrder(db, p, shape)
  const id = position(shape)
  if (!shape.with_words) return chosen.limit(rows).$castTo<Contact>()
  const patterns = sql`array(select contacts.plain(w) from unnest(${p.words}::text[]) w)`
  const names = sql.join(columns.map((column) => sql.ref(`c.${column}`)))
  // Common words fill a page from the newest contacts; only rare ones need the index.
  return sql<Contact>`
    with newest as materialized (
      select ${names} from (${chosen.select('c.search').limit(sql.lit(newestSearched))}) c
       where c.search like all (${patterns}) limit ${rows}),
    older as (
      ${chosen
        .where(
          sql<boolean>`${id} = any (array(
            select contacts.search_contacts(${p.words}::text[]) where (select count(*) from newest) < ${rows}))`,
        )
        .where(sql<boolean>`${id} <> all (array(select id from newest))`)
        .limit(rows)})
    select ${names} from (select * from newest union all select * from older) c order by c.id desc limit ${rows}`
})

/** The newest contacts are searched by any part of a word; older ones by the index. */
const newestSearched = 2000

/** The rows of a tag are in the order of the contact book. */
const position = (shape: ListShape) => sql.ref<string>(shape.with_tag ? 't.contact_id' : 'c.id')

function inOrder(db: Builder, p: ListParameters, shape: ListShape) {
  return db
    .selectFrom('contacts.contacts as c')
    .select(columns.map((column) => `c.${column}` as const))
    .$if(shape.with_tag, (query) =>
      query.innerJoin('contacts.contact_tags as t', (join) =>
        join
          .onRef('t.workspace_id', '=', 'c.workspace_id')
          .onRef('t.contact_id', '=', 'c.id')
          .on('t.tag', '=', p.tag as string),
      ),
    )
    .$if(shape.of_user, (query) => query.where('c.user_id', '=', p.user_id))
    .$if(shape.in_list, (query) =>
      query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('contacts.list_items as i')
            .whereRef('i.workspace_id', '=', 'c.workspace_id')
            .whereRef('i.contact_id', '=', 'c.id')
            .where('i.contact_list_id', '=', p.contact_list_id),
        ),
      ),
    )
    .$if(shape.with_number, (query) => query.where('c.phone_number', '=', p.phone_number))
    .$if(shape.with_email, (query) => query.where(sql`lower(c.email)`, '=', sql`lower(${p.email})`))
    .$if(shape.continued, (query) => query.where(position(shape), '<', p.before))
    .orderBy(position(shape), 'desc')
}

/**
 * Returns contacts, newest first. `q` finds parts of names, e-mail addresses and telephone numbers among the newest contacts,
 * and beginnings of words among all. Case and accents are ignored.
 */
export async function listContacts(ctx: Ctx, query: ContactQuery) {
  const before = readCursor(query.cursor)
  const user_id = await memberFilter(ctx, query.userId)
  const rows = await ctx.db.all(
    list({
      rows: rowsToRead(query.limit),
      of_user: user_id !== null,
      in_list: query.contact_list_id !== undefined,
      with_number: query.phone_number !== undefined,
      with_email: query.email !== undefined,
      with_tag: query.tag !== undefined,
      with_words: query.q !== undefined,
      continued: before !== null,
    }),
    {
      user_id,
      contact_list_id: query.contact_list_id ?? null,
      phone_number:
        query.phone_number === undefined ? null : await toE164(ctx, query.phone_number, 'query.phone_number'),
      email: query.email ?? null,
      tag: query.tag ?? null,
      words: query.q === undefined ? null : searchWords(query.q),
      before,
    },
  )
  return toPage(rows, query.limit)
}

const find = statement('contacts.find', (db, p: { id: string }) =>
  db.selectFrom('contacts.contacts').select(columns).where('id', '=', p.id).$castTo<Contact>(),
)

const findMerged = statement('contacts.find_merged', (db, p: { id: string }) =>
  db
    .selectFrom('contacts.contacts as c')
    .select(columns.map((column) => `c.${column}` as const))
    .innerJoin('contacts.merged_contacts as m', 'm.contact_id', 'c.id')
    .where('m.old_id', '=', p.id)
    .$castTo<Contact>(),
)

/** Returns a contact by its id, or by the id of one that was merged into it. Throws 404. */
export async function getContact(ctx: Ctx, id: string): Promise<Contact> {
  return (await ctx.db.maybe(find, { id })) ?? (await ctx.db.maybe(findMerged, { id })) ?? missing('contact')
}

interface NewContactRow extends Pick<Contact, 'id' | 'first_name' | 'last_name' | 'phone_number' | 'tags'> {
  email?: string | undefined
  notes?: string | undefined
  time_zone?: string | undefined
  custom_fields: string
}

const insert = statement('contacts.insert', (db, p: NewContactRow) =>
  db
    .insertInto('contacts.contacts')
    .values({
      id: p.id,
      first_name: p.first_name,
      last_name: p.last_name,
      phone_number: p.phone_number,
      email: p.email,
      notes: p.notes,
      time_zone: p.time_zone,
      tags: p.tags,
      custom_fields: p.custom_fields,
    })
    .returning(columns)
    .$castTo<Contact>(),
)

/** Throws 409 when another contact of the workspace has the number. */
export async function createContact(ctx: Ctx, given: NewContact): Promise<Contact> {
  const input = parseInput(NewContact, given)
  const row = {
    ...input,
    id: newId(),
    first_name: input.first_name ?? '',
    last_name: input.last_name ?? '',
    phone_number: input.phone_number === undefined ? null : await toE164(ctx, input.phone_number),
    tags: input.tags ?? [],
    custom_fields: JSON.stringify(input.custom_fields ?? {}),
  }
  emit(ctx, ContactCreated, { contact_id: row.id })
  try {
    return await ctx.db.one(insert, row, { commit: true })
  } catch (error) {
    throw toContactError(error, row.phone_number)
  }
}

const changeable = ['first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone', 'tags'] as const

const update = statement(
  'contacts.update',
  (_, p: { id: string; changes: string; custom_fields: string }) =>
    sql<Contact & { has_identity: boolean }>`
    update contacts.contacts c
       set ${patch('c', changeable, p.changes)},
           custom_fields = jsonb_strip_nulls(c.custom_fields || ${p.custom_fields}::jsonb)
     where id = ${p.id}
    returning ${sql.join(columns.map((column) => sql.ref(column)))},
              exists (select from contacts.identities i where i.contact_id = c.id and i.kind not in ('phone', 'email')) as has_identity`,
)

/**
 * Changes only the given fields; of the custom fields too, where null removes one. Throws 404, 409 when another contact of the
 * workspace has the number, 400 when neither a name nor a way to reach the contact would remain.
 */
export async function updateContact(ctx: Ctx, id: string, given: ContactChanges): Promise<Contact> {
  const { custom_fields = {}, ...input } = parseInput(ContactChanges, given)
  return transaction(ctx, async (ctx) => {
    const changes = { ...input, ...(input.phone_number && { phone_number: await toE164(ctx, input.phone_number) }) }
    const row = { id, changes: JSON.stringify(changes), custom_fields: JSON.stringify(custom_fields) }
    try {
      const { has_identity, ...contact } = (await ctx.db.maybe(update, row)) ?? missing('contact')
      if (!(contact.first_name || contact.last_name || contact.phone_number || contact.email || has_identity))
        throw invalidField(
          'body',
          'A contact needs a name, a telephone number or an e-mail address. Keep at least one.',
        )
      // A merged contact can have more fields than the limit; removing some is allowed.
      const isAdding = Object.values(custom_fields).some((value) => value !== null)
      if (isAdding && Object.keys(contact.custom_fields).length > maxCustomFields)
        throw invalidField('body.custom_fields', tooManyCustomFields)
      emit(ctx, ContactUpdated, { contact_id: id })
      return contact
    } catch (error) {
      throw toContactError(error, changes.phone_number ?? '')
    }
  })
}

const remove = statement('contacts.delete', (db, p: { id: string }) =>
  db.deleteFrom('contacts.contacts').where('id', '=', p.id).returning('id'),
)

export async function deleteContact(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('contact')
  emit(ctx, ContactDeleted, { contact_id: id })
}

function toContactError(error: unknown, phone_number: string | null): unknown {
  if (violates(error, 'contacts_phone_number_key'))
    return conflict('phone_number_taken', `Another contact has the number ${phone_number}.`)
  if (violates(error, 'contacts_custom_fields_size'))
    return invalidField('body.custom_fields', 'The custom fields of a contact must not exceed 64 KB in total.')
  return error
}
