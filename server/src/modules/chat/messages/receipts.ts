import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { chatTopic } from '../events.ts'

/** Unread messages of member `m` in chat `c`, without expired messages that have not been deleted yet. */
export const unreadCount = sql`(c.last_number - m.read_number - m.unread_gone - (
  select count(*) from chat.messages x
   where x.chat_id = c.id and x.number > m.read_number and x.expires_at <= now() and x.deleted_at is null))`

interface Receipt {
  chat_id: string
  /** Null: the newest. */
  message_id: string | null
}

// Deleting a message adds to `unread_gone` of the members who have not read it. The lock is a separate first statement, so
// that the following statements see every deletion that has been counted.
const lockMine = statement(
  'chat.members.lock_mine',
  (_, p: Receipt) => sql<{ user_id: string }>`
    select user_id from chat.members where chat_id = ${p.chat_id} and user_id = app.user_id() for no key update`,
)

const target = (p: Receipt): RawBuilder<unknown> => sql`
  select c.id as chat_id, c.last_number, case when ${p.message_id}::uuid is null then c.last_number else t.number end as number
    from chat.chats c left join chat.messages t on t.chat_id = c.id and t.id = ${p.message_id}::uuid
   where c.id = ${p.chat_id}`

// Each message is counted at most once for each member, and only if some of the unread messages were deleted.
const advanceRead = statement(
  'chat.members.advance_read',
  (_, p: Receipt) => sql`
    update chat.members m
       set read_number = t.number, delivered_number = greatest(m.delivered_number, t.number),
           unread_gone = case when m.unread_gone = 0 or t.number = t.last_number then 0
             else m.unread_gone - ((t.number - m.read_number) - (
               select count(*) from chat.messages x where x.chat_id = m.chat_id and x.deleted_at is null
                  and x.number > m.read_number and x.number <= t.number)) end
      from (${target(p)}) t
     where m.chat_id = t.chat_id and m.user_id = app.user_id() and m.read_number < t.number`,
)

const advanceDelivered = statement(
  'chat.members.advance_delivered',
  (_, p: Receipt) => sql`
    update chat.members m set delivered_number = t.number
      from (${target(p)}) t
     where m.chat_id = t.chat_id and m.user_id = app.user_id() and m.delivered_number < t.number`,
)

interface Standing {
  read_number: number
  delivered_number: number
  unread_count: number
  /** Null when the message does not exist. */
  number: number | null
  /** In a dm one has blocked the other; the receipt is not published. */
  blocked: boolean
}
const findStanding = statement(
  'chat.members.standing',
  (_, p: Receipt) => sql<Standing>`
    select m.read_number, greatest(m.read_number, m.delivered_number) as delivered_number, ${unreadCount} as unread_count, t.number,
           c.type = 'dm' and app.is_blocked(c.dm_low, c.dm_high) as blocked
      from chat.members m join chat.chats c on c.id = m.chat_id join (${target(p)}) t on t.chat_id = c.id
     where m.user_id = app.user_id()`,
)

/**
 * Marks everything up to this message as read by the caller (or delivered to their device); without a message, everything.
 * The position never moves back. It is published to the chat, unless one has blocked the other. Throws 404.
 */
export async function acknowledge(ctx: Ctx, kind: 'read' | 'delivered', receipt: Receipt) {
  const advance = kind === 'read' ? advanceRead : advanceDelivered
  const [[mine], , [standing]] = await ctx.db.together([
    lockMine.call(receipt),
    advance.call(receipt),
    findStanding.call(receipt),
  ])
  if (!mine || !standing) return missing('chat')
  const { number, read_number, delivered_number, unread_count, blocked } = standing
  if (number === null) return missing('message')
  const { chat_id, message_id } = receipt
  const frame = { chat_id, user_id: mine.user_id, message_id, number: kind === 'read' ? read_number : delivered_number }
  if (!blocked) ctx.afterCommit(() => ctx.services.live.publish(chatTopic(chat_id), `chat:${kind}`, frame))
  return { success: true as const, chat_id, message_id, unread_count }
}
