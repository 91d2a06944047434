import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, invalidField, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { MessageDeleted, MessageEdited, MessageSent } from '../events.ts'
import {
  type MessageRow,
  blockedSentence,
  inBlockedDm,
  messageColumns,
  presentMessages,
  toMessage,
  unexpired,
} from './row.ts'
import { insertPoll, requireOpenUntil } from './polls.ts'
import { type Message, type NewMessage, type NewPoll, type Poll, hasText } from './schema.ts'

const daySeconds = 24 * 60 * 60
/** View-once messages expire even when not opened. */
const expiresInSeconds = { everyone: null, view_once: 14 * daySeconds, disappearing: daySeconds }

interface Insert {
  id: string
  chat_id: string
  type: string
  content: string | null
  file_id: string | null
  duration_ms: number | null
  reply_to: string | null
  visibility: string
  encrypted: boolean
  client_id: string | null
  expires_in_seconds: number | null
}

// The row of the chat gives the number; its lock orders senders. Sending also marks all earlier messages as read. The file
// must be the sender's own, or have been sent to one of their chats with the visibility `everyone`.
const insert = statement('chat.messages.insert', (_, p: Insert) =>
  presentMessages(
    sql`
    insert into chat.messages as m
      (id, chat_id, number, type, content, file_id, duration_ms, reply_to, visibility, encrypted, client_id, expires_at)
    select ${p.id}::uuid, n.id, n.last_number, ${p.type}::text, ${p.content}::text, ${p.file_id}::uuid, ${p.duration_ms}::int,
           ${p.reply_to}::uuid, ${p.visibility}::text, ${p.encrypted}::boolean, ${p.client_id}::text,
           now() + make_interval(secs => ${p.expires_in_seconds}::int)
      from numbered n
    returning ${messageColumns}`,
    {
      first: sql`numbered as (
        update chat.chats c set last_number = c.last_number + 1, activity_id = ${p.id}::uuid, updated_at = now()
         where c.id = ${p.chat_id}::uuid
           and (c.type = 'group' or not app.is_blocked(c.dm_low, c.dm_high))
           and (${p.file_id}::uuid is null or exists (
             select from chat.files f where f.id = ${p.file_id}::uuid
                and (f.user_id = app.user_id()
                     or exists (select from chat.messages x where x.file_id = f.id and x.visibility = 'everyone'))))
           and (${p.reply_to}::uuid is null or exists (
             select from chat.messages x where x.id = ${p.reply_to}::uuid and x.chat_id = c.id and x.deleted_at is null))
        returning c.id, c.last_number
      ), read as (
        update chat.members m set read_number = n.last_number, delivered_number = n.last_number, unread_gone = 0
          from numbered n where m.chat_id = n.id and m.user_id = app.user_id()
      )`,
    },
  ),
)

const findRefusal = statement(
  'chat.messages.find_refusal',
  (_, p: { chat_id: string }) => sql<{ blocked: boolean }>`
    select c.type = 'dm' and app.is_blocked(c.dm_low, c.dm_high) as blocked from chat.chats c where c.id = ${p.chat_id}`,
)

const findByClientId = statement('chat.messages.find_by_client_id', (_, p: { chat_id: string; client_id: string }) =>
  presentMessages(sql`
    select ${messageColumns} from chat.messages m
     where m.chat_id = ${p.chat_id} and m.sender_id = app.user_id() and m.client_id = ${p.client_id}`),
)

/**
 * Sends a message. Returns the existing message if the sender has used this `client_id` in the chat before. Throws 404 for
 * a chat in which the sender is not a member, 403 when one has blocked the other, and 400 for fields that do not fit
 * together.
 */
export async function sendMessage(ctx: Ctx, input: NewMessage): Promise<Message> {
  requireContent(input)
  try {
    return await transaction(ctx, (ctx) => insertMessage(ctx, input))
  } catch (error) {
    const { chat_id, client_id } = input
    if (!client_id || !violates(error, 'messages_client_key')) throw error
    return toMessage(await ctx.db.one(findByClientId, { chat_id, client_id }))
  }
}

async function insertMessage(ctx: Ctx, input: NewMessage): Promise<Message> {
  const { poll, file_id, reply_to, expires_in_seconds } = input
  const isTimed = expires_in_seconds !== undefined && input.visibility === 'everyone'
  const visibility = isTimed ? 'disappearing' : input.visibility
  const row = await ctx.db.maybe(insert, {
    id: newId(),
    chat_id: input.chat_id,
    type: input.type,
    content: poll?.question ?? input.content ?? null,
    file_id: file_id ?? null,
    duration_ms: input.duration_ms ?? null,
    reply_to: reply_to ?? null,
    visibility,
    encrypted: input.encrypted,
    client_id: input.client_id ?? null,
    expires_in_seconds: expires_in_seconds ?? expiresInSeconds[visibility],
  })
  if (!row) return explainRefusal(ctx, input)
  const message = toMessage(row)
  if (poll) message.poll = await insertPoll(ctx, message, poll)
  emit(ctx, MessageSent, message)
  return message
}

/** Sends a message of type `poll`. Returns its poll, or the existing one for a `clientId` that was used before. */
export async function createPoll(ctx: Ctx, { chat_id, ...poll }: NewPoll, clientId?: string) {
  requireOpenUntil(poll.closes_at, 'body.closes_at')
  const message = await sendMessage(ctx, {
    chat_id,
    type: 'poll',
    poll,
    visibility: 'everyone',
    encrypted: false,
    client_id: clientId,
  })
  return { ...(message.poll as Poll), my_option_ids: [] }
}

