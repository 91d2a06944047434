import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { patch, statement, variants } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, rowsToRead, toPage } from '../../platform/http/fields.ts'
import { newId } from '../../platform/id.ts'
import { memberFilter } from '../identity/index.ts'
import { ContactCreated, ContactDeleted, ContactUpdated } from './events.ts'
import { toE164 } from './phone-number.ts'
import { searchWords } from './search-words.ts'
import type { Contact, ContactChanges, ContactQuery, NewContact } from './schema.ts'

const columns = [
  'id',
  'user_id',
  'first_name',
  'last_name',
  'phone_number',
  'email',
  'notes',
  'time_zone',
  'created_at',
  'updated_at',
] as const

interface ListParameters {
  user_id: string | null
  contact_list_id: string | null
  phone_number: string | null
  email: string | null
  words: string[] | null
  before: string | null
}

interface ListShape extends Record<string, boolean | string> {
  rows: string
  of_user: boolean
  in_list: boolean
  with_number: boolean
  with_email: boolean
  with_words: boolean
  continued: boolean
}

export const list = variants('contacts.list', (db, p: ListParameters, shape: ListShape) =>
  db
    .selectFrom('contacts.contacts as c')
    .select(columns.map((column) => `c.${column}` as const))
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
    .$if(shape.with_words, (query) =>
      // With `coalesce` the planner does not take a word for rare, and reads from the newest on until a page is full.
      query.where(
        sql<boolean>`coalesce(c.search like all (array(select contacts.plain(w) from unnest(${p.words}::text[]) w)), false)`,
      ),
    )
    .$if(shape.continued, (query) => query.where('c.id', '<', p.before))
    .orderBy('c.id', 'desc')
    .limit(sql.lit(Number(shape.rows))),
)

/** Newest first; `q` finds parts of names, e-mail addresses and telephone numbers, with or without capitals and accents. */
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
      with_words: query.q !== undefined,
      continued: before !== null,
    }),
    {
      user_id,
      contact_list_id: query.contact_list_id ?? null,
      phone_number:
        query.phone_number === undefined ? null : await toE164(ctx, query.phone_number, 'query.phone_number'),
      email: query.email ?? null,
      words: query.q === undefined ? null : searchWords(query.q),
      before,
    },
  )
  return toPage(rows, query.limit)
}

const find = statement('contacts.find', (db, p: { id: string }) =>
  db.selectFrom('contacts.contacts').select(columns).where('id', '=', p.id),
)

const findMerged = statement('contacts.find_merged', (db, p: { id: string }) =>
  db
    .selectFrom('contacts.contacts as c')
    .select(columns.map((column) => `c.${column}` as const))
    .innerJoin('contacts.merged_contacts as m', 'm.contact_id', 'c.id')
    .where('m.old_id', '=', p.id),
)

/** By its id, or by the id of one that was merged into it. */
export async function getContact(ctx: Ctx, id: string): Promise<Contact> {
  return (await ctx.db.maybe(find, { id })) ?? (await ctx.db.maybe(findMerged, { id })) ?? missing('contact')
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
    })
    .returning(columns),
)

type NewContactRow = Pick<Contact, 'id' | 'first_name' | 'last_name' | 'phone_number'> &
  Partial<Pick<Contact, 'email' | 'notes' | 'time_zone'>>

/** Throws 409 when another contact of the workspace has the number. */
export async function createContact(ctx: Ctx, input: NewContact): Promise<Contact> {
  const id = newId()
  const phone_number = await toE164(ctx, input.phone_number)
  emit(ctx, ContactCreated, { contact_id: id })
  try {
    return await ctx.db.one(insert, { ...input, id, phone_number }, { commit: true })
  } catch (error) {
    throw numberTaken(error, phone_number)
  }
}

const update = statement(
  'contacts.update',
  (_, p: { id: string; changes: string }) =>
    sql<Contact>`
    update contacts.contacts c
       set ${patch('c', ['first_name', 'last_name', 'phone_number', 'email', 'notes', 'time_zone'], p.changes)}
     where id = ${p.id}
    returning ${sql.join(columns.map((column) => sql.ref(column)))}`,
)

/** Somebody met on a channel may have no number. */
type Changes = Omit<ContactChanges, 'phone_number'> & { phone_number?: string | null | undefined }

/** Changes only what was sent. Throws 409 when another contact of the workspace has the number. */
export async function updateContact(ctx: Ctx, id: string, input: Changes): Promise<Contact> {
  const changes = { ...input, ...(input.phone_number && { phone_number: await toE164(ctx, input.phone_number) }) }
  try {
    const contact = (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('contact')
    emit(ctx, ContactUpdated, { contact_id: id })
    return contact
  } catch (error) {
    throw numberTaken(error, changes.phone_number ?? '')
  }
}

const remove = statement('contacts.delete', (db, p: { id: string }) =>
  db.deleteFrom('contacts.contacts').where('id', '=', p.id).returning('id'),
)

export async function deleteContact(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('contact')
  emit(ctx, ContactDeleted, { contact_id: id })
}

function numberTaken(error: unknown, phone_number: string): unknown {
  return violates(error, 'contacts_phone_number_key')
    ? conflict('phone_number_taken', `Another contact has the number ${phone_number}.`)
    : error
}
