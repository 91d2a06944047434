import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { forbidden, missing } from '../../../platform/errors.ts'
import { readUpload } from '../../../platform/http/multipart.ts'
import { newId } from '../../../platform/id.ts'
import { serverContext } from '../../../platform/services.ts'
import { type ReceivedFile, type StoredFile, receiveFile, sendFile, storageFull } from '../../files/index.ts'
import { fileUrl } from './file-url.ts'
import type { UploadedFile } from './schema.ts'

const insert = statement('chat.files.insert', (db, p: StoredFile) =>
  db.insertInto('chat.files').values({
    id: p.id,
    filename: p.filename,
    mime_type: p.mime_type,
    size_bytes: p.size_bytes,
    sha256: p.sha256,
    storage_key: p.storage_key,
  }),
)

// One upload of a user at a time, so that concurrent uploads cannot exceed the quota together.
const lock = statement(
  'chat.files.lock',
  () => sql`select pg_advisory_xact_lock(hashtextextended('chat.files/' || app.user_id(), 0))`,
)

const check = statement(
  'chat.files.check',
  (_, p: { bytes: number; files: number; message: string }) => sql`
    select case when coalesce(sum(size_bytes), 0) > ${p.bytes}::bigint or count(*) > ${p.files}::bigint
                then app.refuse('SB413', ${p.message}) end as refused
      from chat.files where user_id = app.user_id()`,
)

const columns = sql`f.id, f.filename, f.mime_type, f.size_bytes, f.sha256, f.storage_key`

// Row-level security admits the uploader and the members of chats to which the file was sent. A view-once file needs a ticket.
const find = statement(
  'chat.files.find',
  (_, p: { id: string }) => sql<StoredFile>`
    select ${columns} from chat.files f
     where f.id = ${p.id}
       and (f.user_id = app.user_id() or app.is_avatar(f.id) or exists (
         select from chat.messages m where m.file_id = f.id and m.visibility <> 'view_once'
            and (m.expires_at is null or m.expires_at > now())))`,
)
const findSigned = statement(
  'chat.files.find_signed.system',
  (_, p: { id: string }) => sql<StoredFile>`select ${columns} from chat.files f where f.id = ${p.id}`,
)

/**
 * Stores a file to send or to show as a profile picture. Files that are not used within a day are deleted. Returns the
 * existing file if there is one with this `id`. Throws 413, 415, 400.
 */
export async function uploadFile(ctx: Ctx, request: FastifyRequest, id = newId()): Promise<UploadedFile> {
  const known = await ctx.db.maybe(find, { id })
  if (known) return toUploaded(known)
  const discard = ({ storage_key }: ReceivedFile) => ctx.services.storage.remove(storage_key)
  const { file, filename } = await readUpload(request, (content) => receiveFile(ctx, content, 'chat'), discard)
  const { content_type, ...received } = file
  const stored = { ...received, id, filename, mime_type: content_type ?? 'application/octet-stream' }
  try {
    const { storageQuota: quota } = ctx.services.config
    const message = storageFull(quota, 'what you have sent')
    await ctx.db.together([lock.call({}), insert.call(stored), check.call({ ...quota, message })])
  } catch (error) {
    await discard(file)
    throw error
  }
  return toUploaded(stored)
}

const toUploaded = (file: StoredFile): UploadedFile => {
  const { id, filename, mime_type, size_bytes } = file
  return { id, url: fileUrl(file), filename, mime_type, size_bytes }
}

/** Returns the content to users who may see it or have a ticket for it. Throws 404, and 403 for an expired ticket. */
export async function downloadFile(ctx: Ctx, id: string, ticket: string | undefined, request: FastifyRequest) {
  if (ticket === undefined) return sendFile(ctx, (await ctx.db.maybe(find, { id })) ?? missing('file'), request)
  const { user_id } = await ctx.db.actor()
  requireTicket(ctx, id, user_id as string, ticket)
  const file =
    (await serverContext(ctx.services, { workspaceId: null }).db.maybe(findSigned, { id })) ?? missing('file')
  const reply = await sendFile(ctx, file, request)
  reply.headers['cache-control'] = 'no-store'
  return reply
}

const ticketSeconds = 5 * 60

/** Returns a URL that is valid for this user alone, for five minutes. */
export function signedFileUrl(ctx: Ctx, file: { id: string; filename: string }, userId: string): string {
  const expiresAt = Math.floor(ctx.now().getTime() / 1000) + ticketSeconds
  return `${fileUrl(file)}?ticket=${expiresAt}.${mac(ctx, file.id, userId, expiresAt)}`
}

function requireTicket(ctx: Ctx, id: string, userId: string, ticket: string): void {
  const [, expiry, given] = /^(\d{1,12})\.([\w-]{43})$/.exec(ticket) ?? []
  const expected = mac(ctx, id, userId, Number(expiry))
  const isGenuine = given !== undefined && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  if (!isGenuine || Number(expiry) * 1000 < ctx.now().getTime())
    throw forbidden('This link is not valid or has expired. A view-once file can be opened for five minutes.')
}

const mac = (ctx: Ctx, fileId: string, userId: string, expiresAt: number) =>
  createHmac('sha256', ctx.services.secrets.derive('chat/file-ticket'))
    .update(`${fileId}.${userId}.${expiresAt}`)
    .digest('base64url')
