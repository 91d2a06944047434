import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { transaction } from '../src/platform/context.ts'
import { statement } from '../src/platform/database/statement.ts'
import { serverContext } from '../src/platform/services.ts'
import { startTestServer } from './server.ts'
import { createFixture } from './fixture.ts'

// Below the API: what may a session of one workspace do to the rows of another, table by table? Then each policy is
// broken on purpose, to see that this test would notice.

const server = await startTestServer()
const theirs = await createFixture(server)
const ours = await createFixture(server)
const { pool } = server.app.services.connections
const as = (workspaceId: string, userId: string) => serverContext(server.app.services, { workspaceId, userId })
const us = as(ours.owner.workspaceId, ours.owner.userId)

interface Table {
  name: string
  /** Those that can be written. */
  columns: string[]
}

const { rows: tables } = await pool.query<Table>(`
  select n.nspname || '.' || c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   where p.polname = 'tenant' group by 1 order by 1`)

/** Everything a session of ours can see or do among their rows: an empty list is as it must be. */
async function trespasses({ name: table, columns }: Table): Promise<string[]> {
  const found: string[] = []
  const their = sql.lit(theirs.owner.workspaceId)
  const count = statement(
    `row_security.count.${table}`,
    () => sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)} where workspace_id = ${their}`,
  )
  if ((await us.db.one(count, {})).rows > 0) found.push('reads')
  const writes = {
    updates: sql`update ${sql.table(table)} set workspace_id = workspace_id where workspace_id = ${their}`,
    deletes: sql`delete from ${sql.table(table)} where workspace_id = ${their}`,
  }
  for (const [what, query] of Object.entries(writes)) {
    const write = statement(`row_security.${what}.${table}`, () => sql<{ one: number }>`${query} returning 1 as one`)
    if (await touches(write)) found.push(what)
  }
  if (await plants(table, columns)) found.push('plants')
  return found
}

const insufficientPrivilege = '42501'

/**
 * Can a row of ours be planted among theirs? That is what WITH CHECK is for. It is looked at before any other
 * constraint, so every refusal but its own means that it would have let the row in.
 */
async function plants(table: string, columns: string[]): Promise<boolean> {
  const list = sql.join(columns.map((column) => sql.ref(column)))
  const values = sql.join(columns.map((column) => sql.ref(`r.${column}`)))
  const plant = statement(
    `row_security.plants.${table}`,
    (_, p: { changes: string }) =>
      sql`insert into ${sql.table(table)} (${list})
        select ${values} from ${sql.table(table)} t, jsonb_populate_record(t, ${p.changes}::jsonb) r limit 1`,
  )
  try {
    await transaction(us, async (ctx) => {
      await ctx.db.all(plant, { changes: JSON.stringify({ workspace_id: theirs.owner.workspaceId }) })
      throw new Undo()
    })
  } catch (error) {
    return (error as { code?: string }).code !== insufficientPrivilege
  }
  return false
}

class Undo extends Error {}

/** Does the statement touch a row? Undone either way; a refusal of any kind is no trespass. */
async function touches(write: Parameters<typeof us.db.all<object, { one: number }>>[0]): Promise<boolean> {
  let rows = 0
  await transaction(us, async (ctx) => {
    rows = (await ctx.db.all(write, {})).length
    throw new Undo()
  }).catch(() => {})
  return rows > 0
}

const hasRows = async (table: string) =>
  (
    await pool.query<{ both: boolean }>(
      `select count(distinct workspace_id) = 2 as both from ${table} where workspace_id = any ($1)`,
      [[theirs.owner.workspaceId, ours.owner.workspaceId]],
    )
  ).rows[0]?.both === true

for (const table of tables) {
  const { name } = table
  test(`${name} keeps workspaces apart`, async (t) => {
    if (!(await hasRows(name))) return t.skip('no rows in the test fixture')
    assert.deepEqual(await trespasses(table), [])
  })

  const mutants = {
    'row security switched off': [
      `alter table ${name} disable row level security`,
      `alter table ${name} enable row level security`,
    ],
    'using (true)': [
      `alter policy tenant on ${name} using (true)`,
      `alter policy tenant on ${name} using (workspace_id = (select app.workspace_id()))`,
    ],
    'with check (true)': [
      `alter policy tenant on ${name} with check (true)`,
      `alter policy tenant on ${name} with check (workspace_id = app.workspace_id())`,
    ],
  } as const
  for (const [mutant, [breaks, mends]] of Object.entries(mutants)) {
    test(`${name}: ${mutant} would be noticed`, async (t) => {
      if (!(await hasRows(name))) return t.skip('no rows in the test fixture')
      await pool.query(breaks)
      try {
        assert.notDeepEqual(await trespasses(table), [])
      } finally {
        await pool.query(mends)
      }
    })
  }
}
