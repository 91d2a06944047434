/** Writes `tables.ts`, the row types, from a freshly migrated database: `npm run generate`. */
import { PGlite } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { vector } from '@electric-sql/pglite-pgvector'
import { readFile, writeFile } from 'node:fs/promises'
import { readMigrations } from './migrate.ts'

interface Column {
  schema: string
  table: string
  column: string
  type: string
  nullable: boolean
  defaulted: boolean
  generated: boolean
}

const selected: Record<string, string> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  jsonb: 'Json',
  json: 'Json',
  bytea: 'Buffer',
  timestamptz: 'Timestamp',
}

function typeOf(type: string): string {
  if (type.startsWith('_')) return `${typeOf(type.slice(1))}[]`
  return selected[type] ?? 'string'
}

const pascal = (name: string) => name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function render(columns: Column[]): string {
  const tables = Map.groupBy(columns, (column) => `${column.schema}.${column.table}`)
  const interfaces = [...tables].map(([name, of]) => {
    const [schema, table] = name.split('.') as [string, string]
    const fields = of.map((column) => {
      const type = typeOf(column.type) + (column.nullable ? ' | null' : '')
      const wrapped = column.generated ? `GeneratedAlways<${type}>` : column.defaulted ? `Generated<${type}>` : type
      return `  ${column.column}: ${wrapped}`
    })
    return {
      name,
      type: pascal(`${schema}_${table}`),
      text: `export interface ${pascal(`${schema}_${table}`)} {\n${fields.join('\n')}\n}`,
    }
  })
  return `// Written by \`npm run generate\` from the migrations; change those.
import type { ColumnType, GeneratedAlways } from 'kysely'

type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>
/** Read as ISO 8601 with \`Z\`. */
type Timestamp = ColumnType<string, string | Date, string | Date>
/** Written as JSON text, because \`pg\` would send an array as a PostgreSQL array. */
type Json = ColumnType<unknown, string, string>

${interfaces.map((table) => table.text).join('\n\n')}

export interface Database {
${interfaces.map((table) => `  '${table.name}': ${table.type}`).join('\n')}
}
`
}

async function readColumns(): Promise<Column[]> {
  const db = await PGlite.create({ extensions: { btree_gist, citext, pg_trgm, unaccent, vector } })
  for (const migration of readMigrations()) await db.exec(migration.sql)
  const { rows } = await db.query<Column>(`
    select n.nspname as schema, c.relname as table, a.attname as column, t.typname as type,
           not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as defaulted,
           a.attidentity = 'a' or a.attgenerated <> '' as generated
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = a.atttypid
     where c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by 1, 2, a.attnum`)
  await db.close()
  return rows
}

const file = new URL('./tables.ts', import.meta.url)
const text = render(await readColumns())
if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8')
  const plain = (source: string) => source.replace(/\s|;/g, '')
  if (plain(committed) !== plain(text)) {
    console.error('server/src/platform/database/tables.ts is out of date: run `npm run generate`.')
    process.exit(1)
  }
} else {
  await writeFile(file, text)
}