const carriers: readonly Message['type'][] = ['image', 'voice', 'video', 'document']

function requireContent({ type, content, file_id, poll, visibility, encrypted }: NewMessage): void {
  if (type === 'poll') {
    if (!poll) throw invalidField('body.poll', 'A poll needs a question and options.')
    if (visibility === 'view_once') throw invalidField('body.visibility', 'A poll cannot be view-once.')
    requireOpenUntil(poll.closes_at, 'body.poll.closes_at')
  } else if (type === 'text' && !hasText(content ?? ''))
    throw invalidField('body.content', 'A text message needs content.')
  // An encrypted message may have its file in `content`, where the server does not see it.
  else if (carriers.includes(type) && !file_id && !(encrypted && content))
    throw invalidField('body.file_id', `A message of type ${type} needs a file: upload it, and send its id as file_id.`)
  else if (!content && !file_id) throw invalidField('body.file_id', 'A sticker needs a file or content.')
}

async function explainRefusal(ctx: Ctx, { chat_id, reply_to, file_id }: NewMessage): Promise<never> {
  const { blocked } = (await ctx.db.maybe(findRefusal, { chat_id })) ?? missing('chat')
  if (blocked) throw forbidden(blockedSentence)
  if (file_id && !reply_to) throw invalidField('body.file_id', 'You have no file with this id.')
  if (reply_to && !file_id) throw invalidField('body.reply_to', 'There is no message with this id in the chat.')
  throw invalidField('body', 'The file is not yours, or the message replied to is not in this chat.')
}

const edit = statement('chat.messages.edit', (_, p: { id: string; content: string }) =>
  presentMessages(sql`
    update chat.messages m set content = ${p.content}, edited_at = now()
     where m.id = ${p.id} and m.sender_id = app.user_id() and m.deleted_at is null and ${unexpired}
       and m.visibility <> 'view_once' and m.type <> 'poll' and not ${inBlockedDm}
    returning ${messageColumns}`),
)

/** Permissions on a message. The row of the chat is locked, so that changes of its unread counters wait. */
interface Governed {
  chat_id: string
  is_mine: boolean
  governs: boolean
  deleted: boolean
  blocked: boolean
}
const govern = statement(
  'chat.messages.govern',
  (_, p: { id: string }) => sql<Governed>`
    select m.chat_id, m.sender_id = app.user_id() as is_mine, c.type = 'group' and me.role <> 'member' as governs,
           m.deleted_at is not null as deleted, ${inBlockedDm} as blocked
      from chat.messages m
      join chat.chats c on c.id = m.chat_id
      join chat.members me on me.chat_id = m.chat_id and me.user_id = app.user_id()
     where m.id = ${p.id} and ${unexpired} for no key update of c`,
)

/** Changes a message of the caller. Throws 404, 403 (also when blocked), or 409 for a message that cannot be changed. */
export async function editMessage(ctx: Ctx, id: string, content: string): Promise<Message> {
  const row: MessageRow | undefined = await ctx.db.maybe(edit, { id, content })
  if (!row) {
    const { is_mine, deleted, blocked } = (await ctx.db.maybe(govern, { id })) ?? missing('message')
    if (!is_mine) throw forbidden('Only the sender can change a message.')
    if (blocked) throw forbidden(blockedSentence)
    throw conflict(
      'not_editable',
      deleted ? 'This message is deleted.' : 'Polls and view-once messages cannot be changed.',
    )
  }
  const message = toMessage(row)
  emit(ctx, MessageEdited, message)
  return message
}

const markDeleted = statement(
  'chat.messages.mark_deleted',
  (_, p: { id: string }) => sql<{ number: number }>`
    with marked as (
      update chat.messages m set content = null, file_id = null, deleted_at = now()
       where m.id = ${p.id} and m.deleted_at is null returning m.chat_id, m.number
    )
    update chat.members u set unread_gone = u.unread_gone + 1
      from marked d where u.chat_id = d.chat_id and u.read_number < d.number`,
)
const detachFile = statement(
  'chat.files.detach',
  (_, p: { message_id: string }) => sql`
    update chat.files f set detached_at = now()
     where f.id = (select m.file_id from chat.messages m where m.id = ${p.message_id})`,
)
const deleteReactions = statement('chat.reactions.delete_all', (db, p: { id: string }) =>
  db.deleteFrom('chat.reactions').where('message_id', '=', p.id),
)
const deletePoll = statement('chat.polls.delete', (db, p: { id: string }) =>
  db.deleteFrom('chat.polls').where('message_id', '=', p.id),
)
const redact = statement(
  'chat.messages.redact',
  (_, p: { chat_id: string; id: string }) => sql`select app.redact_messages(${p.chat_id}, array[${p.id}::uuid])`,
)

/** Deletes content, file, reactions and poll for everyone, also from the event log. The row stays. Throws 404 or 403. */
export async function deleteMessage(ctx: Ctx, id: string): Promise<void> {
  const { chat_id, is_mine, governs, deleted } = (await ctx.db.maybe(govern, { id })) ?? missing('message')
  if (!is_mine && !governs)
    throw forbidden('Only the sender, or the owner or an admin of the group, can delete a message.')
  if (deleted) return
  emit(ctx, MessageDeleted, { id, chat_id, message_id: id, deleted: true })
  await ctx.db.together(
    [
      detachFile.call({ message_id: id }),
      markDeleted.call({ id }),
      deleteReactions.call({ id }),
      deletePoll.call({ id }),
      redact.call({ chat_id, id }),
    ],
    { commit: true },
  )
}
