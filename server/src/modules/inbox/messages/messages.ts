import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { idAt, newId } from '../../../platform/id.ts'
import { findConversation } from '../conversations/conversation-row.ts'
import { ConversationUpdated, MessageAdded, WebMessageAdded } from '../events.ts'
import type { Attachment, Conversation, Message } from '../schema.ts'

export interface NewMessage {
  conversationId: string
  /** `member` is the caller. */
  sender: Message['sender']
  text: string
  attachment?: Attachment | undefined
  /** An id that the client chooses; a message with the same id is added once. */
  clientId?: string | undefined
  /** A note of the team: not sent, not shown to the customer, not counted. Default false. */
  internal?: boolean | undefined
  /** Id of the message at the channel; a message with the same id is added once. */
  externalId?: string | undefined
  /** Default `sent`. `sendMessage` sets `queued` for channels that deliver. */
  status?: 'queued' | 'sent' | undefined
  /** When it was sent, ISO 8601; default now. */
  createdAt?: string | undefined
}

export const messageColumns = sql`
  m.id, m.conversation_id, m.sender, m.sender_id, m.text, m.attachment, m.status, m.error, m.client_id, m.internal, m.created_at`

interface Insert {
  id: string
  conversation_id: string
  sender: string
  text: string
  attachment: string | null
  status: string
  external_id: string | null
  client_id: string | null
  internal: boolean
  created_at: string | null
}

// The counters of the conversation change in the statement that adds the message, so they are always consistent. A message of
// a member marks the conversation as read; a message of the customer reopens a closed one.
const add = statement(
  'inbox.add_message',
  (_, p: Insert) => sql<Message & { is_first: boolean; reopened: boolean }>`
    with m as (
      insert into inbox.messages
        (id, conversation_id, sender, sender_id, text, attachment, status, external_id, client_id, internal, created_at)
      select ${p.id}::uuid, c.id, ${p.sender}, case when ${p.sender} = 'member' then app.user_id() end, ${p.text},
             ${p.attachment}::jsonb, ${p.status}, ${p.external_id}, ${p.client_id}, ${p.internal}::boolean, coalesce(${p.created_at}::timestamptz, now())
        from inbox.conversations c where c.id = ${p.conversation_id}
      on conflict do nothing
      returning *
    ), counted as (
      update inbox.conversations c
         set message_count = c.message_count + 1,
             unread_count = case m.sender when 'customer' then c.unread_count + 1 when 'member' then 0 else c.unread_count end,
             last_message_text = case when m.created_at >= coalesce(c.last_message_at, m.created_at)
                                      then left(m.text, 200) else c.last_message_text end,
             last_message_at = greatest(c.last_message_at, m.created_at),
             recent_at = greatest(c.last_message_at, m.created_at),
             status = case when m.sender = 'customer' and c.status = 'closed' then 'open' else c.status end
        from m join inbox.conversations was on was.id = m.conversation_id
       where c.id = m.conversation_id and not m.internal
      returning c.message_count = 1 as is_first, c.status <> was.status as reopened
    )
    select ${messageColumns}, coalesce(counted.is_first, false) as is_first, coalesce(counted.reopened, false) as reopened
      from m left join counted on true`,
)

const findDuplicate = statement(
  'inbox.find_duplicate',
  (_, p: { conversation_id: string; client_id: string | null; external_id: string | null }) => sql<Message>`
    select ${messageColumns} from inbox.messages m
     where m.conversation_id = ${p.conversation_id} and (m.client_id = ${p.client_id} or m.external_id = ${p.external_id})`,
)

/** Clients choose ids independently: a customer who guesses the id of an internal note must not receive the note. */
const isDuplicate = (existing: Message, row: Insert) =>
  existing.sender === row.sender && existing.internal === row.internal
const clientIdUsed = 'Another message of this conversation has this clientId. Use a new one.'

/**
 * Adds a message to a conversation. Returns the existing message, without emitting an event, when its `clientId` or
 * `externalId` is known. Throws 404 for an unknown conversation, 409 `client_id_used` when the `clientId` is that of a
 * message of another sender, or of a note.
 */
