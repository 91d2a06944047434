import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryEntries, endOfArchive, fsyncDirectory, textEntry, writeArchive, type ArchivePart } from './archive.ts'
import type { ConnectionQuery } from './maintenance.ts'

const SNAPSHOTS_KEPT = 2
const SUFFIX = '.tar.zst'
const PARTIAL = '.partial'

/** Newest first. Must not run while a snapshot is being written. */
export async function listSnapshots(directory: string): Promise<string[]> {
  await mkdir(directory, { mode: 0o700, recursive: true })
  const names = await readdir(directory)
  for (const name of names.filter((each) => each.endsWith(PARTIAL))) await rm(join(directory, name)) // left by a crash
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .reverse()
    .map((name) => join(directory, name))
}

export interface Snapshot {
  path: string
  /** The log's end when the backup ended; unchanged means that nothing was written since. */
  walPosition: string
}

/**
 * An online base backup of `clusterDir`: queries go on while the files are copied. Durable when it returns;
 * the newest two are kept. https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function writeSnapshot(clusterDir: string, directory: string, query: ConnectionQuery): Promise<Snapshot> {
  const older = await listSnapshots(directory)
  const path = join(directory, `${new Date().toISOString().replaceAll(':', '-')}${SUFFIX}`)
  const temporaryPath = `${path}${PARTIAL}`
  let walPosition = ''
  try {
    await writeArchive(
      temporaryPath,
      backupParts(clusterDir, query, (position) => (walPosition = position)),
    )
    await rename(temporaryPath, path)
  } finally {
    await rm(temporaryPath, { force: true })
  }
  fsyncDirectory(directory)
  for (const old of older.slice(SNAPSHOTS_KEPT - 1)) await rm(old)
  return { path, walPosition }
}

async function* backupParts(
  clusterDir: string,
  query: ConnectionQuery,
  onEnd: (walPosition: string) => void,
): AsyncGenerator<ArchivePart> {
  const { rows } = await query(`select pg_walfile_name(pg_backup_start('snapshot', fast => true)) as first_wal`)
  const firstWal = String(rows[0]!.first_wal)
  let end: Record<string, unknown> = {}
  try {
    yield* directoryEntries(clusterDir, belongsToBackup)
  } finally {
    end = (await query(endBackup)).rows[0]!
  }
  yield* textEntry('backup_label', String(end.label))
  yield* directoryEntries(clusterDir, (name) => {
    const segment = /^pg_wal\/([0-9A-F]{24})$/.exec(name)?.[1]
    return segment !== undefined && segment >= firstWal && segment <= String(end.last_wal)
  })
  yield* endOfArchive()
  onEnd(String(end.wal_position))
}

const endBackup = `
  select labelfile as label, pg_walfile_name(lsn) as last_wal, pg_current_wal_insert_lsn() as wal_position
    from pg_backup_stop(wait_for_archive => false)`

// The directories whose contents pg_basebackup leaves out, and the files that each start writes again.
const transient =
  /^(pg_wal|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/[^/]*$|^(postmaster\.pid|postmaster\.opts|backup_label.*)$/

function belongsToBackup(name: string): boolean {
  return name === 'pg_wal/archive_status' || name === 'pg_wal/summaries' || !transient.test(name)
}
