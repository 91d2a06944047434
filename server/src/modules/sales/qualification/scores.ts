import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement, variants } from '../../../platform/database/statement.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { ProspectScored, ScoreChanged, ScoreDeleted } from '../events.ts'
import { getProspect } from '../prospects/prospects.ts'
import { readKnown } from './facts.ts'
import { type Parts, type Qualification, gradeOf, partNames, qualify, totalOf } from './qualification.ts'
import type { GivenParts, NewQualificationScore, QualificationScore, QualificationScoreChanges } from './schema.ts'

type Row = Omit<QualificationScore, 'grade'>

const columns = sql`id, prospect_id, conversation_id, total, parts, source, notes, scored_by, created_at, updated_at`
const graded = (row: Row): QualificationScore => ({ ...row, grade: gradeOf(row.total) })

const list = variants(
  'sales.list_scores',
  (_, p: { prospect_id: string; before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<Row>`
    select ${columns} from sales.qualification_scores
     where prospect_id = ${p.prospect_id} ${shape.continued ? sql`and id < ${p.before}::uuid` : sql``}
     order by id desc limit ${sql.lit(Number(shape.rows))}`,
)

/** How a prospect's score developed, the newest first. */
export async function listScores(ctx: Ctx, prospectId: string, query: { limit: number; cursor?: string | undefined }) {
  const { id } = await getProspect(ctx, prospectId)
  const { before, continued, rows } = readPageQuery(query)
  const { data, next_cursor } = toPage(
    await ctx.db.all(list({ continued, rows }), { prospect_id: id, before }),
    query.limit,
  )
  return { data: data.map(graded), next_cursor }
}

interface Insert {
  id: string
  prospect_id: string
  conversation_id: string | null
  total: number
  parts: string
  source: string
  notes: string | null
}
const insert = statement(
  'sales.insert_score',
  (_, p: Insert) =>
    sql<Row>`
    insert into sales.qualification_scores (id, prospect_id, conversation_id, total, parts, source, notes)
    values (${p.id}, ${p.prospect_id}, ${p.conversation_id}::uuid, ${p.total}, ${p.parts}::jsonb, ${p.source}, ${p.notes})
    returning ${columns}`,
)

/** Scores a prospect by what is known; parts that are given replace those worked out. */
export async function scoreProspect(
  ctx: Ctx,
  prospectId: string,
  input: NewQualificationScore,
): Promise<QualificationScore> {
  const prospect = await getProspect(ctx, prospectId)
  const { facts } = await readKnown(ctx, prospect)
  const { parts, isGiven } = withGiven(qualify(facts).parts, input)
  try {
    return await keepScore(
      ctx,
      prospect.id,
      { total: totalOf(parts), parts },
      {
        conversation_id: input.conversation_id ?? null,
        source: isGiven ? 'given' : 'computed',
        notes: input.notes ?? null,
      },
    )
  } catch (error) {
    throw noConversationOr(error)
  }
}

/** Writes a score down, and tells of it. */
export async function keepScore(
  ctx: Ctx,
  prospectId: string,
  { total, parts }: Qualification,
  more: Pick<Insert, 'conversation_id' | 'source' | 'notes'>,
): Promise<QualificationScore> {
  const score = graded(
    await ctx.db.one(insert, { id: newId(), prospect_id: prospectId, total, parts: JSON.stringify(parts), ...more }),
  )
  emit(ctx, ProspectScored, fact(score))
  return score
}

// Locked, because the total is the sum of parts that may come from two who correct at once.
const lockParts = statement(
  'sales.lock_score',
  (_, p: { id: string; prospect_id: string }) =>
    sql<{ parts: Parts }>`
    select parts from sales.qualification_scores where id = ${p.id} and prospect_id = ${p.prospect_id} for update`,
)

const update = statement(
  'sales.update_score',
  (_, p: { id: string; changes: string }) =>
    sql<Row>`
    update sales.qualification_scores s
       set ${patch('s', ['conversation_id', 'notes', 'total', 'parts', 'source'], p.changes)}
     where id = ${p.id} returning ${columns}`,
)

/** Parts that are given replace those that were there, and the total follows. Throws 404. */
export async function changeScore(
  ctx: Ctx,
  prospectId: string,
  id: string,
  { conversation_id, notes, ...given }: QualificationScoreChanges,
): Promise<QualificationScore> {
  const prospect = await getProspect(ctx, prospectId)
  const before = (await ctx.db.maybe(lockParts, { id, prospect_id: prospect.id })) ?? missing('score')
  const { parts, isGiven } = withGiven(before.parts, given)
  const scored = isGiven && { parts, total: totalOf(parts), source: 'given' }
  try {
    const score = graded(
      await ctx.db.one(update, { id, changes: JSON.stringify({ conversation_id, notes, ...scored }) }),
    )
    emit(ctx, ScoreChanged, fact(score))
    return score
  } catch (error) {
    throw noConversationOr(error)
  }
}

const remove = statement(
  'sales.delete_score',
  (_, p: { id: string; prospect_id: string }) =>
    sql<Row>`
    delete from sales.qualification_scores where id = ${p.id} and prospect_id = ${p.prospect_id} returning ${columns}`,
)

/** Throws 404. */
export async function deleteScore(ctx: Ctx, prospectId: string, id: string): Promise<void> {
  const prospect = await getProspect(ctx, prospectId)
  const row = (await ctx.db.maybe(remove, { id, prospect_id: prospect.id })) ?? missing('score')
  emit(ctx, ScoreDeleted, fact(graded(row)))
}

const fact = ({ id, prospect_id, total, grade }: QualificationScore) => ({ prospect_id, score_id: id, total, grade })

const noConversationOr = (error: unknown) =>
  violates(error, 'scores_conversation_fkey') ? notFound('conversation') : error

function withGiven(before: Parts, given: GivenParts): { parts: Parts; isGiven: boolean } {
  const parts = { ...before }
  for (const name of partNames) {
    const score = given[name]
    if (score !== undefined) parts[name] = { ...parts[name], score, reason: 'Given by whoever scored.' }
  }
  return { parts, isGiven: partNames.some((name) => given[name] !== undefined) }
}
