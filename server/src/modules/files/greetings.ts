import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { transaction } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { AppError, invalidField, missing } from '../../platform/errors.ts'
import { bareListLimit } from '../../platform/http/page.ts'
import { readUpload } from '../../platform/http/multipart.ts'
import { emit } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { memberFilter } from '../identity/index.ts'
import { AudioError, acceptedFormats } from './audio/audio-error.ts'
import { type TelephoneAudio, transcodeToTelephone } from './audio/transcode.ts'
import { type ReceivedFile, fileUrl, receiveFile, recordFile } from './files.ts'
import { withinQuota } from './quota.ts'
import { GreetingDeleted } from './events.ts'
import type { GreetingFile } from './schema.ts'

interface GreetingRow {
  id: string
  user_id: string
  file_id: string
  filename: string
  duration_seconds: number
  created_at: string
}

const columns = ['id', 'user_id', 'file_id', 'filename', 'duration_seconds', 'created_at'] as const

const toGreeting = ({ file_id, ...greeting }: GreetingRow): GreetingFile => ({
  ...greeting,
  url: fileUrl({ id: file_id, filename: greeting.filename }),
})

const list = variants(
  'files.list_greetings',
  (db, p: { user_id: string | null; before: string | null }, shape: { of_user: boolean; continued: boolean }) =>
    db
      .selectFrom('files.greetings')
      .select(columns)
      .$if(shape.of_user, (query) => query.where('user_id', '=', p.user_id))
      .$if(shape.continued, (query) => query.where('id', '<', p.before))
      .orderBy('id', 'desc')
      .limit(bareListLimit + 1),
)

/** Newest first; `userId`: only this member's. */
export async function listGreetings(
  ctx: Ctx,
  userId: string | undefined,
  before: string | null,
): Promise<GreetingFile[]> {
  const user_id = await memberFilter(ctx, userId)
  const rows = await ctx.db.all(list({ of_user: user_id !== null, continued: before !== null }), { user_id, before })
  return rows.map(toGreeting)
}

const insert = statement(
  'files.insert_greeting',
  (db, p: { id: string; file_id: string; filename: string; duration_seconds: number; telephone_storage_key: string }) =>
    db
      .insertInto('files.greetings')
      .values({
        id: p.id,
        file_id: p.file_id,
        filename: p.filename,
        duration_seconds: p.duration_seconds,
        telephone_storage_key: p.telephone_storage_key,
      })
      .returning(columns),
)

const find = statement(
  'files.find_greeting',
  (_, p: { id: string | null; file_id: string | null }) =>
    sql<GreetingRow & { telephone_storage_key: string }>`
    select ${sql.join(columns.map((column) => sql.ref(column)))}, telephone_storage_key
      from files.greetings where id = ${p.id}::uuid or file_id = ${p.file_id}::uuid`,
)

/**
 * Stores an uploaded greeting and transcodes it for the telephone. Throws 400 when it cannot be played to its end, 413 past
 * 50 MB or the storage quota, 415 when it is not audio; then nothing is stored. Returns the existing greeting if there is
 * one with this `id`.
 */
export async function createGreeting(ctx: Ctx, request: FastifyRequest, id = newId()): Promise<GreetingFile> {
  const known = await ctx.db.maybe(find, { id, file_id: null })
  if (known) return toGreeting(known)
  const { storage } = ctx.services
  const discard = (file: ReceivedFile) => storage.remove(file.storage_key)
  const { file, filename: given } = await readUpload(request, (content) => receiveFile(ctx, content), discard)
  const mime_type = soundTypes[file.content_type ?? ''] ?? file.content_type ?? 'application/octet-stream'
  const filename = given === namelessBlob ? `recording.${extensions[mime_type] ?? 'audio'}` : given
  const telephone_storage_key = `${file.storage_key}.telephone.wav`
  try {
    const { durationSeconds } = await makeTelephoneVersion(ctx, file, telephone_storage_key)
    const stored = { ...file, id: newId(), filename, mime_type }
    const greeting = {
      id,
      file_id: stored.id,
      filename,
      duration_seconds: Math.round(durationSeconds),
      telephone_storage_key,
    }
    const { before, after } = withinQuota(ctx.services)
    const [, , inserted] = await transaction(ctx, (ctx) =>
      ctx.db.together([before, recordFile(stored), insert.call(greeting), after], { commit: true }),
    )
    return toGreeting(only(inserted))
  } catch (error) {
    await storage.remove(telephone_storage_key)
    await discard(file)
    throw error
  }
}

