import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { invalidField } from '../../../platform/errors.ts'
import { type Upload, readUpload } from '../../../platform/http/multipart.ts'
import { newId } from '../../../platform/id.ts'
import { beginning } from '../../../platform/text.ts'
import { type ReceivedFile, receiveFile } from '../../files/index.ts'
import { workspaceDefaults } from '../../identity/index.ts'
import { getContactList } from '../lists.ts'
import type { Import, ImportPreview } from '../schema.ts'
import { type ImportRow, findImport, toImport } from './import-row.ts'
import { type Columns, findColumns, importFields } from './columns.ts'
import { readContactRow } from './contact-row.ts'
import { countRows } from './count-rows.ts'
import { type CsvForm, detectForm, headBytes, readFirstRows } from './csv-form.ts'
import { importContacts } from './import-job.ts'
import { spreadsheetKind } from './spreadsheet.ts'

const insert = statement(
  'contacts.insert_import',
  (_, p: { id: string; contact_list_id: string; filename: string; storage_key: string; form: string; total: number }) =>
    sql<ImportRow>`
      insert into contacts.imports (id, contact_list_id, filename, storage_key, form, total)
      values (${p.id}, ${p.contact_list_id}, ${p.filename}, ${p.storage_key}, ${p.form}::jsonb, ${p.total})
      returning *`,
)

/**
 * Stores the file, checks its columns, and enqueues the import job. Throws 400 for a file without the required columns.
 * Returns the existing import if there is one with this `id`.
 */
export async function startImport(
  ctx: Ctx,
  contact_list_id: string,
  request: FastifyRequest,
  id = newId(),
): Promise<Import> {
  await getContactList(ctx, contact_list_id)
  return (await findImport(ctx, id)) ?? beginImport(ctx, id, contact_list_id, await receiveTable(ctx, request))
}

/** Like `startImport`, with a local file. */
export async function importFile(
  ctx: Ctx,
  contact_list_id: string,
  file: { path: string; mapping?: string },
): Promise<Import> {
  await getContactList(ctx, contact_list_id)
  const received = await receiveFile(ctx, createReadStream(file.path))
  const fields: Record<string, string> = file.mapping === undefined ? {} : { mapping: file.mapping }
  return beginImport(
    ctx,
    newId(),
    contact_list_id,
    await readTable(ctx, { file: received, filename: basename(file.path), fields }),
  )
}

async function beginImport(ctx: Ctx, id: string, contact_list_id: string, upload: ReceivedTable): Promise<Import> {
  try {
    const total = await countRows(ctx, upload.file.storage_key, upload.form)
    const row = await transaction(ctx, async (ctx) => {
      const row = await ctx.db.one(insert, {
        id,
        contact_list_id,
        filename: upload.filename,
        storage_key: upload.file.storage_key,
        form: JSON.stringify({ ...upload.form, columns: upload.columns }),
        total,
      })
      await ctx.services.jobs.enqueue(ctx, importContacts, { import_id: row.id })
      return row
    })
    return toImport(row)
  } catch (error) {
    await ctx.services.storage.remove(upload.file.storage_key)
    throw error
  }
}

/**
 * Returns what an import would make of the first rows, and stores nothing. When a required column is missing, each row has an
 * error, and its cells help to choose a mapping.
 */
export async function previewImport(ctx: Ctx, request: FastifyRequest): Promise<ImportPreview> {
  const upload = await receiveTable(ctx, request, true)
  try {
    const { default_country } = await workspaceDefaults(ctx)
    const { headers, columns } = upload
    return {
      columns: headers,
      mapping: Object.fromEntries(
        importFields.flatMap((field) =>
          columns[field] === undefined ? [] : [[headers[columns[field]] as string, field]],
        ),
      ),
      total: await countRows(ctx, upload.file.storage_key, upload.form),
      rows: upload.firstRows.map(({ line, cells }) => {
        const shown = cells.map((cell) => beginning(cell.replaceAll('\0', '').toWellFormed(), 200))
        if (upload.missing) return { line, cells: shown, contact: null, error: upload.missing }
        const result = readContactRow(cells, columns, default_country)
        return result.ok
          ? { line, cells: shown, contact: result.contact, error: null }
          : { line, cells: shown, contact: null, error: result.message }
      }),
    }
  } finally {
    await ctx.services.storage.remove(upload.file.storage_key)
  }
}

interface ReceivedTable {
  file: ReceivedFile
  filename: string
  form: CsvForm
  headers: string[]
  columns: Columns
  /** The error of the columns. An import stops with it; a preview shows it. */
  missing: string | null
  firstRows: { line: number; cells: string[] }[]
}

const previewRows = 10

async function receiveTable(ctx: Ctx, request: FastifyRequest, isPreview = false): Promise<ReceivedTable> {
  const discard = (file: ReceivedFile) => ctx.services.storage.remove(file.storage_key)
  return readTable(ctx, await readUpload(request, (content) => receiveFile(ctx, content), discard), isPreview)
}

async function readTable(
  ctx: Ctx,
  { file, filename, fields }: Upload<ReceivedFile>,
  isPreview = false,
): Promise<ReceivedTable> {
  try {
    if (file.content_type !== null) throw invalidField('body.file', `This is ${file.content_type}, not a CSV file.`)
    const head = await readHead(await ctx.services.storage.localPath(file.storage_key))
    const kind = spreadsheetKind(head)
    if (kind)
      throw invalidField('body.file', `This is ${kind}. Save it as CSV in your spreadsheet program and upload that.`)
    const form = detectForm(head)
    const [header, ...firstRows] = readHeadRows(head, form)
    if (!header) throw invalidField('body.file', 'The file is empty. Its first line must name the columns.')
    const found = findColumns(header.cells, readMapping(fields.mapping))
    if (!found.ok && !(found.columns && isPreview)) throw invalidField('body.mapping', found.message)
    return {
      file,
      filename,
      form,
      headers: header.cells,
      columns: found.columns as Columns,
      missing: found.ok ? null : found.message,
      firstRows: firstRows.slice(0, previewRows),
    }
  } catch (error) {
    await ctx.services.storage.remove(file.storage_key)
    throw error
  }
}

function readHeadRows(head: Uint8Array, form: CsvForm) {
  // The beginning of a longer file can end within a row or a quote; the last line is left out.
  const end = Math.max(head.lastIndexOf(0x0a), head.lastIndexOf(0x0d)) + 1
  const complete = head.length < headBytes || end === 0 ? head : head.subarray(0, end)
  try {
    return readFirstRows(complete, form, previewRows + 1)
  } catch (error) {
    throw invalidField('body.file', `This is not a CSV file that can be read: ${(error as Error).message}`)
  }
}

function readMapping(text: string | undefined): Record<string, string> {
  if (!text) return {}
  try {
    const mapping: unknown = JSON.parse(text)
    const isMapping = mapping !== null && typeof mapping === 'object' && !Array.isArray(mapping)
    if (isMapping && Object.values(mapping).every((value) => typeof value === 'string'))
      return mapping as Record<string, string>
  } catch {
    // Falls through to the same response.
  }
  throw invalidField('body.mapping', 'mapping must be a JSON object like {"Tel. 2": "phone_number"}.')
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
