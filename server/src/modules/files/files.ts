import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Ctx } from '../../platform/context.ts'
import { type Call, statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { createFairQueue } from '../../platform/fair-queue.ts'
import { newId } from '../../platform/id.ts'
import { type ContentType, sniff, sniffedBytes } from './audio/sniff.ts'

export interface StoredFile {
  id: string
  filename: string
  mime_type: string
  size_bytes: number
  sha256: string
  storage_key: string
}

/** An upload in storage that is not recorded yet. */
export interface ReceivedFile {
  storage_key: string
  size_bytes: number
  sha256: string
  /** Detected from the content, not the declared name or type; null: an unknown type. */
  content_type: ContentType | null
}

/** Uploads of a workspace at a time. This limits the storage of uploads that the quota does not count yet. */
const receiving = createFairQueue({ limit: 64, limitPerKey: 4, maxWaitingPerKey: 50 })
const waitMs = 20_000

/**
 * Streams an upload into storage and detects its type. The caller records it or removes it. `folder`: by default the
 * workspace's. Throws 503 when too many uploads of this workspace are in progress.
 */
export async function receiveFile(ctx: Ctx, content: Readable, folder?: string): Promise<ReceivedFile> {
  const { workspace_id, user_id } = await ctx.db.actor()
  const storage_key = `${folder ?? workspace_id}/${newId()}`
  const { sizeBytes, sha256 } = await receiving.run(
    workspace_id ?? user_id ?? '',
    () => ctx.services.storage.write(storage_key, content),
    { timeoutMs: waitMs },
  )
  const head = await readHead(await ctx.services.storage.localPath(storage_key))
  return { storage_key, size_bytes: sizeBytes, sha256, content_type: sniff(head) }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const insert = statement('files.insert', (db, p: StoredFile) =>
  db.insertInto('files.files').values({
    id: p.id,
    filename: p.filename,
    mime_type: p.mime_type,
    size_bytes: p.size_bytes,
    sha256: p.sha256,
    storage_key: p.storage_key,
  }),
)

/** A call that records a file; send it together with the row that refers to the file. */
export const recordFile = (file: StoredFile): Call => insert.call(file)

const find = statement('files.find', (db, p: { id: string }) =>
  db
    .selectFrom('files.files')
    .select(['id', 'filename', 'mime_type', 'size_bytes', 'sha256', 'storage_key'])
    .where('id', '=', p.id),
)

export async function getFile(ctx: Ctx, id: string): Promise<StoredFile> {
  return (await ctx.db.maybe(find, { id })) ?? missing('file')
}

const remove = statement('files.delete', (db, p: { id: string }) =>
  db.deleteFrom('files.files').where('id', '=', p.id).returning('storage_key'),
)

/** Deletes a file; its content is deleted after the commit. Does nothing for an unknown file. */
export async function deleteFile(ctx: Ctx, id: string): Promise<void> {
  const file = await ctx.db.maybe(remove, { id })
  if (!file) return
  ctx.afterCommit(() => {
    ctx.services.storage
      .remove(file.storage_key)
      .catch((error: unknown) =>
        ctx.log.warn({ err: error, key: file.storage_key }, 'A deleted file could not be removed from storage.'),
      )
  })
}

/** Returns the path where signed-in users download a file. */
export const fileUrl = (file: { id: string; filename: string }) =>
  `/api/files/${file.id}/${encodeURIComponent(file.filename)}`
