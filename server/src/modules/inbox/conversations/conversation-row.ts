import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import type { Conversation } from '../schema.ts'

/** The columns of `inbox.conversations c`. The transcript can be long and is read separately. */
export const conversationColumns = sql`
  c.id, c.workspace_id, c.contact_id, c.customer_name, c.channel, c.external_id, c.status, c.assignee_id, c.tags,
  c.notes, c.is_ai_active, c.subject, c.message_count, c.unread_count, c.last_message_text, c.last_message_at,
  c.campaign_id, c.outcome, c.sentiment, c.ai_confidence::float8 as ai_confidence, c.ai_confidence_level,
  c.stated_message_count, c.handoff_suggested, c.duration_seconds, c.occurred_at, c.created_at, c.updated_at`

export const findConversation = statement(
  'inbox.find_conversation',
  (_, p: { id: string }) => sql<Conversation>`
    select ${conversationColumns} from inbox.conversations c where c.id = ${p.id}`,
)

/** Returns a conversation. Throws 404. */
export async function getConversation(ctx: Ctx, id: string): Promise<Conversation> {
  return (await ctx.db.maybe(findConversation, { id })) ?? missing('conversation')
}

const findTranscript = statement(
  'inbox.find_transcript',
  (_, p: { id: string }) => sql<{ transcript: string | null }>`
    select transcript from inbox.conversations where id = ${p.id}`,
)

/** Returns the transcript of the whole conversation; null if none was recorded. Throws 404. */
export async function getTranscript(ctx: Ctx, id: string): Promise<string | null> {
  return ((await ctx.db.maybe(findTranscript, { id })) ?? missing('conversation')).transcript
}
