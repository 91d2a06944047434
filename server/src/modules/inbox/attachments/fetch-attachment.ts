import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { job } from '../../../platform/jobs.ts'
import { fileUrl, receiveFile, recordFile } from '../../files/index.ts'
import { accountOf, channels, type PlatformName } from '../../integrations/index.ts'
import { MessageStatusChanged } from '../events.ts'
import { messageColumns } from '../messages/messages.ts'
import type { Message } from '../schema.ts'

const attach = statement(
  'inbox.attach',
  (_, p: { id: string; attachment: string }) => sql<Message>`
    update inbox.messages m set attachment = ${p.attachment}::jsonb where m.id = ${p.id} and m.attachment is null
    returning ${messageColumns}`,
)

/** Fetches an attachment that a platform gives only to the server, and stores it as a file of the workspace. */
export const fetchAttachment = job({
  name: 'inbox.fetch_attachment',
  input: z.object({
    message_id: z.uuid(),
    platform: z.string(),
    reference: z.string(),
    type: z.enum(['image', 'video', 'audio', 'file']),
    name: z.string().optional(),
  }),
  attempts: 6,
  concurrency: 4,
  concurrencyPerWorkspace: 2,
  async run(ctx, { message_id, platform, reference, type, name }) {
    const { fetchMedia } = channels[platform as PlatformName]
    const account = await accountOf(ctx, platform as PlatformName)
    if (!account || !fetchMedia) return
    const received = await receiveFile(ctx, Readable.from([await fetchMedia(ctx, account, reference)]))
    const { storage_key, size_bytes, sha256, content_type } = received
    const mime_type = content_type ?? 'application/octet-stream'
    const filename = name ?? `${type}.${content_type?.split('/')[1] ?? 'bin'}`
    const file = { id: newId(), filename, mime_type, size_bytes, sha256, storage_key }
    const attachment = JSON.stringify({ url: fileUrl(file), type: content_type ?? type, name: filename })
    try {
      await transaction(ctx, async (ctx) => {
        const message =
          (await ctx.db.maybe(attach, { id: message_id, attachment })) ?? missing('message to attach this to')
        await ctx.db.together([recordFile(file)])
        emit(ctx, MessageStatusChanged, message)
      })
    } catch (error) {
      await ctx.services.storage.remove(storage_key)
      if (!(error instanceof AppError && error.status === 404)) throw error
    }
  },
})
