import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { statement } from '../../platform/database/statement.ts'
import { invalidField } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { getContact } from './contacts.ts'
import { ContactCreated, ContactsMerged } from './events.ts'
import { type Identity, findByIdentities, normal } from './identities.ts'
import { splitName } from './names.ts'
import type { Contact } from './schema.ts'

// Concurrent requests for the same person wait for each other, and lock identities in one order.
const lockIdentities = statement(
  'contacts.lock_identities',
  (_, p: { identities: string }) =>
    sql`select pg_advisory_xact_lock(hashtextextended(app.workspace_id() || ' ' || kind || ' ' || value, 0))
          from (select kind, value from jsonb_to_recordset(${p.identities}::jsonb) as i (kind text, value text)
                 order by kind, value) ordered`,
)

// A contact that no member created (a web visitor or an unknown caller) belongs to the owner.
const insert = statement(
  'contacts.insert_person',
  (_, p: { id: string; first_name: string; last_name: string; phone_number: string | null; email: string | null }) =>
    sql`insert into contacts.contacts (id, user_id, first_name, last_name, phone_number, email)
        values (${p.id}, coalesce(app.user_id(), (select user_id from identity.members where role = 'owner' order by created_at limit 1)),
                ${p.first_name}, ${p.last_name}, ${p.phone_number}, ${p.email})`,
)

const addIdentities = statement(
  'contacts.add_identities',
  (_, p: { contact_id: string; identities: string }) =>
    sql`insert into contacts.identities (contact_id, kind, value)
      select ${p.contact_id}, kind, value from jsonb_to_recordset(${p.identities}::jsonb) as i (kind text, value text)
      on conflict on constraint identities_value_key do nothing`,
)

// Fills empty fields and keeps the others. An address or number of another contact is not taken over.
const fill = statement(
  'contacts.fill_person',
  (_, p: { id: string; first_name: string; last_name: string; phone_number: string | null; email: string | null }) =>
    sql`update contacts.contacts c
           set first_name = coalesce(nullif(first_name, ''), ${p.first_name}),
               last_name = case when first_name = '' and last_name = '' then ${p.last_name} else last_name end,
               phone_number = coalesce(c.phone_number, own.phone_number), email = coalesce(c.email, own.email)
          from (select (select ${p.phone_number}::text where not exists (
                          select from contacts.identities i
                           where i.kind = 'phone' and i.value = ${p.phone_number} and i.contact_id <> ${p.id})) as phone_number,
                       (select ${p.email}::text where not exists (
                          select from contacts.identities i
                           where i.kind = 'email' and i.value = ${p.email} and i.contact_id <> ${p.id})) as email) own
         where c.id = ${p.id}
           and ((first_name = '' and ${p.first_name} <> '') or (c.phone_number is null and own.phone_number is not null)
             or (c.email is null and own.email is not null))`,
)

export interface Person {
  /** A whole name, split at its last space. */
  name?: string | undefined
  /** The most reliable first: a contact with one of them is that person. */
  identities: Identity[]
}

/**
 * Finds the contact with one of these identities, or creates one, and adds the other identities unless they belong to another
 * contact. Returns the id of the contact. Without any identity it creates a contact.
 */
export function findOrCreateContact(ctx: Ctx, person: Person): Promise<string> {
  return transaction(ctx, async (ctx) => {
    const identities = person.identities.map(normal)
    const json = JSON.stringify(identities)
    const [, [known]] = await ctx.db.together([
      lockIdentities.call({ identities: json }),
      findByIdentities.call({ identities: json }),
    ])
    const row = {
      ...splitName(person.name ?? ''),
      phone_number: identities.find(({ kind }) => kind === 'phone')?.value ?? null,
      email: identities.find(({ kind }) => kind === 'email')?.value ?? null,
    }
    if (known) {
      await ctx.db.together([
        fill.call({ id: known.contact_id, ...row }),
        addIdentities.call({ contact_id: known.contact_id, identities: json }),
      ])
      return known.contact_id
    }
    const id = newId()
    await ctx.db.together([insert.call({ id, ...row }), addIdentities.call({ contact_id: id, identities: json })])
    emit(ctx, ContactCreated, { contact_id: id })
    return id
  })
}

// Updates every table that refers to a contact. The tables are read from the catalog, so new modules are included.
const merge = statement(
  'contacts.merge',
  (_, p: { keep: string; old: string }) => sql`select contacts.merge(${p.keep}::uuid, ${p.old}::uuid)`,
)

const findAllByIdentities = statement(
  'contacts.find_all_by_identities',
  (_, p: { identities: string }) =>
    sql<{ contact_id: string }>`
    select distinct i.contact_id
      from jsonb_to_recordset(${p.identities}::jsonb) as wanted (kind text, value text)
      join contacts.identities i on i.kind = wanted.kind and i.value = wanted.value
     order by 1`,
)

/**
 * Like `findOrCreateContact`, for identities that certainly belong to one person: two contacts with them are merged into the
 * older one.
 */
export function findOrMergeContact(ctx: Ctx, person: Person): Promise<string> {
  return transaction(ctx, async (ctx) => {
    const identities = JSON.stringify(person.identities.map(normal))
    const [, [oldest, ...others]] = await ctx.db.together([
      lockIdentities.call({ identities }),
      findAllByIdentities.call({ identities }),
    ])
    for (const { contact_id } of others) await mergeContacts(ctx, oldest?.contact_id ?? '', contact_id)
    return findOrCreateContact(ctx, person)
  })
}

/** Merges two contacts: everything of `oldId` moves to `keepId`, whose own fields stay. */
export function mergeContacts(ctx: Ctx, keepId: string, oldId: string): Promise<Contact> {
  return transaction(ctx, async (ctx) => {
    const keep = await getContact(ctx, keepId)
    const old = await getContact(ctx, oldId)
    if (keep.id === old.id) throw invalidField('body.contact_id', 'A contact cannot be merged with itself.')
    try {
      await ctx.db.all(merge, { keep: keep.id, old: old.id })
    } catch (error) {
      if (!violates(error, 'contacts_custom_fields_size')) throw error
      throw invalidField(
        'body.contact_id',
        'The custom fields of both contacts together exceed 64 KB. Shorten some first.',
      )
    }
    emit(ctx, ContactsMerged, { contact_id: keep.id, old_id: old.id })
    return getContact(ctx, keep.id)
  })
}
