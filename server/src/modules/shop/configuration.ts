import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { statement } from '../../platform/database/statement.ts'
import { notFound, tooLarge } from '../../platform/errors.ts'
import { type Configuration, maxConfigurationBytes } from './schema.ts'
import { getShop } from './shops.ts'

const find = statement(
  'shop.find_configuration',
  () => sql<{ document: Configuration }>`
    select document from shop.configurations where workspace_id = app.workspace_id()`,
)

/** Returns the configuration of the current shop, empty when none was saved. Throws 404 for a workspace without a shop. */
export async function getConfiguration(ctx: Ctx): Promise<Configuration> {
  const found = await ctx.db.maybe(find, {})
  if (found) return found.document
  await getShop(ctx)
  return {}
}

// Merged in the database, so that two members who save different parts at once keep both.
const merge = statement(
  'shop.merge_configuration',
  (_, p: { changes: string; removed: string[] }) => sql<{ document: Configuration; size_bytes: number }>`
    insert into shop.configurations as c (document) values (${p.changes}::jsonb)
    on conflict (workspace_id) do update set document = (c.document || excluded.document) - ${p.removed}::text[]
    returning document, octet_length(document::text) as size_bytes`,
)

/** Changes the given keys; null removes one. Throws 404 for a workspace without a shop, 413 beyond `maxConfigurationBytes`. */
export async function updateConfiguration(ctx: Ctx, changes: Configuration): Promise<Configuration> {
  const isRemoved = ([, value]: [string, unknown]) => value === null
  const removed = Object.entries(changes)
    .filter(isRemoved)
    .map(([key]) => key)
  const set = Object.fromEntries(Object.entries(changes).filter((entry) => !isRemoved(entry)))
  try {
    const { document, size_bytes } = await ctx.db.one(merge, { changes: JSON.stringify(set), removed })
    if (size_bytes > maxConfigurationBytes) throw tooLarge('The configuration of a shop can have at most 512 KiB.')
    return document
  } catch (error) {
    throw violates(error, 'configurations_workspace_id_fkey') ? notFound('shop') : error
  }
}
