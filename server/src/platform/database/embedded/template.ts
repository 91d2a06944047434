import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { packDirectory } from './archive.ts'

// Small ones keep a new database, its snapshots and the tests' copies small.
const WAL_SEGMENT_MIB = 1

/** The result of initdb, packed: initdb takes 2 to 4 seconds, unpacking 0.2. Made again by `node template.ts` with each new PGlite. */
export const templatePath = fileURLToPath(new URL('./empty-cluster.tar.zst', import.meta.url))

export async function buildTemplate(path: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-template-'))
  try {
    const cluster = join(directory, 'postgres')
    const pglite = await PGlite.create(cluster, { initDbStartParams: [`--wal-segsize=${WAL_SEGMENT_MIB}`] })
    // No second database is created here, and without the template databases there are 400 files, not 1,000, to unpack,
    // to put on the disk and to copy into each snapshot.
    await pglite.exec('update pg_database set datistemplate = false')
    for (const database of ['template0', 'template1']) await pglite.exec(`drop database ${database}`)
    await pglite.exec('vacuum (freeze, analyze)')
    await pglite.close()
    await packDirectory(cluster, path, 19)
  } finally {
    await rm(directory, { recursive: true })
  }
}

if (import.meta.main) await buildTemplate(templatePath)
