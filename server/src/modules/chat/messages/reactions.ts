import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { ReactionsChanged } from '../events.ts'
import { blockedSentence, inBlockedDm, reactionsJson, unexpired } from './row.ts'
import type { NewReaction, reactionsOf } from './schema.ts'

type Reactions = z.output<typeof reactionsOf>
type Reaction = Pick<NewReaction, 'message_id' | 'emoji'> & { action?: NewReaction['action'] | 'toggle' }

const maxKinds = 50

// Concurrent reactions to one message wait for each other, so that each event has the right list.
const lock = statement(
  'chat.reactions.lock',
  (_, p: { message_id: string; emoji: string }) => sql<{
    chat_id: string
    deleted: boolean
    full: boolean
    blocked: boolean
  }>`
    select m.chat_id, m.deleted_at is not null as deleted, ${inBlockedDm} as blocked,
           (select count(distinct r.emoji) >= ${sql.lit(maxKinds)} from chat.reactions r
             where r.message_id = m.id and r.emoji <> ${p.emoji}) as full
      from chat.messages m where m.id = ${p.message_id} and ${unexpired} for no key update of m`,
)
const add = statement(
  'chat.reactions.add',
  (_, p: { message_id: string; chat_id: string; emoji: string }) => sql`
    insert into chat.reactions (message_id, chat_id, emoji)
    values (${p.message_id}, ${p.chat_id}, ${p.emoji}) on conflict do nothing returning message_id`,
)
const remove = statement(
  'chat.reactions.remove',
  (_, p: { message_id: string; chat_id: string; emoji: string }) => sql`
    delete from chat.reactions
     where message_id = ${p.message_id} and chat_id = ${p.chat_id} and emoji = ${p.emoji} and user_id = app.user_id()
    returning message_id`,
)
const toggle = statement(
  'chat.reactions.toggle',
  (_, p: { message_id: string; chat_id: string; emoji: string }) => sql`
    with removed as (
      delete from chat.reactions
       where message_id = ${p.message_id} and emoji = ${p.emoji} and user_id = app.user_id() returning 1
    )
    insert into chat.reactions (message_id, chat_id, emoji)
    select ${p.message_id}::uuid, ${p.chat_id}::uuid, ${p.emoji} where not exists (select from removed)`,
)
const list = statement(
  'chat.reactions.list',
  (_, p: { message_id: string }) => sql<{ reactions: Reactions['reactions'] }>`
    select ${reactionsJson} as reactions from (select ${p.message_id}::uuid as id) m`,
)

const changes = { add, remove, toggle }

/**
 * Adds or removes a reaction; without an `action`, adds it or removes the same one. Throws 404, 403 in a blocked dm, or 409
 * for a deleted message.
 */
export async function react(ctx: Ctx, { message_id, emoji, action = 'toggle' }: Reaction): Promise<Reactions> {
  const { chat_id, deleted, full, blocked } = (await ctx.db.maybe(lock, { message_id, emoji })) ?? missing('message')
  if (blocked) throw forbidden(blockedSentence)
  if (deleted) throw conflict('deleted', 'This message is deleted.')
  if (full && action !== 'remove')
    throw conflict('too_many_reactions', `A message has at most ${maxKinds} kinds of reactions.`)
  const [changed, listed] = await ctx.db.together([
    changes[action].call({ message_id, chat_id, emoji }),
    list.call({ message_id }),
  ])
  const { reactions } = only(listed)
  if (action === 'toggle' || changed.length > 0) emit(ctx, ReactionsChanged, { chat_id, message_id, reactions })
  return { message_id, reactions }
}
