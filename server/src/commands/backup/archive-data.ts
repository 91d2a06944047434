import { existsSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.ts'
import {
  type ArchivePart,
  directoryEntries,
  endOfArchive,
  extractArchive,
  writeArchive,
} from '../../platform/database/embedded/archive.ts'
import { DataDirInUse } from '../../platform/database/embedded/data-lock.ts'
import { openEmbeddedDatabase } from '../../platform/database/embedded/embedded.ts'
import { listSnapshots } from '../../platform/database/embedded/snapshots.ts'
import { createLog } from '../../platform/log.ts'

const otherDatabase =
  'The data is in PostgreSQL (DATABASE_URL): back it up with pg_dump, together with the directories files and keys in DATA_DIR.'

/** `databaseAt`: what was written to the database after that is not in the archive. */
export async function backUp(
  { dataDir, database }: Config,
  file: string,
): Promise<{ databaseAt: string; sizeBytes: number }> {
  if (database.url) throw new Error(otherDatabase)
  if (!existsSync(path.join(dataDir, 'postgres'))) throw new Error(`There is no database in ${dataDir} to back up.`)
  const snapshot = await takeSnapshot(dataDir)
  const partial = `${file}.partial`
  try {
    await writeArchive(partial, parts(dataDir, snapshot))
    await rename(partial, file)
  } finally {
    await rm(partial, { force: true })
  }
  const [{ mtime }, { size }] = await Promise.all([stat(snapshot), stat(file)])
  return { databaseAt: mtime.toISOString(), sizeBytes: size }
}

/** A new one where no server runs; otherwise the newest of the server's own. */
async function takeSnapshot(dataDir: string): Promise<string> {
  try {
    const database = await openEmbeddedDatabase({ dataDir, log: createLog('warn') })
    try {
      return await database.snapshot()
    } finally {
      await database.close()
    }
  } catch (error) {
    if (!(error instanceof DataDirInUse)) throw error
    const [newest] = (await readdir(path.join(dataDir, 'snapshots')))
      .filter((name) => name.endsWith('.tar.zst'))
      .sort()
      .reverse()
    if (newest) return path.join(dataDir, 'snapshots', newest)
    throw new Error(
      'The server that runs has not taken a snapshot yet; it does every 15 minutes. Stop it first, or try again then.',
      { cause: error },
    )
  }
}

// The keys open what is sealed in the database, so a backup without them would be worth little.
async function* parts(dataDir: string, snapshot: string): AsyncGenerator<ArchivePart> {
  const name = path.relative(dataDir, snapshot).split(path.sep).join('/')
  yield* directoryEntries(dataDir, (entry) => entry === name || /^(files|keys)(\/|$)/.test(entry))
  yield* endOfArchive()
}

/** In one step: after a crash there is either nothing or everything. Throws when the directory holds anything already. */
export async function restore({ dataDir, database }: Config, file: string): Promise<void> {
  if (database.url) throw new Error(otherDatabase)
  if (!existsSync(file)) throw new Error(`There is no ${file}.`)
  if ((await readdir(dataDir)).length > 0)
    throw new Error(`${dataDir} is not empty. Move what is there away, or set DATA_DIR to a new directory.`)
  const partial = `${dataDir}.partial`
  try {
    await extractArchive(file, partial)
    const [snapshot] = await listSnapshots(path.join(partial, 'snapshots'))
    if (!snapshot) throw new Error(`${file} is not a backup made by this program.`)
    await extractArchive(snapshot, path.join(partial, 'postgres'))
    await rm(dataDir, { recursive: true })
    await rename(partial, dataDir)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}
