import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { FormSubmitted } from '../events.ts'
import { checkValues } from './fields.ts'
import { type FormRow, getActiveForm, getForm } from './forms.ts'
import type { SubmissionRow } from './submission-row.ts'
import { findOrCreateGuest } from '../guests.ts'

const insert = statement(
  'shop.insert_submission',
  (_, p: { id: string; form_id: string; contact_id: string | null; values: string }) => sql<SubmissionRow>`
    with counted as (update shop.forms set submission_count = submission_count + 1 where id = ${p.form_id})
    insert into shop.form_submissions (id, form_id, contact_id, "values")
    values (${p.id}, ${p.form_id}, ${p.contact_id}, ${p.values}::jsonb)
    returning id, form_id, contact_id, "values", created_at`,
)

/**
 * Stores a submission. An e-mail address or number in it finds or creates the contact. Throws 404 for an unknown or
 * inactive form, 400 that names each invalid field as `body.values.<name>`.
 */
export function submitForm(ctx: Ctx, formId: string, entered: Record<string, unknown>): Promise<SubmissionRow> {
  return transaction(ctx, async (ctx) => {
    const form = await getActiveForm(ctx, formId)
    const values = checkValues(form.fields, entered)
    const contact_id = await findOrCreateGuest(ctx, guestDetails(form, values))
    const row = await ctx.db.one(insert, { id: newId(), form_id: form.id, contact_id, values: JSON.stringify(values) })
    emit(ctx, FormSubmitted, { submission_id: row.id, form_id: form.id, form_name: form.name, contact_id })
    return row
  })
}

const nameFields = new Set(['name', 'fullname', 'customername', 'yourname'])

/** Returns the submitter's details: the first e-mail address and number, and the text field with a common name for a name. */
function guestDetails({ fields }: FormRow, values: Record<string, unknown>) {
  const textOf = (name: string | undefined) => {
    const value = name === undefined ? undefined : values[name]
    return typeof value === 'string' ? value : undefined
  }
  const phone = fields.find(({ type, name }) => type === 'phone' && values[name] !== undefined)?.name
  return {
    name: textOf(
      fields.find(({ type, name }) => type === 'text' && nameFields.has(name.toLowerCase().replace(/[_-]/g, '')))?.name,
    ),
    email: textOf(fields.find(({ type, name }) => type === 'email' && values[name] !== undefined)?.name),
    phone: textOf(phone),
    phonePath: `body.values.${phone}`,
  }
}

const list = variants(
  'shop.list_submissions',
  (_, p: { form_id: string; before: string | null }, shape: { rows: string; continued: boolean }) => sql<SubmissionRow>`
    select id, form_id, contact_id, "values", created_at from shop.form_submissions
     where form_id = ${p.form_id} ${shape.continued ? sql`and id < ${p.before}` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of a form's submissions, newest first. Throws 404 for an unknown form. */
export async function listSubmissions(ctx: Ctx, formId: string, query: { limit: number; cursor?: string | undefined }) {
  await getForm(ctx, formId)
  const before = readCursor(query.cursor)
  const shape = { rows: rowsToRead(query.limit), continued: before !== null }
  return toPage(await ctx.db.all(list(shape), { form_id: formId, before }), query.limit)
}
