import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../../platform/context.ts'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { refreshStatistics } from '../../../platform/database/statistics.ts'
import { emit, workspaceTopic } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { job } from '../../../platform/jobs.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { ContactListChanged, ImportEnded } from '../events.ts'
import type { Columns } from './columns.ts'
import { type ContactRow, readContactRow } from './contact-row.ts'
import { type CsvForm, type CsvRow, readRows } from './csv-form.ts'
import { type ImportRow, toImport } from './import-row.ts'

const batchRows = 500
const progressEveryMs = 250
const growingTables = ['contacts.contacts', 'contacts.identities', 'contacts.list_items']

const begin = statement(
  'contacts.begin_import',
  (_, p: { id: string }) =>
    sql<ImportRow & { storage_key: string; form: CsvForm & { columns: Columns } }>`
    update contacts.imports set status = 'running' where id = ${p.id} and status in ('pending', 'running') returning *`,
)

// Existing contacts keep their fields; the file only fills empty ones. The list is in the order of the file: its items have
// the ids that the rows got when they were read.
const upsert = statement(
  'contacts.import_batch',
  (_, p: { rows: string; import_id: string; user_id: string }) =>
    sql<{ created: number; merged: number }>`
    with rows as (
      select * from jsonb_to_recordset(${p.rows}::jsonb) as r
        (id uuid, first_name text, last_name text, phone_number text, email text, notes text, time_zone text)
    ), list as (
      select l.id from contacts.imports i join contacts.lists l on l.id = i.contact_list_id
       where i.id = ${p.import_id}::uuid for key share of l
    ), written as (
      insert into contacts.contacts as c (id, user_id, first_name, last_name, phone_number, email, notes, time_zone)
      select id, ${p.user_id}::uuid, first_name, last_name, phone_number, email, notes, time_zone from rows
      on conflict (workspace_id, phone_number) do update
        set first_name = coalesce(nullif(c.first_name, ''), excluded.first_name),
            last_name = coalesce(nullif(c.last_name, ''), excluded.last_name),
            email = coalesce(c.email, excluded.email),
            notes = coalesce(c.notes, excluded.notes),
            time_zone = coalesce(c.time_zone, excluded.time_zone)
      returning id, phone_number, xmax = 0 as created
    ), listed as (
      insert into contacts.list_items (id, contact_list_id, contact_id)
      select r.id, list.id, w.id from written w join rows r using (phone_number) cross join list
      on conflict do nothing
    )
    select count(*) filter (where created) as created, count(*) filter (where not created) as merged from written`,
)

const addFaults = statement(
  'contacts.add_import_faults',
  (_, p: { import_id: string; faults: string }) =>
    sql`insert into contacts.import_faults (import_id, line, message, cells)
      select ${p.import_id}, line, message, cells
        from jsonb_to_recordset(${p.faults}::jsonb) as f (line int, message text, cells text[])
      on conflict do nothing`,
)

// Returns no row when the workspace was deleted, or when another node has taken over and is further on.
const advance = statement(
  'contacts.advance_import',
  (_, p: { id: string; before: number; rows: number; created: number; merged: number; failed: number }) =>
    sql<ImportRow>`
      update contacts.imports
         set done = done + ${p.rows}, created = created + ${p.created}, merged = merged + ${p.merged}, failed = failed + ${p.failed}
       where id = ${p.id} and done = ${p.before} returning *`,
)

const finish = statement(
  'contacts.finish_import',
  (_, p: { id: string; error: string | null }) =>
    sql<ImportRow>`
    update contacts.imports
       set status = case when ${p.error}::text is null then 'completed' else 'failed' end, error = ${p.error}
     where id = ${p.id} and status in ('pending', 'running') returning *`,
)

const listIsGone = 'The list was deleted during the import. The contacts imported until then are in the contact book.'

/**
 * Imports an uploaded file. Each batch of rows commits together with the count of rows done, so an interrupted run continues
 * where it stopped.
 */
