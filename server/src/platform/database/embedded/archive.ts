import { closeSync, createReadStream, createWriteStream, type Dirent, fsyncSync, openSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { type CheckedArchive, checkArchive, withChecksum } from './archive-checksum.ts'

/**
 * Directories as `.tar.zst` files, which `tar --zstd` also reads and writes. Only what a database directory holds:
 * plain files and directories (POSIX.1-1988 ustar, names up to 100 bytes, files below 8 GiB).
 */
const BLOCK_BYTES = 512
const CHUNK_BYTES = 256 * 1024
const CONCURRENT_SYNCS = 4 // the size of Node's thread pool
const MODE_OFFSET = 100
const SIZE_OFFSET = 124
const MODIFIED_AT_OFFSET = 136
const CHECKSUM_OFFSET = 148
const TYPE_OFFSET = 156
const MAGIC_OFFSET = 257

export type ArchivePart = Buffer

/** Writes the parts to `path`, compressed and with a checksum, and returns when they are on the disk. */
export async function writeArchive(path: string, parts: AsyncIterable<ArchivePart>, level = 1): Promise<void> {
  const compress = createZstdCompress({
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      ...(level > 10 && { [constants.ZSTD_c_enableLongDistanceMatching]: 1, [constants.ZSTD_c_windowLog]: 26 }),
    },
  })
  await pipeline(Readable.from(parts), compress, withChecksum, createWriteStream(path, { mode: 0o600, flush: true }))
}

/** Archives a directory that does not change while it is read. */
export function packDirectory(directory: string, path: string, level?: number): Promise<void> {
  return writeArchive(path, wholeDirectory(directory), level)
}

async function* wholeDirectory(directory: string): AsyncGenerator<ArchivePart> {
  yield* directoryEntries(directory, () => true)
  yield* endOfArchive()
}

export function* endOfArchive(): Generator<ArchivePart> {
  yield Buffer.alloc(2 * BLOCK_BYTES)
}

export function* textEntry(name: string, text: string): Generator<ArchivePart> {
  const bytes = Buffer.from(text)
  yield header(name, '0', bytes.length)
  yield padded(bytes)
}

/**
 * The directory's entries, sorted. A file that vanishes meanwhile is left out and one that shrinks is filled with zeros,
 * as in any base backup: the write-ahead log that belongs to the backup puts both right.
 */
export async function* directoryEntries(
  root: string,
  includes: (name: string) => boolean,
): AsyncGenerator<ArchivePart> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const nameOf = (entry: Dirent): string => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')
  const named = entries.map((entry) => ({ name: nameOf(entry), isDirectory: entry.isDirectory() }))
  named.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, isDirectory } of named) {
    if (!includes(name)) continue
    if (isDirectory) yield header(`${name}/`, '5', 0)
    else yield* fileEntry(root, name)
  }
}

async function* fileEntry(root: string, name: string): AsyncGenerator<ArchivePart> {
  const file = await open(join(root, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return
  try {
    const { size } = await file.stat()
    yield header(name, '0', size)
    for (let position = 0; position < size; position += CHUNK_BYTES) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - position))
      await file.read(chunk, 0, chunk.length, position)
      yield padded(chunk)
    }
  } finally {
    await file.close()
  }
}

function header(name: string, type: '0' | '5', sizeBytes: number): Buffer {
  if (Buffer.byteLength(name) > MODE_OFFSET)
    throw new Error(`The file name ${name} is longer than an archive can hold (100 bytes).`)
  const block = Buffer.alloc(BLOCK_BYTES) // fields end in the zero bytes that are there already
  block.write(name)
  block.write(type === '5' ? '0000700' : '0000600', MODE_OFFSET)
  block.write(sizeBytes.toString(8).padStart(11, '0'), SIZE_OFFSET)
  block.write('0'.repeat(11), MODIFIED_AT_OFFSET)
  block.write(type, TYPE_OFFSET)
  block.write('ustar', MAGIC_OFFSET)
  block.write('00', MAGIC_OFFSET + 6)
  block.write(checksum(block).toString(8).padStart(6, '0'), CHECKSUM_OFFSET)
  return block
}