export function addMessage(ctx: Ctx, input: NewMessage): Promise<Message> {
  return transaction(ctx, async (ctx) => (await addOnce(ctx, input)).message)
}

/** Like `addMessage`; also returns whether it was new, and its conversation. Needs a transaction. */
export async function addOnce(
  ctx: Ctx,
  input: NewMessage,
): Promise<{ message: Message; conversation: Conversation; isNew: boolean }> {
  const row: Insert = {
    // The order of a thread is that of its ids.
    id: input.createdAt ? idAt(Date.parse(input.createdAt)) : newId(),
    conversation_id: input.conversationId,
    sender: input.sender,
    text: input.text,
    attachment: input.attachment ? JSON.stringify(input.attachment) : null,
    status: input.status ?? 'sent',
    external_id: input.externalId ?? null,
    client_id: input.clientId ?? null,
    internal: input.internal ?? false,
    created_at: input.createdAt ?? null,
  }
  const [[added], [found]] = await ctx.db.together([add.call(row), findConversation.call({ id: input.conversationId })])
  const conversation = found ?? missing('conversation')
  if (!added) {
    const existing = await ctx.db.one(findDuplicate, row)
    if (row.client_id !== null && !isDuplicate(existing, row)) throw conflict('client_id_used', clientIdUsed)
    return { message: existing, conversation, isNew: false }
  }
  const { is_first, reopened, ...message } = added
  const { workspace_id, contact_id, channel } = conversation
  emit(ctx, MessageAdded, { ...message, workspace_id, contact_id, channel, is_first })
  if (channel === 'web' && !message.internal) emit(ctx, WebMessageAdded, message)
  if (reopened) emit(ctx, ConversationUpdated, { ...conversation, was_closed: true })
  return { message, conversation, isNew: true }
}

/** Internal notes among the messages of a conversation. */
export type Notes = 'with' | 'without' | 'only'
type ListShape = { rows: string; continued: boolean; notes: Notes }

const list = variants(
  'inbox.list_messages',
  (_, p: { conversation_id: string; before: string | null }, shape: ListShape) =>
    sql<Message>`
      select ${messageColumns} from inbox.messages m
       where m.conversation_id = ${p.conversation_id} ${shape.continued ? sql`and m.id < ${p.before}::uuid` : sql``}
         ${shape.notes === 'only' ? sql`and m.internal` : shape.notes === 'without' ? sql`and not m.internal` : sql``}
       order by m.id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns messages, newest first; internal notes only on request. Throws 404 for an unknown conversation. */
export async function listMessages(
  ctx: Ctx,
  conversationId: string,
  query: { limit: number; cursor?: string | undefined },
  notes: Notes = 'without',
) {
  const before = readCursor(query.cursor)
  const [found, rows] = await ctx.db.together([
    findConversation.call({ id: conversationId }),
    list({ rows: rowsToRead(query.limit), continued: before !== null, notes }).call({
      conversation_id: conversationId,
      before,
    }),
  ])
  if (found.length === 0) missing('conversation')
  return toPage(rows, query.limit)
}

const newest = variants(
  'inbox.newest_messages',
  (_, p: { conversation_ids: string[]; count: number }, shape: { with_notes: boolean }) => sql<Message>`
    select ${messageColumns} from unnest(${p.conversation_ids}::uuid[]) as wanted (id)
     cross join lateral (
       select * from inbox.messages x
        where x.conversation_id = wanted.id ${shape.with_notes ? sql`` : sql`and not x.internal`}
        order by x.id desc limit ${p.count}) m
     order by m.id`,
)

/**
 * Returns the newest `count` messages of each conversation, oldest first, by conversation id; internal notes only on
 * request.
 */
export async function newestMessages(
  ctx: Ctx,
  conversationIds: string[],
  count: number,
  notes: 'with' | 'without' = 'without',
): Promise<Map<string, Message[]>> {
  const rows =
    conversationIds.length > 0 && count > 0
      ? await ctx.db.all(newest({ with_notes: notes === 'with' }), { conversation_ids: conversationIds, count })
      : []
  return Map.groupBy(rows, ({ conversation_id }) => conversation_id)
}
