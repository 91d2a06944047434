import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { getConversation } from '../../inbox/index.ts'
import type { LiveConversation, LiveConversationChanges } from './schema.ts'
import { LiveConversationChanged } from '../events.ts'
import { confidenceColumns, confidenceFields } from './confidence.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'

type Row = Omit<LiveConversation, 'ai_confidence' | 'ai_confidence_score'> & Parameters<typeof confidenceFields>[0]

const toLive = (row: Row): LiveConversation => ({ ...row, ...confidenceFields(row) })

const select = sql`
  select l.conversation_id, c.contact_id as prospect_id, c.customer_name as prospect_name, c.channel, c.message_count, c.last_message_text,
         l.status, l.stage, l.intent, l.sentiment, l.ai_confidence::float8 as ai_confidence, l.ai_confidence_level,
         l.next_action, l.state, l.started_at, l.updated_at
    from sales.live_conversations l
    join inbox.conversations c on c.workspace_id = l.workspace_id and c.id = l.conversation_id`

const list = variants(
  'sales.list_live',
  (_, p: { before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<Row>`
    ${select} where l.status <> 'ended' ${shape.continued ? sql`and l.conversation_id < ${p.before}::uuid` : sql``}
     order by l.conversation_id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** Returns a page of the conversations in progress, newest first. */
export async function listLive(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const { before, continued, rows } = readPageQuery(query)
  const live = (await ctx.db.all(list({ continued, rows }), { before })).map(toLive)
  return toPage(live, query.limit, ({ conversation_id }) => conversation_id)
}

const find = statement(
  'sales.find_live',
  (_, p: { id: string }) => sql<Row>`${select} where l.conversation_id = ${p.id}`,
)

/** Returns the live state of a conversation. Throws 404, also for a conversation that was never live. */
export async function getLive(ctx: Ctx, conversationId: string): Promise<LiveConversation> {
  return toLive((await ctx.db.maybe(find, { id: conversationId })) ?? missing('live conversation'))
}

const begin = statement(
  'sales.begin_live',
  (_, p: { id: string }) =>
    sql`insert into sales.live_conversations (conversation_id) values (${p.id}) on conflict (conversation_id) do nothing`,
)

const update = statement(
  'sales.update_live',
  (_, p: { id: string; changes: string }) =>
    sql`
    update sales.live_conversations l
       set ${patch('l', ['status', 'stage', 'intent', 'sentiment', 'ai_confidence', 'ai_confidence_level', 'next_action', 'state'], p.changes)}
     where conversation_id = ${p.id}`,
)

/** Updates the given fields of a conversation's live state. The first update makes it live. Throws 404. */
export async function changeLive(
  ctx: Ctx,
  conversationId: string,
  input: LiveConversationChanges,
): Promise<LiveConversation> {
  const { id } = await getConversation(ctx, conversationId)
  const changes = { ...input, ...confidenceColumns(input.ai_confidence) }
  await ctx.db.together([begin.call({ id }), update.call({ id, changes: JSON.stringify(changes) })])
  const live = await getLive(ctx, id)
  emit(ctx, LiveConversationChanged, {
    conversation_id: id,
    status: live.status,
    stage: live.stage,
    next_action: live.next_action,
  })
  return live
}
