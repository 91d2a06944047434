import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { variants } from '../../platform/database/statement.ts'
import { readCursor, rowsToRead, toPage } from '../../platform/http/fields.ts'
import { readPlace, toPlacedPage } from '../../platform/http/place.ts'
import { conversationColumns } from './conversation-row.ts'
import type { Conversation } from './schema.ts'

/** What is not given is not asked for. */
export interface ConversationFilter {
  status?: string | undefined
  assigneeId?: string | undefined
  channel?: string | undefined
  tag?: string | undefined
  campaignId?: string | undefined
  contactId?: string | undefined
  outcome?: string | undefined
  /** When it took place: from, and before. ISO 8601. */
  from?: string | undefined
  to?: string | undefined
}

export interface ConversationQuery extends ConversationFilter {
  /** `recent`: where something was said last comes first. `newest`: what began last. Default recent. */
  order?: 'recent' | 'newest' | undefined
  limit: number
  cursor?: string | undefined
}

type Parameters = Record<keyof ConversationFilter, string | null> & {
  at: string | null
  before: string | null
}

const conditions: Record<keyof ConversationFilter, (p: Parameters) => RawBuilder<unknown>> = {
  status: (p) => sql`c.status = ${p.status}`,
  assigneeId: (p) => sql`c.assignee_id = ${p.assigneeId}::uuid`,
  channel: (p) => sql`c.channel = ${p.channel}`,
  tag: (p) => sql`${p.tag} = any (c.tags)`,
  campaignId: (p) => sql`c.campaign_id = ${p.campaignId}::uuid`,
  contactId: (p) => sql`c.contact_id = ${p.contactId}::uuid`,
  outcome: (p) => sql`c.outcome = ${p.outcome}`,
  from: (p) => sql`c.occurred_at >= ${p.from}::timestamptz`,
  to: (p) => sql`c.occurred_at < ${p.to}::timestamptz`,
}
const filters = Object.keys(conditions) as (keyof ConversationFilter)[]

type Shape = Record<keyof ConversationFilter | 'recent' | 'continued', boolean> & { rows: string }

export const list = variants('inbox.list_conversations', (_, p: Parameters, shape: Shape) => {
  const place = shape.recent
    ? sql`(c.recent_at, c.id) < (${p.at}::timestamptz, ${p.before}::uuid)`
    : sql`c.id < ${p.before}::uuid`
  const asked = [
    ...filters.filter((name) => shape[name]).map((name) => conditions[name](p)),
    ...(shape.continued ? [place] : []),
  ]
  return sql<Conversation & { at: string }>`
    select ${conversationColumns}, c.recent_at::text as at from inbox.conversations c
     where ${asked.length > 0 ? sql.join(asked, sql` and `) : sql`true`}
     order by ${shape.recent ? sql`c.recent_at desc, c.id desc` : sql`c.id desc`} limit ${sql.lit(Number(shape.rows))}`
})

/** The inbox, by recency or the newest first. */
export async function listConversations(ctx: Ctx, query: ConversationQuery) {
  const recent = query.order !== 'newest'
  const place = recent ? readPlace(query.cursor) : null
  const before = recent ? (place?.id ?? null) : readCursor(query.cursor)
  const given = Object.fromEntries(filters.map((name) => [name, query[name] ?? null])) as Record<
    keyof ConversationFilter,
    string | null
  >
  const asked = Object.fromEntries(filters.map((name) => [name, given[name] !== null])) as Record<
    keyof ConversationFilter,
    boolean
  >
  const rows = await ctx.db.all(list({ ...asked, rows: rowsToRead(query.limit), recent, continued: before !== null }), {
    ...given,
    at: place?.at ?? null,
    before,
  })
  return recent ? toPlacedPage(rows, query.limit) : toPage(rows, query.limit)
}
