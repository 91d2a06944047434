import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.ts'
import { extractArchive, fsyncDirectory } from '../../platform/database/embedded/archive.ts'
import { listSnapshots } from '../../platform/database/embedded/snapshots.ts'
import { type Contents, contentsName, contentsSchema, directories } from './contents.ts'

/**
 * Unpacks a backup into the empty data directory; null: it is one from before backups said what is in them and had a
 * checksum. Throws before anything is made when the file is not as it was written, and when the directory is not empty.
 */
export async function putBack({ dataDir }: Config, file: string): Promise<Contents | null> {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`)
  if ((await readdir(dataDir)).some((name) => name !== partialName))
    throw new Error(`${dataDir} is not empty. Move what is there away, or set DATA_DIR to a new directory.`)
  // Within the directory, which may be a volume of its own.
  const partial = path.join(dataDir, partialName)
  try {
    const { hasChecksum } = await extractArchive(file, partial)
    const contents = await readContents(partial, file)
    if (contents && !hasChecksum) throw new Error(`The file ${file} is damaged: its checksum is missing.`)
    const [snapshot] = existsSync(path.join(partial, 'snapshots'))
      ? await listSnapshots(path.join(partial, 'snapshots'))
      : []
    if (!snapshot) throw new Error(`The file ${file} is not a backup made by this program.`)
    await extractArchive(snapshot, path.join(partial, 'postgres'))
    // The database last: until then the server refuses to start, and says that it is missing.
    for (const name of [...directories, 'postgres'])
      if (existsSync(path.join(partial, name))) await rename(path.join(partial, name), path.join(dataDir, name))
    fsyncDirectory(dataDir)
    return contents
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

const partialName = 'restore.partial'

async function readContents(folder: string, file: string): Promise<Contents | null> {
  const target = path.join(folder, contentsName)
  if (!existsSync(target)) return null
  const { data } = contentsSchema.safeParse(JSON.parse(await readFile(target, 'utf8')))
  if (!data) throw new Error(`The file ${file} was made by another version of this program. Restore it with that one.`)
  return data
}
