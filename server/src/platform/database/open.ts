import pg from 'pg'
import type { Config } from '../../config.ts'
import type { Log } from '../log.ts'
import { openEmbeddedDatabase } from './embedded/embedded.ts'
import { type Connections, connectionsOver } from './connections.ts'
import { preparedPath } from './prepared.ts'

export interface OpenDatabase extends Connections {
  kind: 'embedded' | 'postgresql'
  /** Embedded: writes one and returns its path. */
  snapshot?(): Promise<string>
  close(): Promise<void>
}

/** Opens PostgreSQL at `DATABASE_URL`, or the embedded database in the data directory. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const onSlow = (statements: string[], milliseconds: number) =>
    log.warn({ statements, duration_ms: milliseconds }, 'Statements took longer than a second.')
  if (config.database.url) {
    const pool = createPool(config, log, { connectionString: config.database.url, max: config.database.poolSize })
    return {
      kind: 'postgresql',
      ...connectionsOver(pool, { ...config.database, replyWithinMs, onSlow }),
      close: () => pool.end(),
    }
  }
  const embedded = await openEmbeddedDatabase({ dataDir: config.dataDir, log, template: preparedPath })
  // One backend serves every connection there, so a second one would meet the first one's prepared statements.
  const pool = createPool(config, log, { ...embedded.connection, max: 1 })
  return {
    kind: 'embedded',
    ...connectionsOver(pool, { ...config.database, onSlow }),
    snapshot: embedded.snapshot,
    async close() {
      await pool.end()
      await embedded.close()
    },
  }
}

const statementTimeoutMs = 5000
/** A little longer than PostgreSQL needs to end a statement by itself. */
export const replyWithinMs = statementTimeoutMs + 500

// The planner takes policies for expensive; compiling such a query costs seconds (PostgreSQL, "When to JIT?").
export const sessionOptions =
  `-c timezone=UTC -c jit=off -c statement_timeout=${statementTimeoutMs} -c lock_timeout=2000 ` +
  '-c idle_in_transaction_session_timeout=10000'

/** A pool whose sessions have `sessionOptions`; with `options.max` 1, for the embedded database, its connection is never replaced. */
export function createPool(config: Pick<Config, 'database'>, log: Pick<Log, 'warn'>, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: config.database.poolTimeoutMs,
    maxLifetimeSeconds: options.max === 1 ? 0 : config.database.connectionMaxAgeSeconds,
    idleTimeoutMillis: options.max === 1 ? 0 : 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    options: sessionOptions,
    ...options,
  } as pg.PoolConfig)
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'An idle database connection broke.'))
  // The same for a connection in use, between two statements: the next statement fails.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const bigint = 20
const timestamptz = 1184
const numeric = 1700

/** Rows leave the database as they go out on the wire: times as ISO 8601, counts as numbers. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === timestamptz) return toIsoTime
  if (oid === bigint) return Number
  if (oid === numeric) return String
  return pg.types.getTypeParser(oid, format as 'text')
}

/** `2026-11-20 10:00:00.123456+00` (the session's zone is UTC) to `2026-11-20T10:00:00.123Z`. */
export function toIsoTime(text: string): string {
  const fraction = text.length > 22 ? text.slice(20, text.length - 3) : ''
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
}
