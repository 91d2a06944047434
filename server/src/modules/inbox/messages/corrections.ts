import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { MessageCorrected } from '../events.ts'
import type { Message } from '../schema.ts'

export interface Correction {
  sender?: Message['sender'] | undefined
  text?: string | undefined
  /** ISO 8601. */
  created_at?: string | undefined
}

const correctable = ['sender', 'text', 'created_at'] as const

// Messages of visitors and of channels cannot change. Only recorded messages, like those of a call, can be corrected.
const correct = statement(
  'inbox.correct_message',
  (_, p: { id: string; conversation_id: string; sender: string | null; changes: string }) => sql<Message>`
    with m as (
      update inbox.messages m
         set ${patch('m', correctable, p.changes)},
             sender_id = case when coalesce(${p.sender}, m.sender) = 'member' then m.sender_id end
        from inbox.conversations c
       where m.id = ${p.id} and m.conversation_id = ${p.conversation_id} and c.id = m.conversation_id
         and m.external_id is null and c.channel <> 'web'
      returning m.*
    ), shown as (
      update inbox.conversations c set last_message_text = left(m.text, 200) from m
       where c.id = m.conversation_id and not m.internal
         and not exists (select from inbox.messages later
                          where later.conversation_id = c.id and later.id > m.id and not later.internal)
    )
    select id, conversation_id, sender, sender_id, text, attachment, status, error, client_id, internal, created_at from m`,
)

const find = statement(
  'inbox.find_message',
  (_, p: { id: string; conversation_id: string }) => sql<{ id: string }>`
    select id from inbox.messages where id = ${p.id} and conversation_id = ${p.conversation_id}`,
)

/**
 * Corrects a recorded message. Needs a transaction. Throws 404, and 409 `already_sent` for a message that was sent through a
 * channel or by a visitor of the web.
 */
export async function correctMessage(
  ctx: Ctx,
  { conversationId: conversation_id, id }: { conversationId: string; id: string },
  correction: Correction,
): Promise<Message> {
  const sender = correction.sender ?? null
  const corrected = await ctx.db.maybe(correct, { id, conversation_id, sender, changes: JSON.stringify(correction) })
  if (!corrected) {
    if (!(await ctx.db.maybe(find, { id, conversation_id }))) missing('message')
    throw conflict(
      'already_sent',
      'This message was sent through its channel. Only recorded messages can be corrected.',
    )
  }
  emit(ctx, MessageCorrected, corrected)
  return corrected
}
