import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'

/** A key with its name, so that older ones stay readable: `2026a:base64…`. */
export interface NamedKey {
  name: string
  key: Buffer
}

/**
 * Keys from the environment (`name:base64,name:base64`, newest first), or a generated one stored in `dataDir/keys/<file>`
 * with mode 0600. Throws when a given key is shorter than 32 bytes.
 */
export function loadKeys(given: string | null, dataDir: string, file: string, variable: string): NamedKey[] {
  const text = given ?? readOrCreate(path.join(dataDir, 'keys'), file)
  return text.split(',').map((part) => {
    const [name, encoded] = part.trim().split(':')
    const key = Buffer.from(encoded ?? '', 'base64')
    if (!name || !/^[\w-]{1,32}$/.test(name) || key.length < 32) {
      throw new Error(`${variable} must be name:base64 of at least 32 random bytes, several separated by commas.`)
    }
    if (new Set(key).size < 8)
      throw new Error(`${variable} holds a key that is not random. Make one with: openssl rand -base64 32`)
    return { name, key }
  })
}

/** Returns the path of the generated keys of this kind. */
export const keyFile = (dataDir: string, file: string): string => path.join(dataDir, 'keys', file)

function readOrCreate(folder: string, file: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const target = path.join(folder, file)
  try {
    return readFileSync(target, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const fresh = `k1:${randomBytes(32).toString('base64')}`
  const draft = `${target}.${process.pid}`
  const handle = openSync(draft, 'wx', 0o600)
  writeSync(handle, fresh)
  fsyncSync(handle)
  closeSync(handle)
  try {
    // A link fails where a file is already: of two starts at once the second takes the first one's key.
    linkSync(draft, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(target, 'utf8')
}
