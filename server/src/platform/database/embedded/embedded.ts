import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lockDataDir } from './data-lock.ts'
import { startEngine, type Engine, type Log } from './engine.ts'
import { listSnapshots } from './snapshots.ts'

/** The major version of PostgreSQL that the pinned PGlite is. */
export const POSTGRES_MAJOR = '18'

export interface EmbeddedDatabase {
  /** What `pg` needs to connect. The pool must have `max: 1`: there is one session, and a second client waits for the first to leave. */
  connection: { host: string; port: number; user: string; database: string }
  /** Writes an fsynced snapshot of the whole database and returns its path; also done every 15 minutes and on close, if anything was written. */
  snapshot(): Promise<string>
  /** Resolves when the database has ended: with an error when it failed, undefined after `close`. Queries under way are rejected by `pg`. */
  ended: Promise<Error | undefined>
  /** Disconnects every client, takes a snapshot if one is due (in at most 10 seconds) and shuts down. */
  close(): Promise<void>
}

export interface EmbeddedDatabaseOptions {
  /** Created with mode 0700. Holds `postgres/`, `snapshots/`, the lock and the socket. */
  dataDir: string
  log: Log
  /** Tells what a new database is unpacked from; a path with nothing there, and the default, is the empty one. */
  template?: () => string
  /** Default 15 minutes. */
  snapshotEveryMs?: number
}

const SNAPSHOT_EVERY_MS = 15 * 60 * 1000
const LAST_SNAPSHOT_LIMIT_MS = 10_000
const SHUTDOWN_LIMIT_MS = 5_000
const PORT = 5432
export const SOCKET_NAME = `.s.PGSQL.${PORT}` // the name libpq and `pg` derive from the port
const SOCKET_PATH_LIMIT_BYTES = 103 // macOS; Linux allows 107

/**
 * Opens the PostgreSQL that comes with the server (PGlite). Throws when another process has the directory, when it belongs to
 * another major version of PostgreSQL, or when it does not open (`DoesNotOpen`).
 *
 * The thread runs when this returns its promise: a start goes on to load the program, which lets nothing else run here.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { log, template, snapshotEveryMs = SNAPSHOT_EVERY_MS } = options
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = lockDataDir(dataDir)
  let socketDir: string | undefined
  try {
    socketDir = chooseSocketDir(dataDir)
    const engine = await openCluster(dataDir, join(socketDir, SOCKET_NAME), snapshotEveryMs, log, template)
    return databaseOn(engine, socketDir, log, async () => {
      await removeSocketDir(socketDir, dataDir)
      lock.release()
    })
  } catch (error) {
    await removeSocketDir(socketDir, dataDir)
    lock.release()
    throw error
  }
}

/** What a started engine gives its users. `release` runs when the engine has ended, however it did. */
export function databaseOn(
  engine: Engine,
  socketDir: string,
  log: Log,
  release: () => Promise<void>,
): EmbeddedDatabase {
  let closed: Promise<void> | undefined
  let hasEnded = false
  const ended = engine.ended.then(async (error) => {
    hasEnded = true
    if (error)
      log.warn({ error: error.message }, 'The embedded database failed: every query fails until it is opened again.')
    await release()
    return error
  })
  return {
    connection: { host: socketDir, port: PORT, user: 'postgres', database: 'postgres' },
    ended,
    async snapshot() {
      return (await engine.request({ operation: 'snapshot' }))!
    },
    close: () => (closed ??= shutDown()),
  }

  async function shutDown(): Promise<void> {
    if (!hasEnded) {
      await withinLimit(engine.request({ operation: 'stop-serving' }), LAST_SNAPSHOT_LIMIT_MS, 'last snapshot', log)
      await withinLimit(engine.request({ operation: 'close' }), SHUTDOWN_LIMIT_MS, 'shutdown', log)
    }
    await engine.stop()
    await ended
  }
}

/** Closing goes on whatever happens: what is missing is logged, and every commit is already on the disk. */
async function withinLimit(work: Promise<unknown>, limitMs: number, name: string, log: Log): Promise<void> {
  const outcome = await Promise.race([
    work.then(
      () => undefined,
      (error: Error) => error.message,
    ),
    delay(limitMs, `not done within ${limitMs} ms`, { ref: false }),
  ])
  if (outcome)
    log.warn(
      { reason: outcome },
      `The embedded database's ${name} failed. Commits are safe: they are in the data directory.`,
    )
}

async function openCluster(
  dataDir: string,
  socketPath: string,
  snapshotEveryMs: number,
  log: Log,
  template?: () => string,
): Promise<Engine> {
  const clusterDir = join(dataDir, 'postgres')
  const snapshotsDir = join(dataDir, 'snapshots')
  const start = (templatePath?: string): Promise<Engine> =>
    startEngine(
      { socketPath, storage: { kind: 'directory', clusterDir, snapshotsDir, snapshotEveryMs, templatePath } },
      log,
    )

  if (!existsSync(clusterDir)) return start(template?.())
  checkMajor(clusterDir)
  try {
    return await start()
  } catch (cause) {
    throw await doesNotOpen(cause as Error, clusterDir, snapshotsDir)
  }
}

/** Neither the database nor anything else was changed. */
export class DoesNotOpen extends Error {}

// A full disk and a lack of memory keep a sound database from opening too, so an older one is never put in its place
// without being asked.
async function doesNotOpen(cause: Error, clusterDir: string, snapshotsDir: string): Promise<DoesNotOpen> {
  const [newest] = await listSnapshots(snapshotsDir)
  const wayOut = newest
    ? `To go back to the newest snapshot, written ${(await stat(newest)).mtime.toISOString()}: npm run switchboard -- recover`
    : `There is no snapshot in ${snapshotsDir}. Restore a backup, or move the directory away to begin with an empty database.`
  return new DoesNotOpen(
    `The database in ${clusterDir} does not open (${cause.message}). Nothing was changed. Is there room on the disk and in memory? ${wayOut}`,
    { cause },
  )
}

function checkMajor(clusterDir: string): void {
  const versionPath = join(clusterDir, 'PG_VERSION')
  if (!existsSync(versionPath)) return // the directory is broken, which opening it will tell
  const major = readFileSync(versionPath, 'utf8').trim()
  if (major === '' || major === POSTGRES_MAJOR) return
  throw new Error(
    `The database in ${clusterDir} was made by PostgreSQL ${major}; this version of the server embeds PostgreSQL ${POSTGRES_MAJOR}. ` +
      'Start the version that made it, take a backup there, and restore that backup with this version.',
  )
}

function chooseSocketDir(dataDir: string): string {
  if (Buffer.byteLength(join(dataDir, SOCKET_NAME)) <= SOCKET_PATH_LIMIT_BYTES) return dataDir
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-'))
  chmodSync(directory, 0o700)
  return directory
}

async function removeSocketDir(socketDir: string | undefined, dataDir: string): Promise<void> {
  if (!socketDir) return
  if (socketDir === dataDir) await rm(join(dataDir, SOCKET_NAME), { force: true })
  else await rm(socketDir, { recursive: true, force: true })
}
