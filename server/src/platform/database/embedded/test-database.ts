import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DataDirInUse, lockDataDir, type DataLock } from './data-lock.ts'
import { databaseOn, SOCKET_NAME, type EmbeddedDatabase } from './embedded.ts'
import { startEngine, type Engine, type Log } from './engine.ts'
import { templatePath } from './template.ts'

export interface TestDatabaseOptions {
  /** Fills an empty database, usually by running the migrations. Called once per `key` and machine, not once per test. */
  prepare(connection: EmbeddedDatabase['connection']): Promise<void>
  /** Stands for what `prepare` does: a hash of the migrations' contents. */
  key: string
}

const BUILD_LIMIT_MS = 60_000
const LOCK_POLL_MS = 50
const TEMPLATE_AGE_LIMIT_MS = 24 * 60 * 60 * 1000
const silent: Log = { info: () => undefined, warn: () => undefined }

/**
 * A database of its own for one test file, in memory, as `prepare` left it. The prepared one is stored in the system's temporary
 * directory; test files that start at the same time build it once.
 */
export async function openTestDatabase({ prepare, key }: TestDatabaseOptions): Promise<EmbeddedDatabase> {
  const cacheDir = join(tmpdir(), `switchboard-test-${userInfo().uid}`)
  await mkdir(cacheDir, { recursive: true, mode: 0o700 })
  const preparedPath = join(
    cacheDir,
    `${createHash('sha256')
      .update(await readFile(templatePath))
      .update(key)
      .digest('hex')
      .slice(0, 32)}.tar`,
  )
  if (!existsSync(preparedPath)) {
    const lock = await waitForLock(`${preparedPath}.lock`)
    try {
      if (!existsSync(preparedPath)) await buildPrepared(preparedPath, prepare)
      await removeOldTemplates(cacheDir)
    } finally {
      lock.release()
    }
  }
  return (await openInMemory(preparedPath)).database
}

async function buildPrepared(preparedPath: string, prepare: TestDatabaseOptions['prepare']): Promise<void> {
  const { engine, database } = await openInMemory(templatePath)
  try {
    await prepare(database.connection)
    await engine.request({ operation: 'save-template', path: preparedPath })
  } finally {
    await database.close()
  }
}

async function openInMemory(packedPath: string): Promise<{ engine: Engine; database: EmbeddedDatabase }> {
  const socketDir = await mkdtemp(join(tmpdir(), 'switchboard-test-socket-'))
  const removeSocketDir = (): Promise<void> => rm(socketDir, { recursive: true, force: true })
  try {
    const storage = { kind: 'memory', templatePath: packedPath } as const
    const engine = await startEngine({ storage, socketPath: join(socketDir, SOCKET_NAME) }, silent)
    return { engine, database: databaseOn(engine, { host: socketDir }, silent, removeSocketDir) }
  } catch (error) {
    await removeSocketDir()
    throw error
  }
}

async function waitForLock(directory: string): Promise<DataLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const deadline = Date.now() + BUILD_LIMIT_MS
  for (;;) {
    try {
      return lockDataDir(directory)
    } catch (error) {
      if (!(error instanceof DataDirInUse) || Date.now() > deadline) throw error
    }
    await delay(LOCK_POLL_MS)
  }
}

async function removeOldTemplates(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name)
    const { mtimeMs } = await stat(path)
    if (mtimeMs < Date.now() - TEMPLATE_AGE_LIMIT_MS) await rm(path, { recursive: true, force: true })
  }
}
