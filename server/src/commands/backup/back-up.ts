import { existsSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Config, version } from '../../config.ts'
import { askServer, NoServer } from '../../platform/control/ask.ts'
import {
  type ArchivePart,
  directoryEntries,
  endOfArchive,
  textEntry,
  writeArchive,
} from '../../platform/database/embedded/archive.ts'
import { DataDirInUse } from '../../platform/database/embedded/data-lock.ts'
import { openEmbeddedDatabase } from '../../platform/database/embedded/embedded.ts'
import { createLog } from '../../platform/log.ts'
import { type Contents, contentsName } from './contents.ts'

/** Writes database, files and keys into one archive. Throws when there is a file already, unless `force` is set. */
export async function backUp(
  { dataDir }: Config,
  file: string,
  { force = false } = {},
): Promise<Contents & { sizeBytes: number }> {
  if (existsSync(file) && !force)
    throw new Error(`The file ${file} is there already. Choose another name, or replace it with --force.`)
  if (!existsSync(path.join(dataDir, 'postgres'))) throw new Error(`There is no database in ${dataDir} to back up.`)
  const snapshot = await takeSnapshot(dataDir)
  const contents: Contents = {
    format: 2,
    version,
    database_at: (await stat(snapshot)).mtime.toISOString(),
    files_at: new Date().toISOString(),
    keys: await namesIn(path.join(dataDir, 'keys')),
  }
  const partial = `${file}.partial`
  try {
    await writeArchive(partial, parts(dataDir, snapshot, contents))
    await rename(partial, file)
  } finally {
    await rm(partial, { force: true })
  }
  return { ...contents, sizeBytes: (await stat(file)).size }
}

const namesIn = async (folder: string): Promise<string[]> => (existsSync(folder) ? (await readdir(folder)).sort() : [])

/** By the server that runs, or in its place. */
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
    try {
      const { path: snapshot } = (await askServer(dataDir, 'snapshot')) as { path: string }
      return snapshot
    } catch (cause) {
      if (!(cause instanceof NoServer)) throw cause
      throw new Error(`${error.message} It takes no commands: it is just starting or stopping.`, { cause })
    }
  }
}

// The keys open what is sealed in the database, so a backup without them would be worth little. The files come after the
// database, so that the archive has every file that the database refers to, except files deleted in between.
async function* parts(dataDir: string, snapshot: string, contents: Contents): AsyncGenerator<ArchivePart> {
  const name = path.relative(dataDir, snapshot).split(path.sep).join('/')
  yield* textEntry(contentsName, `${JSON.stringify(contents, null, 2)}\n`)
  yield* directoryEntries(dataDir, (entry) => entry === name)
  yield* directoryEntries(dataDir, (entry) => /^(files|keys)(\/|$)/.test(entry))
  yield* endOfArchive()
}
