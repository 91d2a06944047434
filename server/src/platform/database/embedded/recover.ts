import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { extractArchive } from './archive.ts'
import { lockDataDir } from './data-lock.ts'
import { DoesNotOpen, type EmbeddedDatabaseOptions, openEmbeddedDatabase } from './embedded.ts'
import { listSnapshots } from './snapshots.ts'

/**
 * Replaces a database that does not open by the newest snapshot that does, and moves the broken one to `brokenDir` (null
 * when there was no directory). Changes that were
 * written after the snapshot are lost, so the operator has to start it. Throws when the
 * database opens after all, when it is in use, and when no snapshot opens.
 */
export async function recoverEmbeddedDatabase(
  options: EmbeddedDatabaseOptions,
): Promise<{ snapshot: string; brokenDir: string | null }> {
  const failure = await tryToOpen(options)
  if (!failure) throw new Error(`The database in ${options.dataDir} opens. There is nothing to recover from.`)
  const clusterDir = join(options.dataDir, 'postgres')
  const brokenDir = `${clusterDir}.broken-${new Date().toISOString().replaceAll(':', '-')}`
  for (const snapshot of await listSnapshots(join(options.dataDir, 'snapshots'))) {
    const unfit = (await putInPlace(snapshot, options.dataDir, clusterDir, brokenDir)) ?? (await tryToOpen(options))
    if (!unfit) return { snapshot, brokenDir: existsSync(brokenDir) ? brokenDir : null }
    options.log.warn({ snapshot, error: unfit.message }, 'This snapshot of the embedded database does not open.')
  }
  if (existsSync(brokenDir)) {
    await rm(clusterDir, { recursive: true, force: true })
    await rename(brokenDir, clusterDir)
  }
  throw new Error(
    `No snapshot in ${join(options.dataDir, 'snapshots')} opens. The database was left as it was. Restore a backup into ` +
      'an empty DATA_DIR, or move the directory away to begin with an empty database.',
    { cause: failure },
  )
}

/** Returns the error with which the database fails to open, or undefined when it opens. */
async function tryToOpen(options: EmbeddedDatabaseOptions): Promise<Error | undefined> {
  try {
    await (await openEmbeddedDatabase(options)).close()
    return undefined
  } catch (error) {
    if (error instanceof DoesNotOpen) return error
    throw error
  }
}

/** In one step each: after a crash there is a whole cluster, or none and the broken one beside it. */
async function putInPlace(
  snapshot: string,
  dataDir: string,
  clusterDir: string,
  brokenDir: string,
): Promise<Error | undefined> {
  const partial = `${clusterDir}.partial`
  try {
    await extractArchive(snapshot, partial)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    return error as Error
  }
  const lock = lockDataDir(dataDir)
  try {
    if (existsSync(brokenDir)) await rm(clusterDir, { recursive: true, force: true })
    else if (existsSync(clusterDir)) await rename(clusterDir, brokenDir)
    await rename(partial, clusterDir)
  } finally {
    lock.release()
  }
  return undefined
}
