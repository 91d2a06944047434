import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import type pg from 'pg'
import type { Config } from '../../config.ts'
import { keyFile, loadKeys, type NamedKey } from './key-files.ts'

/** The keys that all nodes of an installation share, and without which what is in its database is worth little. */
const kinds = [
  {
    purpose: 'encryption',
    noun: 'encryption keys',
    variable: 'ENCRYPTION_KEYS',
    given: (config: Config) => config.encryptionKeys,
    loss: 'SIP passwords and the tokens of connected channels in the database cannot be read',
  },
  {
    purpose: 'tokens',
    noun: 'token keys',
    variable: 'JWT_KEYS',
    given: (config: Config) => config.tokenKeys,
    loss: 'all users have to sign in again',
  },
] as const

interface Known {
  purpose: string
  key_name: string
  fingerprint: string
}

/** Says nothing of the key, which is 32 random bytes or more, and is another one for each purpose. */
const fingerprintOf = (purpose: string, { key }: NamedKey): string =>
  createHmac('sha256', key).update(`switchboard fingerprint of ${purpose}`).digest('hex').slice(0, 32)

/** Returns the faults of this node's keys, a sentence for each kind. Generates and writes nothing. */
export async function findForeignKeys(pool: pg.Pool, config: Config): Promise<string[]> {
  const known = await readKnown(pool)
  return kinds.flatMap(({ purpose, noun, variable, given, loss }) => {
    const current = known.find((row) => row.purpose === purpose)
    if (!current) return []
    const file = keyFile(config.dataDir, purpose)
    const wayOut =
      `Give this node the same keys as before: put ${file} back from a backup or another node, or set ${variable}. ` +
      `If they are lost for good: npm run switchboard -- keys accept, after which ${loss}.`
    if (given(config) === null && !existsSync(file))
      return [
        `The ${noun} are gone: there is no ${file}, and the database was used with the key "${current.key_name}". ${wayOut}`,
      ]
    const keys = loadKeys(given(config), config.dataDir, purpose, variable)
    if (keys.some((key) => fingerprintOf(purpose, key) === current.fingerprint)) return []
    const source = given(config) === null ? file : variable
    return [
      `The ${noun} in ${source} are not those of this database, which was used with another key "${current.key_name}". ${wayOut}`,
    ]
  })
}

/**
 * Compares this node's keys with those that the database was used with, before anything is sealed, signed or made. A node
 * must have the newest key of the others among its own; its own newest one counts from then on. So a new key goes first
 * behind the old one, on every node, and then before it. Throws a sentence.
 */
export async function admitKeys(pool: pg.Pool, config: Config): Promise<void> {
  const [foreign] = await findForeignKeys(pool, config)
  if (foreign) throw new Error(foreign)
  if (!(await recordKeys(pool, config, 'only new'))) await admitKeys(pool, config)
}

/** Makes this node's keys those of the installation; generates missing ones. */
export async function acceptKeys(pool: pg.Pool, config: Config): Promise<void> {
  await recordKeys(pool, config, 'replace')
}

/** For a database that is handed out as a template: each copy of it takes the first keys it meets. */
export async function forgetKeys(pool: pg.Pool): Promise<void> {
  await pool.query('delete from platform.installation_keys')
}

/** False: another node, which starts for the first time too, was quicker with other keys. */
async function recordKeys(pool: pg.Pool, config: Config, mode: 'only new' | 'replace'): Promise<boolean> {
  const known = await readKnown(pool)
  for (const { purpose, variable, given } of kinds) {
    const keys = loadKeys(given(config), config.dataDir, purpose, variable)
    const [newest] = keys as [NamedKey]
    const fingerprint = fingerprintOf(purpose, newest)
    const before = known.find((row) => row.purpose === purpose)?.fingerprint ?? null
    if (before === fingerprint) continue
    const { rowCount } = await pool.query(
      `insert into platform.installation_keys as k (purpose, key_name, fingerprint) values ($1, $2, $3)
       on conflict (purpose) do update set key_name = excluded.key_name, fingerprint = excluded.fingerprint, since = now()
        where $4 or k.fingerprint = $5 or k.fingerprint = excluded.fingerprint`,
      [purpose, newest.name, fingerprint, mode === 'replace', before],
    )
    if (rowCount === 0) return false
  }
  return true
}

async function readKnown(pool: pg.Pool): Promise<Known[]> {
  const { rows } = await pool.query<Known>('select purpose, key_name, fingerprint from platform.installation_keys')
  return rows
}
