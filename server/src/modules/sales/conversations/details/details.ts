import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../../platform/context.ts'
import { violates } from '../../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../../platform/database/statement.ts'
import { missing, notFound } from '../../../../platform/errors.ts'
import { type Page, readPageQuery, toPage } from '../../../../platform/http/page.ts'
import { newId } from '../../../../platform/id.ts'
import { getConversation } from '../../../inbox/index.ts'
import type { AgentAction, DetectedEntity, PlanStep, Review } from './schema.ts'

/** A type of details of a conversation: its table and its columns. */
interface Kind {
  noun: string
  table: string
  /** Values for omitted columns of an insert. */
  defaults: Record<string, unknown>
  written: readonly string[]
  columns: RawBuilder<unknown>
  /** `position` for plan steps, `newest` for the other types. */
  order: 'newest' | 'position'
}

type Query = { limit: number; cursor?: string | undefined }
type Changes = Record<string, unknown>

/** The operations on one type of details. All throw 404 for an unknown conversation or item. */
export interface DetailStore<Row> {
  list(ctx: Ctx, conversationId: string, query: Query): Promise<Page<Row>>
  add(ctx: Ctx, conversationId: string, input: Changes): Promise<Row>
  change(ctx: Ctx, conversationId: string, id: string, input: Changes): Promise<Row>
  remove(ctx: Ctx, conversationId: string, id: string): Promise<void>
}

/** Returns the operations of one type of details. The types differ only in their tables. */
function detailStore<Row extends { id: string }>({
  noun,
  table,
  defaults,
  written,
  columns,
  order,
}: Kind): DetailStore<Row> {
  const name = table.replace('.', '_')
  const target = sql.table(table)
  const newest = order === 'newest'
  const beyond = (before: string) =>
    newest
      ? sql`and id < ${before}::uuid`
      : sql`and (position, id) > (select l.position, l.id from ${target} l where l.id = ${before}::uuid)`
  const list = variants(
    `sales.list.${name}`,
    (_, p: { conversation_id: string; before: string }, shape: { continued: boolean; rows: string }) =>
      sql<Row>`
      select ${columns} from ${target}
       where conversation_id = ${p.conversation_id} ${shape.continued ? beyond(p.before) : sql``}
       order by ${newest ? sql`id desc` : sql`position, id`} limit ${sql.lit(Number(shape.rows))}`,
  )
  const insert = statement(
    `sales.insert.${name}`,
    (_, p: { id: string; conversation_id: string; values: string }) =>
      sql<Row>`
      insert into ${target} (id, conversation_id, ${sql.join(written.map((column) => sql.ref(column)))})
      select ${p.id}::uuid, ${p.conversation_id}::uuid, ${sql.join(written.map((column) => sql.ref(`v.${column}`)))}
        from jsonb_populate_record(null::${target}, ${p.values}::jsonb) v
      returning ${columns}`,
  )
  const update = statement(
    `sales.update.${name}`,
    (_, p: { id: string; conversation_id: string; changes: string }) =>
      sql<Row>`
      update ${target} t set ${patch('t', written, p.changes)}
       where id = ${p.id} and conversation_id = ${p.conversation_id} returning ${columns}`,
  )
  const remove = statement(
    `sales.delete.${name}`,
    (_, p: { id: string; conversation_id: string }) =>
      sql<{
        id: string
      }>`delete from ${target} where id = ${p.id} and conversation_id = ${p.conversation_id} returning id`,
  )
  return {
    async list(ctx: Ctx, conversation_id: string, query: Query) {
      await getConversation(ctx, conversation_id)
      const { before, continued, rows } = readPageQuery(query)
      const found = await ctx.db.all(list({ continued, rows }), { conversation_id, before: before ?? '' })
      return toPage(found, query.limit)
    },
    async add(ctx: Ctx, conversation_id: string, input: Changes): Promise<Row> {
      await getConversation(ctx, conversation_id)
      const values = {
        ...defaults,
        ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
      }
      try {
        return await ctx.db.one(insert, { id: newId(), conversation_id, values: JSON.stringify(values) })
      } catch (error) {
        throw violates(error, 'entities_message_fkey') || violates(error, 'reviews_message_fkey')
          ? notFound('message')
          : error
      }
    },
    async change(ctx: Ctx, conversation_id: string, id: string, input: Changes): Promise<Row> {
      return (await ctx.db.maybe(update, { id, conversation_id, changes: JSON.stringify(input) })) ?? missing(noun)
    },
    async remove(ctx: Ctx, conversation_id: string, id: string): Promise<void> {
      if (!(await ctx.db.maybe(remove, { id, conversation_id }))) missing(noun)
    },
  }
}

export const entities = detailStore<DetectedEntity>({
  noun: 'entity',
  table: 'sales.detected_entities',
  defaults: {},
  written: ['message_id', 'type', 'value', 'confidence'],
  columns: sql`id, conversation_id, message_id, type, value, confidence::float8 as confidence, created_at, updated_at`,
  order: 'newest',
})

export const actions = detailStore<AgentAction>({
  noun: 'action',
  table: 'sales.agent_actions',
  defaults: { status: 'completed', details: {} },
  written: ['type', 'description', 'status', 'details'],
  columns: sql`id, conversation_id, type, description, status, details, created_at, updated_at`,
  order: 'newest',
})

export const planSteps = detailStore<PlanStep>({
  noun: 'step',
  table: 'sales.plan_steps',
  defaults: { status: 'pending', position: 100 },
  written: ['position', 'description', 'status'],
  columns: sql`id, conversation_id, position, description, status, created_at, updated_at`,
  order: 'position',
})

export const reviews = detailStore<Review>({
  noun: 'review',
  table: 'sales.reviews',
  defaults: {},
  written: ['message_id', 'note', 'score'],
  columns: sql`id, conversation_id, message_id, note, score, reviewed_by, created_at, updated_at`,
  order: 'newest',
})
