import { existsSync } from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import type { Config } from '../../config.ts'
import { findForeignKeys } from '../../platform/crypto/installation-keys.ts'
import { DataDirInUse } from '../../platform/database/embedded/data-lock.ts'
import { findNewer, readMigrations } from '../../platform/database/migrate.ts'
import { openDatabase } from '../../platform/database/open.ts'
import { missingRolesSql, readRoles } from '../../platform/database/roles.ts'
import { createLog } from '../../platform/log.ts'
import { sentenceOf } from '../sentence.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

const oldestVersion = 150_000 // PostgreSQL 15
const skewWarningMs = 1_000
const skewFailureMs = 30_000

/** Reachable, new enough, up to date, with its roles, and of the same time of day. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  if (!config.database.url && !existsSync(path.join(config.dataDir, 'postgres'))) {
    return [ok('database', `The embedded one will be made at the first start, in ${config.dataDir}.`)]
  }
  let database: Awaited<ReturnType<typeof openDatabase>>
  try {
    database = await openDatabase(config, createLog('silent'))
  } catch (error) {
    if (error instanceof DataDirInUse) {
      return [
        ok(
          'database',
          `Open in a server that runs: ${error.message.replace(/ Stop that.*/, '')} It is not looked into meanwhile.`,
        ),
      ]
    }
    return [failed('database', sentenceOf(error), 'Without its database the server does not start.')]
  }
  try {
    const version = await checkVersion(database)
    return version.status === 'failed'
      ? [version]
      : [
          version,
          await checkMigrations(database.pool),
          await checkRoles(database.pool),
          ...(await checkKeys(database.pool, config)),
          await checkClock(database.pool),
        ]
  } catch (error) {
    return [failed('database', sentenceOf(error), 'Check DATABASE_URL, the server it names and its pg_hba.conf.')]
  } finally {
    await database.close()
  }
}

async function checkVersion({ pool, kind }: { pool: pg.Pool; kind: string }): Promise<Finding> {
  const { rows } = await pool.query<{ version: string; number: number }>(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int as number",
  )
  const { version = '', number = 0 } = rows[0] ?? {}
  if (number < oldestVersion)
    return failed('database', `PostgreSQL ${version} is too old.`, 'Use PostgreSQL 15 or newer.')
  return ok('database', `${kind === 'embedded' ? 'Embedded PostgreSQL' : 'PostgreSQL'} ${version} answers.`)
}

async function checkMigrations(pool: pg.Pool): Promise<Finding> {
  const { rows: tables } = await pool.query<{ exists: boolean }>(
    "select to_regclass('migrations.applied') is not null as exists",
  )
  const { rows } = tables[0]?.exists
    ? await pool.query<{ name: string; hash: string }>('select name, hash from migrations.applied')
    : { rows: [] }
  const known = new Map(rows.map(({ name, hash }) => [name, hash]))
  const migrations = readMigrations()
  const changed = migrations.filter(({ name, hash }) => known.has(name) && known.get(name) !== hash)
  if (changed.length > 0)
    return failed(
      'migrations',
      `${changed[0]?.name} was changed after it was applied.`,
      'Install the version of the server that this database belongs to.',
    )
  const newer = findNewer(known, migrations)
  if (newer.length > 0)
    return failed(
      'migrations',
      `The database is of a newer version: it has been through ${newer.join(', ')}.`,
      'Install that version again, or restore a backup from before the upgrade.',
    )
  const pending = migrations.filter(({ name }) => !known.has(name)).length
  if (pending > 0)
    return warning(
      'migrations',
      `${pending} of ${migrations.length} are not applied yet.`,
      'The next start applies them; so does: npm run switchboard -- migrate',
    )
  return ok('migrations', `All ${migrations.length} are applied.`)
}

/** Only a database with all its tables knows its keys. */
async function checkKeys(pool: pg.Pool, config: Config): Promise<Finding[]> {
  const { rows } = await pool.query<{ exists: boolean }>(
    "select to_regclass('platform.installation_keys') is not null as exists",
  )
  if (!rows[0]?.exists) return []
  const foreign = await findForeignKeys(pool, config)
  if (foreign.length === 0) return [ok('keys', 'Those that the database was used with, or its first ones.')]
  return foreign.map((sentence) => failed('keys', sentence, 'The server does not start with other keys.'))
}

async function checkRoles(pool: pg.Pool): Promise<Finding> {
  const roles = await readRoles(pool)
  const todo = missingRolesSql(roles)
  if (todo)
    return failed(
      'database roles',
      roles.missing.length > 0
        ? `${roles.missing.join(' and ')} are missing, and ${roles.user} may not make them.`
        : `${roles.user} is not a member of ${roles.foreign.join(' and ')}.`,
      `As a superuser: ${todo}`,
    )
  return ok(
    'database roles',
    roles.missing.length > 0 ? 'Will be made by the first migration.' : 'app_user and app_system are there.',
  )
}

async function checkClock(pool: pg.Pool): Promise<Finding> {
  const before = Date.now()
  const { rows } = await pool.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
  )
  const middle = (before + Date.now()) / 2
  const skewMs = Math.round(Math.abs((rows[0]?.ms ?? 0) - middle))
  const message = `The clocks of this machine and of the database differ by ${skewMs} ms.`
  if (skewMs > skewFailureMs) return failed('clock', message, 'Set both by NTP: sessions and leases end by the clock.')
  if (skewMs > skewWarningMs) return warning('clock', message, 'Set both by NTP.')
  return ok('clock', message)
}
