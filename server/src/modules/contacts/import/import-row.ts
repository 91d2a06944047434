import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { Import } from '../schema.ts'

export interface ImportRow {
  id: string
  user_id: string
  contact_list_id: string | null
  status: 'pending' | 'running' | 'completed' | 'failed'
  filename: string
  error: string | null
  total: number
  done: number
  created: number
  merged: number
  failed: number
  created_at: string
  updated_at: string
}

/** Returns an import for the API and live frames, without internal fields like the storage key. */
export const toImport = (row: ImportRow): Import =>
  Import.parse({ ...row, errors_url: row.failed > 0 ? `/api/imports/${row.id}/errors.csv` : null })

const find = statement(
  'contacts.find_import',
  (_, p: { id: string }) => sql<ImportRow>`select * from contacts.imports where id = ${p.id}`,
)

export async function findImport(ctx: Ctx, id: string): Promise<Import | null> {
  const row = await ctx.db.maybe(find, { id })
  return row ? toImport(row) : null
}

export const getImport = async (ctx: Ctx, id: string): Promise<Import> =>
  (await findImport(ctx, id)) ?? missing('import')
