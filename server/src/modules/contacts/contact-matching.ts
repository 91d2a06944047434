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

// Two who meet the same person at the same time go one after the other, always in one order.
const lockIdentities = statement(
  'contacts.lock_identities',
  (_, p: { identities: string }) =>
    sql`select pg_advisory_xact_lock(hashtextextended(app.workspace_id() || ' ' || kind || ' ' || value, 0))
          from (select kind, value from jsonb_to_recordset(${p.identities}::jsonb) as i (kind text, value text)
                 order by kind, value) ordered`,
)

// Whom nobody in particular met (a stranger came by the web or rang) is the owner's.
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

// What is known is kept; what was empty is filled, unless it is somebody else's.
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
  /** The surest first: who bears one of them already is that person. */
  identities: Identity[]
}

/**
 * The contact who bears one of these identities, else a new one; the others are added to them unless they are somebody
 * else's. Answers the contact's id. With no identity at all a new contact is made.
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

// Every table that refers to a contact follows: the catalogue knows them, so a new module cannot be forgotten.
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
 * As `findOrCreateContact`, when all these identities are surely one person's: who was two contacts until now becomes the older
 * of them.
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

/** Two contacts turn out to be one person: everything of `oldId` goes to `keepId`, which keeps what it knows. */
export function mergeContacts(ctx: Ctx, keepId: string, oldId: string): Promise<Contact> {
  return transaction(ctx, async (ctx) => {
    const keep = await getContact(ctx, keepId)
    const old = await getContact(ctx, oldId)
    if (keep.id === old.id) throw invalidField('body.contact_id', 'A contact cannot be merged with itself.')
    try {
      await ctx.db.all(merge, { keep: keep.id, old: old.id })
    } catch (error) {
      if (!violates(error, 'contacts_custom_fields_size')) throw error
      throw invalidField('body.contact_id', 'The custom fields of the two have more than 64 KB. Shorten some first.')
    }
    emit(ctx, ContactsMerged, { contact_id: keep.id, old_id: old.id })
    return getContact(ctx, keep.id)
  })
}
