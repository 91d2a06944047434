import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Config } from '../src/config.ts'
import { openTestDatabase as openEmbeddedTestDatabase } from '../src/platform/database/embedded/test-database.ts'
import { forgetKeys } from '../src/platform/crypto/installation-keys.ts'
import { connectionsOver } from '../src/platform/database/connections.ts'
import { migrationsKey } from '../src/platform/database/migrate.ts'
import { createPool, type OpenDatabase, sessionOptions } from '../src/platform/database/open.ts'
import type { Log } from '../src/platform/log.ts'

/** An empty database of its own, as after a first start: embedded in memory, or on the PostgreSQL of DATABASE_URL. Dropped when closed. */
export async function openTestDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const server = process.env.DATABASE_URL
  const key = migrationsKey()
  return server ? onPostgres(server, key, config, log) : embedded(key, config, log)
}

const patienceMs = 60_000

/**
 * A pool as the server's, but for its patience: a machine that is slow because of the tests beside this one is no fault of
 * what is tested.
 */
const createPatientPool = ({ database }: Config, log: Log, options: pg.PoolConfig): pg.Pool =>
  createPool({ database: { ...database, poolTimeoutMs: patienceMs } }, log, {
    options: ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'].reduce(
      (all, limit) => `${all} -c ${limit}=${patienceMs}`,
      sessionOptions,
    ),
    ...options,
  })

/** Leaves what a node's first start leaves: the tables, and the queues of its jobs. Ends the pool. */
async function prepare(pool: pg.Pool, kind: OpenDatabase['kind'], config: Config, log: Log): Promise<void> {
  const database = {
    kind,
    ...connectionsOver(pool, { ...config.database, poolTimeoutMs: patienceMs }),
    close: () => pool.end(),
  }
  // Only here, because most test files find the template made.
  const { createApp } = await import('../src/app.ts')
  const app = await createApp({ config, log, database, http: false })
  await forgetKeys(pool)
  await app.close()
}

async function embedded(key: string, config: Config, log: Log): Promise<OpenDatabase> {
  const database = await openEmbeddedTestDatabase({
    key,
    prepare: (connection) =>
      prepare(createPatientPool(config, log, { ...connection, max: 1 }), 'embedded', config, log),
  })
  const pool = createPatientPool(config, log, { ...database.connection, max: 1 })
  return {
    kind: 'embedded',
    ...connectionsOver(pool, { ...config.database, poolTimeoutMs: patienceMs }),
    async close() {
      await pool.end()
      await database.close()
    },
  }
}

async function onPostgres(server: string, key: string, config: Config, log: Log): Promise<OpenDatabase> {
  const template = `switchboard_template_${key}`
  const name = `switchboard_test_${randomUUID().replaceAll('-', '')}`
  const urlOf = (database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  // Test files run side by side; the first one makes the template.
  await admin.query('select pg_advisory_lock(7212022)')
  const { rows } = await admin.query('select datistemplate from pg_database where datname = $1', [template])
  if (!rows[0]?.datistemplate) {
    await admin.query(`drop database if exists ${template}`)
    await admin.query(`create database ${template}`)
    await prepare(
      createPatientPool(config, log, { connectionString: urlOf(template), max: 2 }),
      'postgresql',
      config,
      log,
    )
    await admin.query(`alter database ${template} is_template true`)
  }
  await admin.query(`create database ${name} template ${template}`)
  await admin.query('select pg_advisory_unlock(7212022)')
  const pool = createPatientPool(config, log, { connectionString: urlOf(name), max: config.database.poolSize })
  return {
    kind: 'postgresql',
    ...connectionsOver(pool, { ...config.database, poolTimeoutMs: patienceMs }),
    async close() {
      await pool.end()
      try {
        // Not `with (force)`: that is refused while an autovacuum, which is the superuser's, is at work there.
        await admin.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = current_user',
          [name],
        )
        await admin.query(`drop database if exists ${name}`)
      } finally {
        await admin.end()
      }
    },
  }
}
