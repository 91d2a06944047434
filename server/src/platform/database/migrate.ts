import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

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
 * Brings the database up to date: forward only, each file in its own transaction, one node at a time. Answers the names
 * applied now. Throws when a file that was applied has changed since.
 */
export async function migrate(pool: pg.Pool, report: (name: string) => void = () => {}): Promise<string[]> {
  const migrations = readMigrations()
  const client = await pool.connect()
  try {
    // Nearly always there is nothing to do, and one statement tells.
    const known = await appliedHashes(client)
    const isUpToDate = migrations.every(({ name, hash }) => known.get(name) === hash)
    return isUpToDate ? [] : await applyMissing(client, migrations, report)
  } finally {
    client.release()
  }
}

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
    for (const { name, sql, hash } of migrations) {
      const known = hashes.get(name)
      if (known === hash) continue
      if (known) throw new Error(`Migration ${name} has been changed after it was applied. Add a new one instead.`)
      await applyOne(client, name, sql, hash)
      applied.push(name)
      report(name)
    }
  } finally {
    await client.query('select pg_advisory_unlock(7212021)').catch(() => {})
  }
  return applied
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
