import type { Readable } from 'node:stream'

/** The storage of files: a folder on this machine, or an S3 bucket. The server generates the keys: `<workspace>/<uuid>`. */
export interface Storage {
  /** Streams it in; nothing is readable under `key` before all of it is safe. Returns its size and SHA-256. */
  write(key: string, content: Readable): Promise<{ sizeBytes: number; sha256: string }>
  /** Throws `notFound` when there is no such object. `range` is inclusive. */
  read(key: string, range?: { start: number; end: number }): Promise<Readable>
  /** A path on this machine for programs that need one; fetched into a cache where the storage is remote. */
  localPath(key: string): Promise<string>
  /** Harmless when it is gone already. */
  remove(key: string): Promise<void>
}
