import { createHash } from 'node:crypto'
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { Database } from './tables.ts'

/** Compiles only; it never connects. */
const builder = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

export type Builder = Kysely<Database>

/** A query built once, when its module loads, and run as a named prepared statement. */
export interface Statement<P, R> {
  readonly name: string
  readonly text: string
  call(parameters: P): Call<R>
}

/** A statement with its values, ready to send. */
export interface Call<R = unknown> {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
  /** Only carries the row's type. */
  readonly row?: R
}

interface Compilable<R> {
  compile(executor: Kysely<Database>): CompiledQuery<R>
}

class Parameter {
  readonly key: string
  constructor(key: string) {
    this.key = key
  }
}

// While a statement is built every `p.name` stands for a value that comes later.
const placeholders = new Proxy({}, { get: (_, key) => new Parameter(String(key)) })

/**
 * Builds a statement: `statement('contacts.find', (db, p: { id: string }) => db.selectFrom(…).where('id', '=', p.id))`.
 * The name is unique in the program. Arrays go in as `= any(${p.ids})`; a parameter left out is null.
 */
export function statement<P, R>(fullName: string, build: (db: Builder, p: P) => Compilable<R>): Statement<P, R> {
  const name = distinctName(fullName)
  const { sql: text, parameters } = build(builder, placeholders as P).compile(builder)
  return {
    name,
    text,
    call: (values) => ({
      name,
      text,
      values: parameters.map((parameter) =>
        parameter instanceof Parameter ? ((values as Record<string, unknown>)[parameter.key] ?? null) : parameter,
      ),
    }),
  }
}

/** PostgreSQL distinguishes prepared statements by their first 63 bytes. */
const maxNameBytes = 63

function distinctName(name: string): string {
  if (Buffer.byteLength(name) <= maxNameBytes) return name
  const digest = createHash('sha256').update(name).digest('base64url').slice(0, 12)
  return `${name.slice(0, maxNameBytes - digest.length - 1)}~${digest}`
}

/**
 * A statement that exists in a few forms, one per combination of switches (which filters are set, is there a cursor),
 * each built at its first use. Switches are booleans or short enumerations, so that their number stays bounded.
 */
export function variants<S extends Record<string, boolean | string>, P, R>(
  name: string,
  build: (db: Builder, p: P, shape: S) => Compilable<R>,
): (shape: S) => Statement<P, R> {
  const built = new Map<string, Statement<P, R>>()
  return (shape) => {
    const key = Object.keys(shape)
      .filter((option) => shape[option])
      .map((option) => (shape[option] === true ? option : `${option}=${shape[option]}`))
      .join('+')
    let variant = built.get(key)
    if (!variant) {
      variant = statement<P, R>(key ? `${name}:${key}` : name, (db, p) => build(db, p, shape))
      built.set(key, variant)
    }
    return variant
  }
}

/**
 * `(a, b) = (…)` for an update that changes only the fields sent: those named in the JSON text `changes`, nulls
 * included. Inside `sql`: `update contacts.contacts c set ${patch('c', ['name', 'email'], p.changes)} where …`.
 */
export function patch(alias: string, columns: readonly string[], changes: string) {
  const list = sql.join(columns.map((column) => sql.ref(column)))
  const values = sql.join(columns.map((column) => sql.ref(`changed.${column}`)))
  return sql`(${list}) = (select ${values} from jsonb_populate_record(${sql.ref(alias)}, ${changes}::jsonb) changed)`
}
