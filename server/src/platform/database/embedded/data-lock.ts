import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface DataLock {
  release(): void
}

/** Another process, or this one, has the directory open already. */
export class DataDirInUse extends Error {}

const SQLITE_BUSY = 5

/**
 * Makes this process the only one that opens `dataDir`: PGlite itself takes no lock, and two writers corrupt the catalogue.
 * The lock is the operating system's (SQLite's exclusive lock on an empty file), so it ends with the process however that ends,
 * holds across containers that share the volume, and leaves no race between finding a stale lock and taking it.
 * Throws `DataDirInUse`, which names the holder.
 */
export function lockDataDir(dataDir: string): DataLock {
  const holderPath = join(dataDir, 'lock.pid')
  const lock = new DatabaseSync(join(dataDir, 'lock'))
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (cause) {
    lock.close()
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause
    throw new DataDirInUse(
      `The database in ${dataDir} is in use by ${readHolder(holderPath)}. Stop that process, or choose another data directory.`,
      { cause },
    )
  }
  writeFileSync(holderPath, `${process.pid}\n${new Date().toISOString()}\n`, { mode: 0o600 })
  return {
    release() {
      rmSync(holderPath, { force: true })
      lock.close()
    },
  }
}

function readHolder(holderPath: string): string {
  try {
    const [pid, lockedAt] = readFileSync(holderPath, 'utf8').split('\n')
    return `process ${pid} since ${lockedAt}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return 'another process, which is just starting or stopping'
  }
}