export const importContacts = job({
  name: 'contacts.import',
  input: z.object({ import_id: z.uuid() }),
  timeoutSeconds: 3600,
  concurrency: 2,
  concurrencyPerWorkspace: 1,
  attempts: 5,
  async run(ctx, { import_id }) {
    const started = await ctx.db.maybe(begin, { id: import_id })
    if (!started) return
    const { default_country } = await workspaceDefaults(ctx)
    const { columns, ...form } = started.form
    const tellProgress = progressOf(ctx)
    let row: ImportRow | undefined = started
    let seen = 0
    let batch: CsvRow[] = []
    const flush = async () => {
      if (row && batch.length > 0) row = await importBatch(ctx, row, batch, columns, default_country)
      batch = []
      if (row) await tellProgress(row)
    }
    let error: string | null = null
    try {
      for await (const csvRow of readRows(await ctx.services.storage.read(started.storage_key), form)) {
        // Skips the header, and the rows of an earlier run.
        if (seen++ <= started.done) continue
        batch.push(csvRow)
        if (batch.length === batchRows) await flush()
        if (!row?.contact_list_id) break
      }
      await flush()
    } catch (cause) {
      if (!isUnreadable(cause)) throw cause
      await flush()
      error = `The file cannot be read beyond line ${cause.lines ?? seen}: ${cause.message}`
    }
    // Without a row the workspace was deleted, or another node has taken over.
    if (row) await end(ctx, import_id, row.contact_list_id ? error : listIsGone)
  },
  givenUp: (ctx, { import_id }) =>
    end(
      ctx,
      import_id,
      'An internal error stopped the import. The contacts imported so far are stored; import the file again for the rest.',
    ),
})

/** Live progress, a few times a second, and the planner's statistics each time the import has doubled. */
function progressOf(ctx: Ctx): (row: ImportRow) => Promise<void> {
  let lastProgressAt = 0
  let nextLookAt = 0
  return async (row) => {
    if (row.done >= nextLookAt) {
      nextLookAt = row.done * 2
      await refreshStatistics(ctx.services, growingTables)
    }
    if (Date.now() - lastProgressAt < progressEveryMs) return
    lastProgressAt = Date.now()
    const { workspace_id } = await ctx.db.actor()
    ctx.services.live.publish(
      workspaceTopic(workspace_id as string, 'contacts:import'),
      'import:progress',
      toImport(row),
    )
  }
}

/** Has no effect on an import that has ended, or was deleted with its workspace. */
function end(ctx: Ctx, id: string, error: string | null): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db.maybe(finish, { id, error })
    if (!row) return
    if (row.contact_list_id) emit(ctx, ContactListChanged, { contact_list_id: row.contact_list_id })
    emit(ctx, ImportEnded, toImport(row))
  })
}

function importBatch(ctx: Ctx, { id, done, user_id }: ImportRow, rows: CsvRow[], columns: Columns, country: string) {
  // One statement cannot change a row twice, so duplicates within the batch are merged here.
  const contacts = new Map<string, ContactRow & { id: string }>()
  const faults: { line: number; message: string; cells: string[] }[] = []
  let duplicates = 0
  for (const { line, cells } of rows) {
    const result = readContactRow(cells, columns, country)
    if (!result.ok) {
      faults.push({
        line,
        message: result.message,
        cells: cells.map((cell) => cell.replaceAll('\0', '').toWellFormed()),
      })
      continue
    }
    const { contact } = result
    const known = contacts.get(contact.phone_number)
    if (known) duplicates++
    contacts.set(contact.phone_number, known ? fillEmpty(known, contact) : { id: newId(), ...contact })
  }
  return transaction(ctx, async (ctx) => {
    const counts =
      contacts.size > 0
        ? await ctx.db.one(upsert, { rows: JSON.stringify([...contacts.values()]), import_id: id, user_id })
        : { created: 0, merged: 0 }
    if (faults.length > 0) await ctx.db.all(addFaults, { import_id: id, faults: JSON.stringify(faults) })
    return ctx.db.maybe(
      advance,
      {
        id,
        before: done,
        rows: rows.length,
        created: counts.created,
        merged: counts.merged + duplicates,
        failed: faults.length,
      },
      { commit: true },
    )
  })
}

const fillEmpty = <T extends ContactRow>(known: T, more: ContactRow): T => ({
  ...known,
  first_name: known.first_name || more.first_name,
  last_name: known.last_name || more.last_name,
  email: known.email ?? more.email,
  notes: known.notes ?? more.notes,
  time_zone: known.time_zone ?? more.time_zone,
})

/** Errors of csv-parse: the file is invalid. */
function isUnreadable(error: unknown): error is Error & { lines?: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')
}
