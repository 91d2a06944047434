import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'

const table = z.object({
  accessible: z.boolean().describe('True when the table can be read.'),
  count: z.int().describe('Number of public rows.'),
})
export const DatabaseTest = z
  .object({
    success: z.literal(true).describe('Always true.'),
    message: z.string().describe('Human-readable message.'),
    tables: z
      .object({
        properties: table.describe('The public properties.'),
        integrations: table.describe('The public integrations.'),
      })
      .describe('The rows that can be read without authentication, by table.'),
  })
  .meta({ id: 'DatabaseTest' })

const count = statement(
  'sales.count_public',
  () =>
    sql<{ properties: number; integrations: number }>`
    select (select count(*) from sales.properties) as properties, (select count(*) from integrations.connections) as integrations`,
)

/** Queries the database and counts the rows of the public workspace. */
export async function testDatabase({ services }: Ctx): Promise<z.output<typeof DatabaseTest>> {
  const ctx = serverContext(services, { workspaceId: services.config.publicWorkspaceId ?? nowhere })
  const { properties, integrations } = await ctx.db.one(count, {})
  return {
    success: true,
    message: 'Database connection successful!',
    tables: {
      properties: { accessible: true, count: properties },
      integrations: { accessible: true, count: integrations },
    },
  }
}

/** An id that no workspace has. */
const nowhere = '00000000-0000-0000-0000-000000000000'
