import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { variants } from '../../../platform/database/statement.ts'
import { byTime, readCursor, readTimeCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { conversationColumns } from './conversation-row.ts'
import type { Conversation } from '../schema.ts'

/** What is not given is not asked for. */
export interface ConversationFilter {
  status?: string | undefined
  /** A member's id, or `none`: assigned to no one. */
  assigneeId?: string | undefined
  channel?: string | undefined
  tag?: string | undefined
  campaignId?: string | undefined
  contactId?: string | undefined
  outcome?: string | undefined
  /** When it took place: from, and before. ISO 8601. */
  from?: string | undefined
  to?: string | undefined
  /** Words of what was said or of the customer's name; the last one may be half typed. */
  q?: string | undefined
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
  q: (p) => sql`c.id = any (array(select inbox.search_conversations(${p.q})))`,
}
const filters = Object.keys(conditions) as (keyof ConversationFilter)[]

type Shape = Record<keyof ConversationFilter | 'unassigned' | 'recent' | 'continued', boolean> & { rows: string }

export const list = variants('inbox.list_conversations', (_, p: Parameters, shape: Shape) => {
  // A customer has few conversations, with whatever tag.
  if (shape.tag && !shape.contactId) return listTagged(p, shape)
  return sql<Row>`
    select ${conversationColumns}, c.recent_at::text as at from inbox.conversations c
     where ${asked(p, shape)} and ${placed(p, shape, sql`c.recent_at`, sql`c.id`)}
     ${ordered(shape, sql`c.recent_at`, sql`c.id`)}`
})

// Found, and put in order, by the rows of the tag. `offset 0` keeps it so: a planner that takes the workspace for a small
// one would rather read all of the tag and all of what else is asked for, and sort what is in both.
const listTagged = (p: Parameters, shape: Shape) => sql<Row>`
    select c.* from inbox.conversation_tags t cross join lateral (
      select ${conversationColumns}, c.recent_at::text as at from inbox.conversations c
       where c.id = t.conversation_id and ${asked(p, { ...shape, tag: false })} offset 0) c
     where t.tag = ${p.tag} and ${placed(p, shape, sql`t.recent_at`, sql`t.conversation_id`)}
     ${ordered(shape, sql`t.recent_at`, sql`t.conversation_id`)}`

type Row = Conversation & { at: string }
type Column = RawBuilder<unknown>

function asked(p: Parameters, shape: Shape) {
  const conditionsAsked = filters.filter((name) => shape[name]).map((name) => conditions[name](p))
  if (shape.unassigned) conditionsAsked.push(sql`c.assignee_id is null`)
  return conditionsAsked.length > 0 ? sql.join(conditionsAsked, sql` and `) : sql`true`
}

function placed(p: Parameters, shape: Shape, recentAt: Column, id: Column) {
  if (!shape.continued) return sql`true`
  return shape.recent
    ? sql`(${recentAt}, ${id}) < (${p.at}::timestamptz, ${p.before}::uuid)`
    : sql`${id} < ${p.before}::uuid`
}

const ordered = ({ recent, rows }: Shape, recentAt: Column, id: Column) =>
  sql`order by ${recent ? sql`${recentAt} desc, ${id} desc` : sql`${id} desc`} limit ${sql.lit(Number(rows))}`

/** The inbox, by recency or the newest first. */
export async function listConversations(ctx: Ctx, query: ConversationQuery) {
  const recent = query.order !== 'newest'
  const place = recent ? readTimeCursor(query.cursor) : null
  const before = recent ? (place?.id ?? null) : readCursor(query.cursor)
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
  const rows = await ctx.db.all(list(shape), { ...given, at: place?.at ?? null, before })
  return recent ? toPage(rows, query.limit, byTime) : toPage(rows, query.limit)
}
