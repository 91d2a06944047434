import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import type { FormChanges, FormField, NewForm } from './schema.ts'

export interface FormRow {
  id: string
  workspace_id: string
  name: string
  description: string | null
  fields: FormField[]
  is_active: boolean
  submission_count: number
  created_at: string
  updated_at: string
}

const columns = sql`id, workspace_id, name, description, fields, is_active, submission_count, created_at, updated_at`

const list = variants(
  'shop.list_forms',
  (_, p: { before: string | null }, shape: { rows: string; continued: boolean }) => sql<FormRow>`
    select ${columns} from shop.forms ${shape.continued ? sql`where id < ${p.before}` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of forms, newest first. */
export async function listForms(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  const rows = await ctx.db.all(list({ rows: rowsToRead(query.limit), continued: before !== null }), { before })
  return toPage(rows, query.limit)
}

const find = statement(
  'shop.find_form',
  (_, p: { id: string }) => sql<FormRow>`select ${columns} from shop.forms where id = ${p.id}`,
)

/** Throws 404. */
export async function getForm(ctx: Ctx, id: string): Promise<FormRow> {
  return (await ctx.db.maybe(find, { id })) ?? missing('form')
}

/** Returns a form for the public. Throws 404, also for an inactive form. */
export async function getActiveForm(ctx: Ctx, id: string): Promise<FormRow> {
  const form = await getForm(ctx, id)
  return form.is_active ? form : missing('form')
}

const insert = statement(
  'shop.insert_form',
  (_, p: { id: string; name: string; description: string | null; fields: string; is_active: boolean }) => sql<FormRow>`
    insert into shop.forms (id, name, description, fields, is_active)
    values (${p.id}, ${p.name}, ${p.description}, ${p.fields}::jsonb, ${p.is_active}) returning ${columns}`,
)

/** Creates a form. Throws 404 when the workspace has no shop profile. */
export async function createForm(ctx: Ctx, { name, description, fields, isActive }: NewForm): Promise<FormRow> {
  const row = {
    id: newId(),
    name,
    description: description ?? null,
    fields: JSON.stringify(fields),
    is_active: isActive,
  }
  try {
    return await ctx.db.one(insert, row, { commit: true })
  } catch (error) {
    throw violates(error, 'forms_shop') ? notFound('shop') : error
  }
}

const update = statement(
  'shop.update_form',
  (_, p: { id: string; changes: string }) => sql<FormRow>`
    update shop.forms f set ${patch('f', ['name', 'description', 'fields', 'is_active'], p.changes)}
     where id = ${p.id} returning ${columns}`,
)

/** Updates the given fields. Existing submissions do not change. Throws 404. */
export async function updateForm(ctx: Ctx, id: string, { isActive, ...changes }: FormChanges): Promise<FormRow> {
  const row = { ...changes, ...(isActive !== undefined && { is_active: isActive }) }
  return (await ctx.db.maybe(update, { id, changes: JSON.stringify(row) }, { commit: true })) ?? missing('form')
}

const remove = statement('shop.delete_form', (db, p: { id: string }) =>
  db.deleteFrom('shop.forms').where('id', '=', p.id).returning('id'),
)

/** Deletes a form and its submissions. Throws 404. */
export async function deleteForm(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { id }))) missing('form')
}
