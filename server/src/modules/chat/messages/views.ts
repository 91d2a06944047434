import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../../platform/errors.ts'
import { signedFileUrl } from './files.ts'
import { unexpired } from './row.ts'
import type { Message, UploadedFile } from './schema.ts'

interface ViewOnce {
  chat_id: string
  type: Message['type']
  content: string | null
  file: Omit<UploadedFile, 'url'> | null
  is_mine: boolean
  view_once: boolean
  deleted: boolean
}

// Concurrent readers of one message wait for each other, so that the last one is detected.
const lock = statement(
  'chat.views.lock',
  (_, p: { id: string }) => sql<ViewOnce>`
    select m.chat_id, m.type, m.content, m.sender_id = app.user_id() as is_mine, m.visibility = 'view_once' as view_once,
           m.deleted_at is not null as deleted,
           (select jsonb_build_object('id', f.id, 'filename', f.filename, 'mime_type', f.mime_type, 'size_bytes', f.size_bytes)
              from chat.files f where f.id = m.file_id) as file
      from chat.messages m where m.id = ${p.id} and ${unexpired} for no key update of m`,
)
const insert = statement(
  'chat.views.insert',
  (_, p: { message_id: string; chat_id: string }) => sql<{ user_id: string }>`
    insert into chat.views (message_id, chat_id) values (${p.message_id}, ${p.chat_id}) on conflict do nothing returning user_id`,
)
const emptyWhenAllHaveViewed = statement(
  'chat.views.empty',
  (_, p: { message_id: string }) => sql`
    with emptied as (
      update chat.messages m set content = null, file_id = null
       where m.id = ${p.message_id} and not exists (
         select from chat.members u
          where u.chat_id = m.chat_id and u.user_id <> m.sender_id
            and not exists (select from chat.views v where v.message_id = m.id and v.user_id = u.user_id))
      returning m.id
    )
    update chat.files f set detached_at = now()
     where f.id = (select m.file_id from chat.messages m join emptied using (id))`,
)

/**
 * Opens a view-once message. Its file has a URL that expires soon. When all members have opened it, the content is
 * deleted. Throws 404, 403 for the sender, 409 `already_viewed`.
 */
export async function viewMessage(ctx: Ctx, id: string) {
  const message = (await ctx.db.maybe(lock, { id })) ?? missing('message')
  if (message.deleted) missing('message')
  if (!message.view_once) throw conflict('not_view_once', 'This is not a view-once message.')
  if (message.is_mine) throw forbidden('The sender cannot open a view-once message.')
  const { chat_id, type, content, file } = message
  const [[viewed]] = await ctx.db.together([
    insert.call({ message_id: id, chat_id }),
    emptyWhenAllHaveViewed.call({ message_id: id }),
  ])
  if (!viewed) throw conflict('already_viewed', 'You have already opened this message.')
  return { id, type, content, file: file && { ...file, url: signedFileUrl(ctx, file, viewed.user_id) } }
}
