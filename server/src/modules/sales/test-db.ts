import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'

const table = z.object({
  accessible: z.boolean().describe('Whether it can be read.'),
  count: z.int().describe('How many rows can be read.'),
})
export const DatabaseTest = z
  .object({
    success: z.literal(true).describe('Always true.'),
    message: z.string().describe('A sentence for a person.'),
    tables: z
      .object({
        properties: table.describe('The public properties.'),
        integrations: table.describe('The public integrations.'),
      })
      .describe('What can be read without a login, by table.'),
  })
  .meta({ id: 'DatabaseTest' })

const count = statement(
  'sales.count_public',
  () =>
    sql<{ properties: number; integrations: number }>`
    select (select count(*) from sales.properties) as properties, (select count(*) from integrations.connections) as integrations`,
)

/** Reaches the database, and counts what anybody may read: the public workspace's. */
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

/** A workspace that never is. */
const nowhere = '00000000-0000-0000-0000-000000000000'
