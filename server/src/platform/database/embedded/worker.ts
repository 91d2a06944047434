import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { zstdDecompressSync } from 'node:zlib'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { vector } from '@electric-sql/pglite-pgvector'
import { extractArchive, fsyncDirectory } from './archive.ts'
import { DurableDirectory } from './durable-directory.ts'
import { maintenance, refreshStatistics } from './maintenance.ts'
import { writeSnapshot } from './snapshots.ts'
import { limitStatements } from './statement-limit.ts'
import { templatePath as emptyPath } from './template.ts'
import { serveWire } from './wire-server.ts'

/**
 * The database that the worker opens: a directory on the disk, which it first unpacks when an archive is given, or a copy in memory of a packed
 * one (`.tar` or `.tar.zst`).
 */
export type Storage =
  | { kind: 'directory'; clusterDir: string; snapshotsDir: string; snapshotEveryMs: number; newFrom?: string }
  | { kind: 'memory'; templatePath: string }

export interface WorkerOptions {
  storage: Storage
  socketPath: string
  /** Shared with the thread that watches; see statement-limit.ts. */
  activity: Int32Array
}

export type WorkerRequest =
  | { id: number; operation: 'snapshot' }
  | { id: number; operation: 'stop-serving' } // and takes the last snapshot, if one is due
  | { id: number; operation: 'close' }
  | { id: number; operation: 'save-template'; path: string } // memory only

export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'reply'; id: number; result?: string; error?: Error }
  | { kind: 'log'; level: 'info' | 'warn'; details: object; message: string }

const QUEUE_TIMEOUT_MS = 10_000
const CHECKPOINT_EVERY_MS = 10_000
const CHECKPOINT_AFTER_WAL_BYTES = 64 * 1024 * 1024
const STATISTICS_EVERY_MS = 60 * 1000
const MAINTENANCE_EVERY_MS = 60 * 60 * 1000

const { storage, socketPath, activity } = workerData as WorkerOptions
const main = parentPort!
const send = (message: WorkerMessage): void => main.postMessage(message)

// PGlite's own list turns fsync off with -F.
const durable = [...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), '-c', 'wal_sync_method=fsync']

// Keeps no more of the log than PostgreSQL insists on, two segments, and few pages twice: a copy in memory is made for
// each test file, and the runtime fills the buffers with zeros first.
const forgetful = [
  ...PGlite.defaultStartParams,
  ...['min_wal_size=2MB', 'max_wal_size=2MB', 'shared_buffers=16MB'].flatMap((setting) => ['-c', setting]),
]

function openOptions(): PGliteOptions {
  if (storage.kind === 'directory') {
    return { dataDir: storage.clusterDir, fs: new DurableDirectory(storage.clusterDir), startParams: durable }
  }
  const packed = readFileSync(storage.templatePath)
  return {
    loadDataDir: new Blob([storage.templatePath.endsWith('.zst') ? zstdDecompressSync(packed) : packed]),
    startParams: forgetful,
  }
}

/** In one step: after a crash there is either no cluster or a whole one. */
async function unpack(archivePath: string, clusterDir: string): Promise<void> {
  const partial = `${clusterDir}.partial`
  await extractArchive(archivePath, partial)
  await rename(partial, clusterDir)
  fsyncDirectory(dirname(clusterDir))
}

if (storage.kind === 'directory' && storage.newFrom)
  await unpack(existsSync(storage.newFrom) ? storage.newFrom : emptyPath, storage.clusterDir)
const pglite = await PGlite.create({ ...openOptions(), extensions: { btree_gist, citext, pg_trgm, unaccent, vector } })
const wire = await serveWire(pglite, socketPath, QUEUE_TIMEOUT_MS, limitStatements(pglite, activity))

async function readText(sql: string): Promise<string> {
  const { rows } = await wire.query(sql)
  return String(Object.values(rows[0]!)[0])
}

const readWalPosition = (): Promise<string> => readText('select pg_current_wal_insert_lsn()')
let snapshotWalPosition = await readWalPosition()

async function snapshot(): Promise<string> {
  if (storage.kind === 'memory') throw new Error('A database in memory has no snapshots.')
  const { path, walPosition } = await writeSnapshot(storage.clusterDir, storage.snapshotsDir, wire.query)
  snapshotWalPosition = walPosition
  return path
}

/** Does nothing and returns '' when there was no write since the last snapshot or the start. */
async function snapshotWhenDue(): Promise<string> {
  return (await readWalPosition()) === snapshotWalPosition ? '' : snapshot()
}

/** A single-user PostgreSQL never checkpoints by itself: its log, and recovery with it, would grow until it is closed. */
async function checkpointWhenDue(): Promise<void> {
  const pendingBytes = await readText(
    'select pg_wal_lsn_diff(pg_current_wal_lsn(), (pg_control_checkpoint()).redo_lsn)',
  )
  if (Number(pendingBytes) > CHECKPOINT_AFTER_WAL_BYTES) await wire.query('checkpoint')
}

async function maintain(): Promise<void> {
  const tables = await maintenance(wire.query)
  if (tables.length > 0)
    send({ kind: 'log', level: 'info', details: { tables }, message: 'Embedded database: tables vacuumed.' })
}

async function saveTemplate(path: string): Promise<string> {
  await wire.query('checkpoint')
  const packed = await pglite.dumpDataDir('none')
  const temporaryPath = `${path}.${randomUUID()}`
  await writeFile(temporaryPath, packed.stream(), { mode: 0o600 })
  await rename(temporaryPath, path)
  return path
}

// One after the other, so that a backup, a checkpoint and a vacuum never meet.
let lastTask: Promise<unknown> = Promise.resolve()
function enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
  const result = lastTask.then(task)
  lastTask = result.catch(() => undefined) // the caller handles it
  return result
}

const timers: NodeJS.Timeout[] = []
function repeat(name: string, everyMs: number, task: () => Promise<unknown>): void {
  const onError = (error: Error): void =>
    send({
      kind: 'log',
      level: 'warn',
      details: { error: error.message },
      message: `Embedded database: the ${name} failed.`,
    })
  timers.push(setInterval(() => void enqueue(task).catch(onError), everyMs))
}
if (storage.kind === 'directory') {
  let checkedBatches = 0
  repeat('snapshot', storage.snapshotEveryMs, snapshotWhenDue)
  repeat('refresh of statistics', STATISTICS_EVERY_MS, () => refreshStatistics(wire.query))
  repeat('maintenance', MAINTENANCE_EVERY_MS, maintain)
  repeat('checkpoint', CHECKPOINT_EVERY_MS, async () => {
    if (wire.batchCount() === checkedBatches) return
    checkedBatches = wire.batchCount()
    await checkpointWhenDue()
  })
}

async function perform(request: WorkerRequest): Promise<string | undefined> {
  switch (request.operation) {
    case 'snapshot':
      return enqueue(snapshot)
    case 'save-template':
      return saveTemplate(request.path)
    case 'stop-serving':
      for (const timer of timers) clearInterval(timer)
      await wire.close()
      return storage.kind === 'directory' ? enqueue(snapshotWhenDue) : undefined
    case 'close':
      await pglite.close()
      return undefined
  }
}

main.on('message', (request: WorkerRequest) => {
  perform(request).then(
    (result) => send({ kind: 'reply', id: request.id, result }),
    (error: Error) => send({ kind: 'reply', id: request.id, error }),
  )
})
send({ kind: 'ready' })