/** The sound of these containers is read and played; pictures in them are not. */
const soundTypes: Record<string, string> = { 'video/webm': 'audio/webm', 'video/mp4': 'audio/mp4' }

/** The name of a browser's Blob in a form, such as a recording. */
const namelessBlob = 'blob'
const extensions: Record<string, string> = {
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
}

async function makeTelephoneVersion(ctx: Ctx, file: ReceivedFile, key: string): Promise<TelephoneAudio> {
  const isSound = file.content_type?.startsWith('audio/') || soundTypes[file.content_type ?? ''] !== undefined
  if (!isSound) throw notPlayable('unsupported_media_type', `This is not a sound file. ${acceptedFormats}`, 415)
  const { storage } = ctx.services
  const draft = path.join(tmpdir(), `greeting-${newId()}.wav`)
  const { workspace_id } = await ctx.db.actor()
  try {
    const audio = await transcodeToTelephone({
      workspaceId: workspace_id as string,
      inputPath: await storage.localPath(file.storage_key),
      outputPath: draft,
    })
    await storage.write(key, createReadStream(draft))
    return audio
  } catch (error) {
    if (!(error instanceof AudioError)) throw error
    throw notPlayable(
      error.code,
      error.message,
      error.code === 'not_audio' || error.code === 'unsupported_codec' ? 415 : 400,
    )
  } finally {
    await rm(draft, { force: true })
  }
}

const notPlayable = (code: string, message: string, status: 400 | 415) =>
  new AppError(status, code, message, { details: [{ path: 'body.file', message }] })

export interface Greeting extends GreetingFile {
  /** The transcoded file in storage. */
  telephone_storage_key: string
}

/** Finds a greeting by its id, or by the `url` in the API. Throws 404; 400 for a URL of another server. */
export async function getGreeting(ctx: Ctx, which: { id: string } | { url: string }): Promise<Greeting> {
  const key = 'id' in which ? { id: which.id, file_id: null } : { id: null, file_id: fileIdOf(which.url) }
  const { telephone_storage_key, ...row } = (await ctx.db.maybe(find, key)) ?? missing('greeting file')
  return { ...toGreeting(row), telephone_storage_key }
}

function fileIdOf(url: string): string {
  const [, id] = /\/api\/files\/([0-9a-f-]{36})\//.exec(url) ?? []
  return id ?? refuseForeignUrl()
}

function refuseForeignUrl(): never {
  throw invalidField(
    'body.greeting_file_url',
    'Upload the greeting with POST /api/greeting-files and use the url in the response.',
  )
}

const remove = statement(
  'files.delete_greeting',
  (_, p: { id: string }) =>
    sql<{ telephone_storage_key: string; storage_key: string }>`
    with greeting as (delete from files.greetings where id = ${p.id} returning file_id, telephone_storage_key),
         file as (delete from files.files where id in (select file_id from greeting) returning storage_key)
    select telephone_storage_key, storage_key from greeting, file`,
)

/** Deletes the greeting and its files. Campaigns that use it pause until they have another one. */
export async function deleteGreeting(ctx: Ctx, id: string): Promise<void> {
  const { telephone_storage_key, storage_key } = (await ctx.db.maybe(remove, { id })) ?? missing('greeting file')
  emit(ctx, GreetingDeleted, { greeting_id: id })
  ctx.afterCommit(() => {
    for (const key of [telephone_storage_key, storage_key]) {
      ctx.services.storage
        .remove(key)
        .catch((error: unknown) =>
          ctx.log.warn({ err: error, key }, 'A deleted file could not be removed from storage.'),
        )
    }
  })
}