function checksum(block: Buffer): number {
  return block.reduce((sum, byte, offset) => sum + (offset >= CHECKSUM_OFFSET && offset < TYPE_OFFSET ? 32 : byte), 0)
}

function padded(bytes: Buffer): Buffer {
  const excess = bytes.length % BLOCK_BYTES
  return excess === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(BLOCK_BYTES - excess)])
}

/**
 * Unpacks into `directory`, which it replaces, and returns when everything is on the disk. Throws before it touches anything
 * when the archive does not match its checksum, and later on a damaged one that has none.
 */
export async function extractArchive(path: string, directory: string): Promise<CheckedArchive> {
  const checked = await checkArchive(path)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { mode: 0o700, recursive: true })
  const unpacking = pipeline(
    createReadStream(path, { end: checked.sizeBytes - 1 }),
    createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } }),
    async (stream) => {
      const read = blockReader(stream as AsyncIterable<Buffer>)
      for (;;) {
        const block = await read(BLOCK_BYTES)
        if (block[0] === 0) break
        await extractEntry(block, directory, read)
      }
    },
  )
  await unpacking.catch((cause: NodeJS.ErrnoException) => {
    if (!/^(ZSTD|Z)_/.test(cause.code ?? '')) throw cause
    throw new Error(`The file ${path} is damaged or cut short (${cause.message}).`, { cause })
  })
  await syncTree(directory)
  return checked
}

async function syncTree(root: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = [root, ...entries.map((entry) => join(entry.parentPath, entry.name))].values()
  const syncRest = async (): Promise<void> => {
    for (const path of paths) {
      const file = await open(path, 'r')
      await file.sync().finally(() => file.close())
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_SYNCS }, syncRest))
}

/** Makes renames and new names inside the directory durable. */
export function fsyncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

async function extractEntry(
  block: Buffer,
  directory: string,
  read: (sizeBytes: number) => Promise<Buffer>,
): Promise<void> {
  const name = block.toString('utf8', 0, block.indexOf(0) < MODE_OFFSET ? block.indexOf(0) : MODE_OFFSET)
  if (
    parseInt(block.toString('latin1', CHECKSUM_OFFSET, TYPE_OFFSET), 8) !== checksum(block) ||
    name.split('/').includes('..')
  ) {
    throw new Error(`The archive is damaged near ${JSON.stringify(name)}.`)
  }
  const path = join(directory, name)
  if (block[TYPE_OFFSET] === '5'.charCodeAt(0)) {
    await mkdir(path, { mode: 0o700, recursive: true })
    return
  }
  await mkdir(dirname(path), { mode: 0o700, recursive: true })
  const file = await open(path, 'w', 0o600)
  try {
    let remaining = parseInt(block.toString('latin1', SIZE_OFFSET, SIZE_OFFSET + 11), 8)
    while (remaining > 0) {
      const size = Math.min(CHUNK_BYTES, remaining)
      const bytes = await read(Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES)
      await file.write(bytes, 0, size)
      remaining -= size
    }
  } finally {
    await file.close()
  }
}

/** Reads exactly as many bytes as asked for from a stream. */
function blockReader(stream: AsyncIterable<Buffer>): (sizeBytes: number) => Promise<Buffer> {
  const chunks = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  return async (sizeBytes) => {
    const parts = [rest]
    let available = rest.length
    while (available < sizeBytes) {
      const next = await chunks.next()
      if (next.done) throw new Error('The archive is damaged or cut short.')
      parts.push(next.value)
      available += next.value.length
    }
    const bytes = parts.length === 1 ? rest : Buffer.concat(parts)
    rest = bytes.subarray(sizeBytes)
    return bytes.subarray(0, sizeBytes)
  }
}
