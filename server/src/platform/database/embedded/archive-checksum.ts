import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'

/**
 * An archive ends in the SHA-256 of all that is before it, in what zstd calls a skippable frame, so that other programs read
 * the archive as if it were not there: magic number, length, "SHA-256\n", 32 bytes.
 * https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2
 */
const FRAME_HEAD = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 40, 0, 0, 0, ...Buffer.from('SHA-256\n')])
const FRAME_BYTES = FRAME_HEAD.length + 32
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** Passes the compressed bytes on and ends them with their checksum. */
export async function* withChecksum(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  yield Buffer.concat([FRAME_HEAD, hash.digest()])
}

export interface CheckedArchive {
  /** Of the archive without its checksum. */
  sizeBytes: number
  /** False: an archive without a checksum, made by an older version or by another program. */
  hasChecksum: boolean
}

/** Throws when the file is no archive, or not as it was written. */
export async function checkArchive(path: string): Promise<CheckedArchive> {
  const { size } = await stat(path)
  const head = await readAt(path, 0, ZSTD_MAGIC.length)
  if (!head.equals(ZSTD_MAGIC)) throw new Error(`The file ${path} is not an archive made by this program.`)
  const tail = await readAt(path, Math.max(0, size - FRAME_BYTES), FRAME_BYTES)
  if (!tail.subarray(0, FRAME_HEAD.length).equals(FRAME_HEAD)) return { sizeBytes: size, hasChecksum: false }
  const sizeBytes = size - FRAME_BYTES
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { end: sizeBytes - 1 })) hash.update(chunk as Buffer)
  if (!hash.digest().equals(tail.subarray(FRAME_HEAD.length)))
    throw new Error(`The file ${path} is damaged: its content does not match its checksum.`)
  return { sizeBytes, hasChecksum: true }
}

async function readAt(path: string, position: number, sizeBytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
