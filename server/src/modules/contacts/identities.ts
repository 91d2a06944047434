import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { violates } from '../../platform/database/errors.ts'
import { conflict } from '../../platform/errors.ts'
import { getContact } from './contacts.ts'

export const identityKinds = [
  'phone',
  'email',
  'whatsapp',
  'telegram',
  'viber',
  'facebook',
  'instagram',
  'tiktok',
  'web',
] as const
export type IdentityKind = (typeof identityKinds)[number]

/** A way to reach a person. `value`: E.164 for phone and whatsapp, an address for email, else the channel's own id. */
export interface Identity {
  kind: IdentityKind
  value: string
}

/** Returns the form in which an identity is stored and compared. */
export const normal = ({ kind, value }: Identity): Identity => ({
  kind,
  value: kind === 'email' ? value.trim().toLowerCase() : value.trim(),
})

export const findByIdentities = statement(
  'contacts.find_by_identities',
  (_, p: { identities: string }) =>
    sql<{ contact_id: string }>`
    select i.contact_id
      from rows from (jsonb_to_recordset(${p.identities}::jsonb) as (kind text, value text)) with ordinality as wanted (kind, value, position)
      join contacts.identities i on i.kind = wanted.kind and i.value = wanted.value
     order by wanted.position limit 1`,
)

const list = statement(
  'contacts.list_identities',
  (_, p: { contact_id: string }) =>
    sql<Identity & { id: string; created_at: string }>`
    select id, kind, value, created_at from contacts.identities where contact_id = ${p.contact_id} order by created_at, id`,
)

export async function listIdentities(ctx: Ctx, contactId: string) {
  const contact = await getContact(ctx, contactId)
  return ctx.db.all(list, { contact_id: contact.id })
}

const insertIdentity = statement(
  'contacts.insert_identity',
  (_, p: Identity & { contact_id: string }) =>
    sql<{ id: string; kind: IdentityKind; value: string; created_at: string }>`
    insert into contacts.identities (contact_id, kind, value) values (${p.contact_id}, ${p.kind}, ${p.value})
    returning id, kind, value, created_at`,
)

/** Throws 409 when another contact has it: then both are one person, or one of the entries is wrong. */
export async function addIdentity(ctx: Ctx, contactId: string, identity: Identity) {
  const contact = await getContact(ctx, contactId)
  try {
    return await ctx.db.one(insertIdentity, { contact_id: contact.id, ...normal(identity) })
  } catch (error) {
    if (!violates(error, 'identities_value_key')) throw error
    throw conflict(
      'identity_taken',
      `${identity.value} is known already. If it is the same person, merge the two contacts.`,
    )
  }
}

const removeKind = statement(
  'contacts.remove_identities_of_kind',
  (_, p: { contact_id: string; kind: string; value: string | null }) =>
    sql`delete from contacts.identities
         where contact_id = ${p.contact_id} and kind = ${p.kind} and value is distinct from ${p.value}`,
)

/**
 * Replaces all identities of a kind by this one; null removes them. For kinds other than phone and email, which are fields of
 * the contact. Throws 409 when another contact has it.
 */
export async function replaceIdentity(
  ctx: Ctx,
  contactId: string,
  kind: Exclude<IdentityKind, 'phone' | 'email'>,
  value: string | null,
): Promise<void> {
  const identities = value === null ? [] : [normal({ kind, value })]
  await ctx.db.all(removeKind, { contact_id: contactId, kind, value: identities[0]?.value ?? null })
  for (const identity of identities) {
    const known = await ctx.db.maybe(findByIdentities, { identities: JSON.stringify([identity]) })
    if (known?.contact_id === contactId) continue
    await addIdentity(ctx, contactId, identity)
  }
}
