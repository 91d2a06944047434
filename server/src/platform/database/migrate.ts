import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'
import { missingRolesSql, readRoles } from './roles.ts'

const folder = new URL('../../../migrations/', import.meta.url)

export interface Migration {
  name: string
  sql: string
  hash: string
}

export function readMigrations(): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  return names.sort().map((name) => {
    const sql = readFileSync(new URL(name, folder), 'utf8')
    return { name, sql, hash: createHash('sha256').update(sql).digest('hex') }
  })
}

/** Names the state that the migrations lead to: another one when a file is added or changed. */
export function migrationsKey(): string {
  const hash = createHash('sha256')
  for (const { name, hash: content } of readMigrations()) hash.update(name).update(content)
  return hash.digest('hex').slice(0, 16)
}

/**
 * Brings the database up to date: forward only, each file in its own transaction, one node at a time. Returns the names
 * applied now. Throws when a file that was applied has changed since, when the database has been through migrations that
 * are not among these, and when the user lacks the roles and may not make them.
 */
export async function migrate(pool: pg.Pool, report: (name: string) => void = () => {}): Promise<string[]> {
  const migrations = readMigrations()
  const client = await pool.connect()
  try {
    // Nearly always there is nothing to do, which one statement finds out.
    const known = await appliedHashes(client)
    refuseNewer(known, migrations)
    const isUpToDate = migrations.every(({ name, hash }) => known.get(name) === hash)
    const applied = isUpToDate ? [] : await applyMissing(client, migrations, report)
    await giveFunctionsBack(client)
    return applied
  } finally {
    client.release()
  }
}

/** This program would not know what it reads, and a newer one may have taken away what it needs. */
function refuseNewer(known: Map<string, string>, migrations: Migration[]): void {
  const unknown = findNewer(known, migrations)
  if (unknown.length > 0)
    throw new Error(
      `The database is of a newer version of this program: it has been through ${unknown.join(', ')}, which this one does not know. ` +
        'Install that version again. The way back to this one is a backup from before the upgrade.',
    )
}

export const findNewer = (known: ReadonlyMap<string, string>, migrations: readonly Migration[]): string[] =>
  [...known.keys()].filter((name) => migrations.every((migration) => migration.name !== name)).sort()

async function applyMissing(
  client: pg.PoolClient,
  migrations: Migration[],
  report: (name: string) => void,
): Promise<string[]> {
  const applied: string[] = []
  // Any number of nodes may start at once; the lock's number is this program's own.
  await client.query('select pg_advisory_lock(7212021)')
  try {
    await client.query('create schema if not exists migrations')
    await client.query(
      'create table if not exists migrations.applied (name text primary key, hash text not null, applied_at timestamptz not null default now())',
    )
    const hashes = await appliedHashes(client)
    refuseNewer(hashes, migrations)
    const mayCreateRoles = hashes.size > 0 || (await checkRoles(client))
    for (const { name, sql, hash } of migrations) {
      const known = hashes.get(name)
      if (known === hash) continue
      if (known) throw new Error(`Migration ${name} has been changed after it was applied. Add a new one instead.`)
      await applyOne(client, name, mayCreateRoles ? sql : sql.replace(roleStatements, ''), hash)
      applied.push(name)
      report(name)
    }
  } finally {
    await client.query('select pg_advisory_unlock(7212021)').catch(() => {})
  }
  return applied
}

/**
 * Definer functions act for callers as `app_system` and no more; `pg_restore --no-owner` makes them the login user's. The
 * job queue's own schema is the login user's, functions and all.
 */
async function giveFunctionsBack(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string; schema: string; may_create: boolean }>(`
    select p.oid::regprocedure::text as name, quote_ident(n.nspname) as schema,
           has_schema_privilege('app_system', n.oid, 'create') as may_create
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and n.nspname !~ '^(pg_|information_schema|jobs$)' and p.proowner = current_user::regrole`)
  for (const { name, schema, may_create } of rows) {
    // Its owner must be allowed to make things in the schema, at that moment.
    const [allow, forbid] = may_create
      ? ['', '']
      : [`grant create on schema ${schema} to app_system;`, `revoke create on schema ${schema} from app_system`]
    await client.query(`begin; ${allow} alter function ${name} owner to app_system; ${forbid}; commit`)
  }
}

// The first migration makes the roles and grants them, which fails even where that is done already, for a user who may not.
const roleStatements = /^do \$\$ begin (create role|execute format\('grant) .*$/gm

/** False: the roles are there and this user's, but it may not make any. Throws with what to run when they are not. */
async function checkRoles(client: pg.PoolClient): Promise<boolean> {
  const roles = await readRoles(client)
  const todo = missingRolesSql(roles)
  if (todo)
    throw new Error(
      `The user ${roles.user} of DATABASE_URL may not make the roles that are needed. As a superuser: ${todo}`,
    )
  return roles.mayCreate
}

const undefinedTable = '42P01'

/** By name; none in a database that is still empty. */
async function appliedHashes(client: pg.PoolClient): Promise<Map<string, string>> {
  try {
    const { rows } = await client.query<{ name: string; hash: string }>('select name, hash from migrations.applied')
    return new Map(rows.map(({ name, hash }) => [name, hash]))
  } catch (error) {
    if ((error as pg.DatabaseError).code !== undefinedTable) throw error
    return new Map()
  }
}

async function applyOne(client: pg.PoolClient, name: string, sql: string, hash: string): Promise<void> {
  await client.query('begin')
  try {
    await client.query("set local statement_timeout = 0; set local lock_timeout = '5s'")
    await client.query(sql)
    await client.query('insert into migrations.applied (name, hash) values ($1, $2)', [name, hash])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`Migration ${name} failed: ${(cause as Error).message}`, { cause })
  }
}
