import { chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lockDataDir } from './data-lock.ts'
import { startEngine, type Engine, type Log } from './engine.ts'
import { keepEngine, type LastingEngine } from './lasting-engine.ts'
import { listSnapshots } from './snapshots.ts'
import { templatePath as emptyTemplate } from './template.ts'
import { checkMajor, checkWhole, DatabaseMissing, isUnused } from './whole.ts'

export interface EmbeddedDatabase {
  /** What `pg` needs to connect. The pool must have `max: 1`: there is one session, and a second client waits for the first to leave. */
  connection: { host: string; port: number; user: string; database: string; stream?: () => Socket }
  /** Writes an fsynced snapshot of the whole database and returns its path; also done every 15 minutes and on close, if anything was written. */
  snapshot(): Promise<string>
  /** Disconnects every client, takes a snapshot if one is due (in at most 10 seconds) and shuts down. */
  close(): Promise<void>
}

export interface EmbeddedDatabaseOptions {
  /** Created with mode 0700. Holds `postgres/`, `snapshots/`, the lock and the socket. */
  dataDir: string
  log: Log
  /** Returns the archive that a new database is unpacked from. Default, and for a path without a file: the empty one. */
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
    const release = async (): Promise<void> => {
      await removeSocketDir(socketDir, dataDir)
      lock.release()
    }
    return databaseOn(engine, { host: socketDir, stream: engine.createSocket }, log, release)
  } catch (error) {
    await removeSocketDir(socketDir, dataDir)
    lock.release()
    throw error
  }
}

/** Returns the database over a started engine. `release` runs when it has been closed. */
export function databaseOn(
  engine: Pick<Engine, 'request' | 'stop'>,
  socket: Pick<EmbeddedDatabase['connection'], 'host' | 'stream'>,
  log: Log,
  release: () => Promise<void>,
): EmbeddedDatabase {
  let closed: Promise<void> | undefined
  return {
    connection: { ...socket, port: PORT, user: 'postgres', database: 'postgres' },
    async snapshot() {
      return (await engine.request({ operation: 'snapshot' }))!
    },
    close: () => (closed ??= shutDown()),
  }

  async function shutDown(): Promise<void> {
    await withinLimit(engine.request({ operation: 'stop-serving' }), LAST_SNAPSHOT_LIMIT_MS, 'last snapshot', log)
    await withinLimit(engine.request({ operation: 'close' }), SHUTDOWN_LIMIT_MS, 'shutdown', log)
    await engine.stop()
    await release()
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
): Promise<LastingEngine> {
  const clusterDir = join(dataDir, 'postgres')
  const snapshotsDir = join(dataDir, 'snapshots')
  const storage = { kind: 'directory', clusterDir, snapshotsDir, snapshotEveryMs } as const
  const keep = (newFrom?: string): Promise<LastingEngine> =>
    keepEngine((onFailure, isFirst) => {
      const making = isFirst && newFrom ? { newFrom } : {}
      return startEngine({ socketPath, storage: { ...storage, ...making } }, log, onFailure)
    }, log)

  try {
    if (isUnused(dataDir)) return await keep(template?.() ?? emptyTemplate)
    checkMajor(clusterDir)
    checkWhole(clusterDir)
  } catch (cause) {
    throw cause instanceof DatabaseMissing ? await isMissing(cause, snapshotsDir) : cause
  }
  try {
    return await keep()
  } catch (cause) {
    throw await doesNotOpen(cause as Error, clusterDir, snapshotsDir)
  }
}

/** Neither the database nor anything else was changed. */
export class DoesNotOpen extends Error {}

// A full disk and a lack of memory keep a sound database from opening too, so an older one is never put in its place
// without being asked.
async function doesNotOpen(cause: Error, clusterDir: string, snapshotsDir: string): Promise<DoesNotOpen> {
  const question = 'Nothing was changed. Is there room on the disk and in memory?'
  return new DoesNotOpen(
    `The database in ${clusterDir} does not open (${cause.message}). ${question} ${await wayOut(snapshotsDir)}`,
    { cause },
  )
}

async function isMissing(cause: DatabaseMissing, snapshotsDir: string): Promise<DoesNotOpen> {
  return new DoesNotOpen(
    `The database is gone: ${cause.message}. Nothing was changed, and no new one was made. If the data is in PostgreSQL, set ` +
      `DATABASE_URL; if it was moved, put it back. ${await wayOut(snapshotsDir)}`,
    { cause },
  )
}

async function wayOut(snapshotsDir: string): Promise<string> {
  const [newest] = existsSync(snapshotsDir) ? await listSnapshots(snapshotsDir) : []
  return newest
    ? `To go back to the newest snapshot, ${newest}, written ${(await stat(newest)).mtime.toISOString()}: npm run switchboard -- recover`
    : `There is no snapshot in ${snapshotsDir}. Restore a backup, or move everything in the data directory away to begin with an empty database.`
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
