import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { conflict, invalidField, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import {
  type Identity,
  addDoNotCall,
  getContact,
  findOrCreateContact,
  replaceIdentity,
  splitName,
  toE164,
  updateContact,
} from '../../contacts/index.ts'
import { type Budget, parseBudget } from '../extraction/budget.ts'
import { parseTimeline } from '../extraction/buying-timeline.ts'
import { ProspectCreated, ProspectStatusChanged } from '../events.ts'
import { requireMayAssign } from '../routing/assignment-policy.ts'
import { assignByRules } from '../routing/rules.ts'
import { type ProspectRow, selectProspects } from './prospect-columns.ts'
import type { NewProspect, Prospect, ProspectChanges } from './schema.ts'
import { type ProspectStatus, prospectTransitions } from '../transitions.ts'

const find = statement(
  'sales.find_prospect',
  (_, p: { id: string }) =>
    sql<ProspectRow>`
    ${selectProspects} where p.contact_id = coalesce((select contact_id from contacts.merged_contacts where old_id = ${p.id}::uuid), ${p.id}::uuid)`,
)

/** Returns a prospect. `id`: the prospect's id, or the id of a contact that was merged into it. Throws 404. */
export async function getProspect(ctx: Ctx, id: string): Promise<Prospect> {
  return (await ctx.db.maybe(find, { id })) ?? missing('prospect')
}

export const budgetOf = ({ budget_min, budget_max, budget_currency }: Prospect): Budget | null =>
  budget_min === null && budget_max === null ? null : { min: budget_min, max: budget_max, currency: budget_currency }

const writable = [
  'budget',
  'budget_min',
  'budget_max',
  'budget_currency',
  'city',
  'timeline',
  'timeline_days',
  'status',
  'preferred_channel',
  'language',
  'source_channel',
  'primary_segment',
  'property_type_pref',
  'beds_min',
  'consent_status',
  'assigned_to',
  'assignment_reason',
] as const

const insert = statement(
  'sales.insert_prospect',
  (_, p: { contact_id: string; place: string; values: string }) =>
    sql`
    insert into sales.prospects (contact_id, place, ${sql.join(writable.map((column) => sql.ref(column)))})
    select ${p.contact_id}::uuid, ${p.place}::uuid, ${sql.join(writable.map((column) => sql.ref(`v.${column}`)))}
      from jsonb_populate_record(null::sales.prospects, ${p.values}::jsonb) v`,
)

/**
 * Creates a prospect from the contact with the given number or address, or from a new contact. Without `assigned_to` the
 * routing rules assign it. Throws 404, and 409 when the contact is already a prospect.
 */
export async function createProspect(ctx: Ctx, input: NewProspect): Promise<Prospect> {
  if (input.assigned_to !== undefined) await requireMayAssign(ctx, input.assigned_to)
  const identities: Identity[] = []
  if (input.phone !== undefined) identities.push({ kind: 'phone', value: await toE164(ctx, input.phone, 'body.phone') })
  if (input.whatsapp !== undefined)
    identities.push({ kind: 'whatsapp', value: await toE164(ctx, input.whatsapp, 'body.whatsapp') })
  if (input.email !== undefined) identities.push({ kind: 'email', value: input.email })
  const contact_id = input.contact_id
    ? (await getContact(ctx, input.contact_id)).id
    : await findOrCreateContact(ctx, { name: input.name, identities })
  const parsed = parseTexts(input)
  const { budget_min = parsed.read?.min ?? null, budget_max = parsed.read?.max ?? null } = input
  const { city = null, source_channel = null, preferred_channel = null, language = null } = input
  const assignment = input.assigned_to
    ? { member_id: input.assigned_to, reason: null }
    : await assignByRules(ctx, 'prospect', {
        city,
        channel: source_channel ?? preferred_channel,
        language,
        budget:
          budget_min === null && budget_max === null
            ? null
            : { min: budget_min, max: budget_max, currency: parsed.read?.currency ?? null },
        priority: null,
        propertyType: input.property_type_pref ?? null,
        timelineDays: parsed.fields.timeline_days ?? null,
      })
  const values = {
    ...parsed.fields,
    budget_min,
    budget_max,
    city,
    status: input.status ?? 'new',
    primary_segment: input.primary_segment ?? null,
    property_type_pref: input.property_type_pref ?? null,
    beds_min: input.beds_min ?? null,
    consent_status: input.consent_status ?? 'unknown',
    preferred_channel,
    language,
    source_channel,
    assigned_to: assignment?.member_id ?? null,
    assignment_reason: assignment?.reason ?? null,
  }
  try {
    await ctx.db.all(insert, { contact_id, place: newId(), values: JSON.stringify(values) })
  } catch (error) {
    throw violates(error, 'prospects_pkey')
      ? conflict('prospect_exists', 'This contact is already a prospect.')
      : notAMember(error)
  }
  await respectRefusal(ctx, await getProspect(ctx, contact_id), input)
  emit(ctx, ProspectCreated, {
    prospect_id: contact_id,
    assigned_to: values.assigned_to,
    assignment_reason: values.assignment_reason,
  })
  return getProspect(ctx, contact_id)
}

const lock = statement(
  'sales.lock_prospect',
  (_, p: { id: string }) =>
    sql<{ status: ProspectStatus; assigned_to: string | null }>`
    select status, assigned_to from sales.prospects where contact_id = ${p.id} for no key update`,
)

const update = statement(
  'sales.update_prospect',
  (_, p: { id: string; changes: string }) =>
    sql`update sales.prospects p set ${patch('p', writable, p.changes)} where contact_id = ${p.id}`,
)

/** Updates the given fields. Throws 404, and 409 for a status that `prospectTransitions` does not allow. */
export async function updateProspect(ctx: Ctx, prospectId: string, input: ProspectChanges): Promise<Prospect> {
  const { id } = await getProspect(ctx, prospectId)
  const current = (await ctx.db.maybe(lock, { id })) ?? missing('prospect')
  const { name, email, phone, whatsapp, dnc, ...own } = input
  const reassigned = own.assigned_to !== undefined && own.assigned_to !== current.assigned_to
  if (reassigned) await requireMayAssign(ctx, own.assigned_to ?? null)
  if (own.status !== undefined) requireTransition(current.status, own.status)
  if (whatsapp !== undefined) {
    await replaceIdentity(ctx, id, 'whatsapp', whatsapp === null ? null : await toE164(ctx, whatsapp, 'body.whatsapp'))
  }
  if (name !== undefined || email !== undefined || phone !== undefined) {
    const changes = { ...(name !== undefined && splitName(name)), ...(email !== undefined && { email }) }
    await updateContact(ctx, id, {
      ...changes,
      ...(phone !== undefined && { phone_number: phone && (await toE164(ctx, phone, 'body.phone')) }),
    })
  }
  const { budget_min, budget_max } = own
  const changes = {
    ...own,
    ...parseTexts(own).fields,
    ...(budget_min !== undefined && { budget_min }),
    ...(budget_max !== undefined && { budget_max }),
    ...(reassigned && { assignment_reason: null }),
  }
  try {
    await ctx.db.all(update, { id, changes: JSON.stringify(changes) })
  } catch (error) {
    throw notAMember(error)
  }
  announceStatus(ctx, id, current.status, own.status)
  await respectRefusal(ctx, await getProspect(ctx, id), { dnc, consent_status: own.consent_status })
  return getProspect(ctx, id)
}

/**
 * Adds the numbers of a prospect who does not want to be contacted to the do-not-call list. Throws 400 for `dnc: false` while
 * a number is on it, because an entry is removed only where its reason can be seen.
 */
async function respectRefusal(
  ctx: Ctx,
  { phone, whatsapp, dnc }: Prospect,
  given: { dnc?: boolean | undefined; consent_status?: Prospect['consent_status'] | undefined },
): Promise<void> {
  if (given.dnc === true || given.consent_status === 'opted_out') {
    const reason = given.dnc ? 'Set for the prospect' : 'The prospect opted out'
    for (const number of new Set([phone, whatsapp]))
      if (number !== null && /^\+[1-9]\d{6,14}$/.test(number)) await addDoNotCall(ctx, number, reason)
  } else if (given.dnc === false && dnc) {
    throw invalidField(
      'body.dnc',
      'A number of this prospect is on the do-not-call list. Remove it from the list first.',
    )
  }
}

/** Changes the status if `prospectTransitions` allows it, otherwise does nothing. Call inside a transaction. */
export async function advanceProspect(ctx: Ctx, id: string, to: ProspectStatus): Promise<void> {
  const current = await ctx.db.maybe(lock, { id })
  if (!current || current.status === to || !prospectTransitions[current.status].includes(to)) return
  await ctx.db.all(update, { id, changes: JSON.stringify({ status: to }) })
  announceStatus(ctx, id, current.status, to)
}

function announceStatus(ctx: Ctx, prospect_id: string, from: ProspectStatus, to: ProspectStatus | undefined): void {
  if (to !== undefined && to !== from) emit(ctx, ProspectStatusChanged, { prospect_id, from, to })
}

function requireTransition(from: ProspectStatus, to: ProspectStatus): void {
  if (from === to || prospectTransitions[from].includes(to)) return
  const allowed = prospectTransitions[from].join(', ')
  throw conflict('wrong_status', `A prospect with status ${from} cannot become ${to}. Possible: ${allowed}.`)
}

const remove = statement(
  'sales.delete_prospect',
  (_, p: { id: string }) =>
    sql<{ contact_id: string }>`delete from sales.prospects where contact_id = ${p.id} returning contact_id`,
)
const removeDependents = ['handoffs', 'appointments', 'qualification_scores', 'interests'].map((table) =>
  statement(
    `sales.delete_${table}_of_prospect`,
    (_, p: { id: string }) => sql`delete from ${sql.table(`sales.${table}`)} where prospect_id = ${p.id}`,
  ),
)

/** Deletes a prospect with its appointments, handoffs and scores. The contact and its conversations stay. Throws 404. */
export async function deleteProspect(ctx: Ctx, prospectId: string): Promise<void> {
  const { id } = await getProspect(ctx, prospectId)
  await ctx.db.together([...removeDependents.map((statement) => statement.call({ id })), remove.call({ id })])
}

interface Texts {
  budget?: string | null | undefined
  timeline?: string | null | undefined
}

/** Parses the given texts into their numeric fields. */
function parseTexts({ budget, timeline }: Texts) {
  const read = budget ? parseBudget(budget) : null
  const fields = {
    ...(budget !== undefined && {
      budget,
      budget_min: read?.min ?? null,
      budget_max: read?.max ?? null,
      budget_currency: read?.currency ?? null,
    }),
    ...(timeline !== undefined && { timeline, timeline_days: timeline ? parseTimeline(timeline) : null }),
  }
  return { read, fields }
}

const notAMember = (error: unknown) =>
  violates(error, 'prospects_assigned_to_fkey')
    ? invalidField('body.assigned_to', 'This is not a member of this workspace.')
    : error
