import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The major version of PostgreSQL that the pinned PGlite is. */
export const POSTGRES_MAJOR = '18'

/** Without one of these PGlite makes a new database in the directory, or says nothing that helps. */
const essential = ['PG_VERSION', 'base', 'global/pg_control', 'pg_wal', 'pg_xact']

const isEmpty = (directory: string): boolean => !existsSync(directory) || readdirSync(directory).length === 0

/**
 * Returns whether this data directory has never been used. Where there are keys, files or snapshots there was a database
 * too; a new one in its place would look like the loss of everything. Throws `DatabaseMissing` then.
 */
export function isUnused(dataDir: string): boolean {
  const clusterDir = join(dataDir, 'postgres')
  if (!isEmpty(clusterDir)) return false
  const kept = ['snapshots', 'files', 'keys'].filter((name) => !isEmpty(join(dataDir, name)))
  if (kept.length === 0 && !existsSync(clusterDir)) return true
  throw new DatabaseMissing(`${clusterDir} is ${existsSync(clusterDir) ? 'empty' : 'missing'}${beside(kept)}`)
}

const beside = (kept: string[]): string =>
  kept.length === 0 ? '' : `, and beside it there ${kept.length === 1 ? 'is' : 'are'} ${kept.join(', ')}`

/** Its message is what is missing, without a full stop. */
export class DatabaseMissing extends Error {}

/** Throws `DatabaseMissing` when a part is gone without which nothing opens. */
export function checkWhole(clusterDir: string): void {
  const missing = essential.filter((name) => !existsSync(join(clusterDir, name)))
  if (missing.length > 0) throw new DatabaseMissing(`${missing.join(', ')} is missing in ${clusterDir}`)
}

/** Throws when the database is one of another major version. */
export function checkMajor(clusterDir: string): void {
  const versionPath = join(clusterDir, 'PG_VERSION')
  if (!existsSync(versionPath)) return // which `checkWhole` reports
  const major = readFileSync(versionPath, 'utf8').trim()
  if (major === '' || major === POSTGRES_MAJOR) return
  throw new Error(
    `The database in ${clusterDir} was made by PostgreSQL ${major}; this version of the server embeds PostgreSQL ${POSTGRES_MAJOR}. ` +
      'Start the version that made it, take a backup there, and restore that backup with this version.',
  )
}
