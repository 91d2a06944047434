import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { toCsvLine } from '../../../platform/csv.ts'
import { getImport } from './import-row.ts'

const pageRows = 1000

const list = statement(
  'contacts.list_import_faults',
  (_, p: { import_id: string; after: number }) =>
    sql<{ line: number; message: string; cells: string[] }>`
    select line, message, cells from contacts.import_faults
     where import_id = ${p.import_id} and line > ${p.after} order by line limit ${sql.lit(pageRows)}`,
)

/** Returns the refused rows as CSV, each with its line and the reason, to correct and import again. */
export async function importErrorFile(ctx: Ctx, import_id: string): Promise<Readable> {
  await getImport(ctx, import_id)
  return Readable.from(
    (async function* () {
      yield toCsvLine(['line', 'error', 'row'])
      for (let after = 0; ;) {
        const faults = await ctx.db.all(list, { import_id, after })
        yield faults.map(({ line, message, cells }) => toCsvLine([line, message, ...cells])).join('')
        if (faults.length < pageRows) return
        after = faults.at(-1)?.line ?? after
      }
    })(),
  )
}
