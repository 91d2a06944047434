import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { notFound } from '../errors.ts'
import type { Storage } from './storage.ts'

/** Storage in a folder of this machine. Files are written beside their place, fsynced, and moved in when they are whole. */
export async function createLocalStorage(folder: string): Promise<Storage> {
  const incoming = path.join(folder, '.incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  // Files that a crash left half written.
  for (const name of await readdir(incoming)) await rm(path.join(incoming, name), { force: true })

  const place = (key: string) => {
    if (!/^[\w-]+(\/[\w-]+(\.[\w-]+)*)+$/.test(key)) throw new Error(`Not a storage key: ${key}`)
    return path.join(folder, key)
  }

  return {
    async write(key: string, content: Readable) {
      const target = place(key)
      const draft = path.join(incoming, randomUUID())
      const hash = createHash('sha256')
      let sizeBytes = 0
      try {
        const file = await open(draft, 'wx', 0o600)
        try {
          for await (const chunk of content as AsyncIterable<Buffer>) {
            hash.update(chunk)
            sizeBytes += chunk.length
            await file.write(chunk)
          }
          await file.sync()
        } finally {
          await file.close()
        }
        await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
        await rename(draft, target)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      return { sizeBytes, sha256: hash.digest('hex') }
    },
    async read(key, range) {
      const target = place(key)
      await stat(target).catch(() => {
        throw notFound('file')
      })
      return createReadStream(target, range ?? {})
    },
    async localPath(key) {
      const target = place(key)
      await stat(target).catch(() => {
        throw notFound('file')
      })
      return target
    },
    remove: (key) => rm(place(key), { force: true }),
  }
}
