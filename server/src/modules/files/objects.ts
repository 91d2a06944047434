import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { violates } from '../../platform/database/errors.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError, conflict } from '../../platform/errors.ts'
import { readUpload } from '../../platform/http/multipart.ts'
import { newId } from '../../platform/id.ts'
import { serverContext } from '../../platform/services.ts'
import type { Services } from '../../platform/services.ts'
import { type ReceivedFile, type StoredFile, deleteFile, receiveFile, recordFile } from './files.ts'
import { withinQuota } from './quota.ts'

/** A file at a path of a bucket. */
export interface StoredObject extends StoredFile {
  object_id: string
  path: string
  created_at: string
  updated_at: string
}

const columns = sql`
  o.id as object_id, o.path, o.created_at, o.updated_at,
  f.id, f.filename, f.mime_type, f.size_bytes, f.sha256, f.storage_key`
const joined = sql`files.objects o join files.files f on f.workspace_id = o.workspace_id and f.id = o.file_id`

const find = statement(
  'files.find_object',
  (_, p: { bucket: string; path: string }) => sql<StoredObject>`
    select ${columns} from ${joined} where o.bucket = ${p.bucket} and o.path = ${p.path}`,
)

/** Returns undefined when there is no such object in the workspace. */
export const findObject = (ctx: Ctx, bucket: string, path: string): Promise<StoredObject | undefined> =>
  ctx.db.maybe(find, { bucket, path })

const findPublic = statement(
  'files.find_public_object.system',
  (_, p: { bucket: string; path: string }) => sql<StoredObject>`
    select ${columns} from ${joined} where o.bucket = ${p.bucket} and o.path = ${p.path} and o.is_public`,
)

/** Returns the public object at a path, whatever its workspace. */
export const findPublicObject = (services: Services, bucket: string, path: string): Promise<StoredObject | undefined> =>
  serverContext(services, { workspaceId: null }).db.maybe(findPublic, { bucket, path })

const list = statement(
  'files.list_objects',
  (_, p: { bucket: string; prefix: string; limit: number; offset: number }) => sql<StoredObject>`
    select ${columns} from ${joined}
     where o.bucket = ${p.bucket} and starts_with(o.path, ${p.prefix})
     order by o.path limit ${p.limit}::int offset ${p.offset}::int`,
)

/** Returns objects whose path begins with `prefix`, in the order of their paths. */
export const listObjects = (
  ctx: Ctx,
  query: { bucket: string; prefix: string; limit: number; offset: number },
): Promise<StoredObject[]> => ctx.db.all(list, query)

const put = statement(
  'files.put_object',
  (_, p: { id: string; bucket: string; path: string; file_id: string; is_public: boolean }) => sql<{ id: string }>`
    insert into files.objects (id, bucket, path, file_id, is_public)
    values (${p.id}, ${p.bucket}, ${p.path}, ${p.file_id}, ${p.is_public})
    on conflict (workspace_id, bucket, path) do update set file_id = excluded.file_id returning id`,
)

export interface Placement {
  bucket: string
  path: string
  isPublic: boolean
}

/** Puts a file that is recorded already at a path. Throws 409 when the path of a public object is another workspace's. */
export async function placeObject(ctx: Ctx, { bucket, path, isPublic }: Placement, fileId: string): Promise<string> {
  try {
    const { id } = await ctx.db.one(put, { id: newId(), bucket, path, file_id: fileId, is_public: isPublic })
    return id
  } catch (error) {
    throw violates(error, 'objects_public') ? alreadyThere() : error
  }
}

export const alreadyThere = () => conflict('already_exists', 'The resource already exists')

export interface Upload extends Placement {
  /** Replaces an object that is there. */
  upsert: boolean
  /** Which content is accepted: the beginning of its media type, found by its content. */
  accepts: RegExp
}

/**
 * Stores an uploaded file at a path. Throws 409 for a path with an object unless `upsert`, 415 for content that the bucket
 * does not take, 413 past 50 MB or the storage quota.
 */
export async function uploadObject(ctx: Ctx, request: FastifyRequest, upload: Upload): Promise<string> {
  const before = await findObject(ctx, upload.bucket, upload.path)
  if (before && !upload.upsert) throw alreadyThere()
  const discard = (file: ReceivedFile) => ctx.services.storage.remove(file.storage_key)
  const { file } = await readUpload(request, (content) => receiveFile(ctx, content), discard)
  try {
    const mime_type = file.content_type ?? 'application/octet-stream'
    if (!upload.accepts.test(mime_type))
      throw new AppError(
        415,
        'unsupported_media_type',
        `Files of the type ${mime_type} are not taken in the bucket ${upload.bucket}.`,
      )
    const stored = { ...file, id: newId(), filename: nameOf(upload.path), mime_type }
    const quota = withinQuota(ctx.services)
    return await transaction(ctx, async (ctx) => {
      await ctx.db.together([quota.before, recordFile(stored)])
      const id = await placeObject(ctx, upload, stored.id)
      if (before) await deleteFile(ctx, before.id)
      await ctx.db.together([quota.after])
      return id
    })
  } catch (error) {
    await discard(file)
    throw error
  }
}

const nameOf = (path: string): string => path.split('/').at(-1) || 'file'

const move = statement(
  'files.move_object',
  (_, p: { id: string; path: string }) => sql<{ id: string }>`
    update files.objects set path = ${p.path} where id = ${p.id} returning id`,
)

/** Gives an object another path in its bucket. Throws 409 when there is an object. */
export async function moveObject(ctx: Ctx, object: StoredObject, path: string): Promise<void> {
  try {
    await ctx.db.one(move, { id: object.object_id, path })
  } catch (error) {
    throw violates(error, 'objects_public') || violates(error, 'objects_workspace_id_bucket_path_key')
      ? alreadyThere()
      : error
  }
}
