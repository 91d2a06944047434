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

/** What an upload turned out to be, before anything is written down about it. */
export interface ReceivedFile {
  storage_key: string
  size_bytes: number
  sha256: string
  /** Told by the content, whatever name or type came with it; null: nothing we know. */
  content_type: ContentType | null
}

/** Files are received a few at a time for each workspace, so that what is not counted yet has its limit too. */
const receiving = createFairQueue({ limit: 64, limitPerKey: 4, maxWaitingPerKey: 50 })
const waitMs = 20_000

/**
 * Streams an upload into storage and looks at what it is. The caller records it or removes it. `folder`: by default the
 * workspace's. Throws 503 when many of this workspace arrive already.
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

/** The call that records a file, to be sent together with whatever refers to it. */
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

/** Forgets a file; its bytes go after the commit. Does nothing when there is no such file. */
export async function deleteFile(ctx: Ctx, id: string): Promise<void> {
  const file = await ctx.db.maybe(remove, { id })
  if (!file) return
  ctx.afterCommit(() => {
    ctx.services.storage
      .remove(file.storage_key)
      .catch((error: unknown) =>
        ctx.log.warn({ err: error, key: file.storage_key }, 'A deleted file stayed in storage.'),
      )
  })
}

/** Where a file can be fetched by those who are signed in. */
export const fileUrl = (file: { id: string; filename: string }) =>
  `/api/files/${file.id}/${encodeURIComponent(file.filename)}`
