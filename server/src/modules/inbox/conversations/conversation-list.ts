import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { byTime, readCursor, readTimeCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { conversationColumns } from './conversation-row.ts'
import type { Conversation } from '../schema.ts'

/** A field that is not set does not filter. */
export interface ConversationFilter {
  status?: string | undefined
  /** A member's id, or `none`: assigned to no one. */
  assigneeId?: string | undefined
  channel?: string | undefined
  tag?: string | undefined
  campaignId?: string | undefined
  contactId?: string | undefined
  outcome?: string | undefined
  /** When the conversation took place: from (inclusive), and before `to`. ISO 8601. */
  from?: string | undefined
  to?: string | undefined
  /** Words of the messages or of the customer's name; the last one can be incomplete. */
  q?: string | undefined
}

export interface ConversationQuery extends ConversationFilter {
  /** `recent`: by the newest message. `newest`: by the start of the conversation. Default recent. */
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
  q: (p) => sql`c.id = any (array(select inbox.search_conversations(${p.q})))`,
}
const filters = Object.keys(conditions) as (keyof ConversationFilter)[]

type Shape = Record<keyof ConversationFilter | 'unassigned' | 'recent' | 'continued', boolean> & { rows: string }

export const list = variants('inbox.list_conversations', (_, p: Parameters, shape: Shape) => {
  // A contact has few conversations, so the tag needs no index then.
  if (shape.tag && !shape.contactId) return listTagged(p, shape)
  return sql<Row>`
    select ${conversationColumns}, c.recent_at::text as at from inbox.conversations c
     where ${matching(p, shape)} and ${afterCursor(p, shape, sql`c.recent_at`, sql`c.id`)}
     ${ordered(shape, sql`c.recent_at`, sql`c.id`)}`
})

// Finds and orders by the rows of the tag. `offset 0` keeps that plan: for a workspace that the planner believes to be small
// it would read all rows of the tag and all rows of the other filters, and sort their intersection.
const listTagged = (p: Parameters, shape: Shape) => sql<Row>`
    select c.* from inbox.conversation_tags t cross join lateral (
      select ${conversationColumns}, c.recent_at::text as at from inbox.conversations c
       where c.id = t.conversation_id and ${matching(p, { ...shape, tag: false })} offset 0) c
     where t.tag = ${p.tag} and ${afterCursor(p, shape, sql`t.recent_at`, sql`t.conversation_id`)}
     ${ordered(shape, sql`t.recent_at`, sql`t.conversation_id`)}`

type Row = Conversation & { at: string }
type Column = RawBuilder<unknown>

function matching(p: Parameters, shape: Shape) {
  const selected = filters.filter((name) => shape[name]).map((name) => conditions[name](p))
  if (shape.unassigned) selected.push(sql`c.assignee_id is null`)
  return selected.length > 0 ? sql.join(selected, sql` and `) : sql`true`
}

function afterCursor(p: Parameters, shape: Shape, recentAt: Column, id: Column) {
  if (!shape.continued) return sql`true`
  return shape.recent
    ? sql`(${recentAt}, ${id}) < (${p.at}::timestamptz, ${p.before}::uuid)`
    : sql`${id} < ${p.before}::uuid`
}

const ordered = ({ recent, rows }: Shape, recentAt: Column, id: Column) =>
  sql`order by ${recent ? sql`${recentAt} desc, ${id} desc` : sql`${id} desc`} limit ${sql.lit(Number(rows))}`

/** Returns the conversations of the inbox, by recency or the newest first. */
export async function listConversations(ctx: Ctx, query: ConversationQuery) {
  const recent = query.order !== 'newest'
  const position = recent ? readTimeCursor(query.cursor) : null
  const before = recent ? (position?.id ?? null) : readCursor(query.cursor)
  const unassigned = query.assigneeId === 'none'
  const filter = unassigned ? { ...query, assigneeId: undefined } : query
  const given = Object.fromEntries(filters.map((name) => [name, filter[name] ?? null])) as Record<
    keyof ConversationFilter,
    string | null
  >
  const asked = Object.fromEntries(filters.map((name) => [name, given[name] !== null])) as Record<
    keyof ConversationFilter,
    boolean
  >
  const shape = { ...asked, unassigned, rows: rowsToRead(query.limit), recent, continued: before !== null }
  const rows = await ctx.db.all(list(shape), { ...given, at: position?.at ?? null, before })
  return recent ? toPage(rows, query.limit, byTime) : toPage(rows, query.limit)
}
