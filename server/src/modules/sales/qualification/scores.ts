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
import { readFacts } from './facts.ts'
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

/** Returns a page of a prospect's scores, newest first. Throws 404. */
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

/** Scores a prospect from the known data. Given parts replace the computed parts. Throws 404. */
export async function scoreProspect(
  ctx: Ctx,
  prospectId: string,
  input: NewQualificationScore,
): Promise<QualificationScore> {
  const prospect = await getProspect(ctx, prospectId)
  const { facts } = await readFacts(ctx, prospect)
  const { parts, isGiven } = withGiven(qualify(facts).parts, input)
  try {
    return await storeScore(
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
    throw conversationNotFoundOr(error)
  }
}

/** Stores a score and emits its event. */
export async function storeScore(
  ctx: Ctx,
  prospectId: string,
  { total, parts }: Qualification,
  more: Pick<Insert, 'conversation_id' | 'source' | 'notes'>,
): Promise<QualificationScore> {
  const score = graded(
    await ctx.db.one(insert, { id: newId(), prospect_id: prospectId, total, parts: JSON.stringify(parts), ...more }),
  )
  emit(ctx, ProspectScored, eventData(score))
  return score
}

// Locked, because concurrent corrections can change different parts and the total is their sum.
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

/** Replaces the given parts of a score and updates the total. Throws 404. */
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
    emit(ctx, ScoreChanged, eventData(score))
    return score
  } catch (error) {
    throw conversationNotFoundOr(error)
  }
}

const remove = statement(
  'sales.delete_score',
  (_, p: { id: string; prospect_id: string }) =>
    sql<Row>`
    delete from sales.qualification_scores where id = ${p.id} and prospect_id = ${p.prospect_id} returning ${columns}`,
)

/** Deletes a score. Throws 404. */
export async function deleteScore(ctx: Ctx, prospectId: string, id: string): Promise<void> {
  const prospect = await getProspect(ctx, prospectId)
  const row = (await ctx.db.maybe(remove, { id, prospect_id: prospect.id })) ?? missing('score')
  emit(ctx, ScoreDeleted, eventData(graded(row)))
}

const eventData = ({ id, prospect_id, total, grade }: QualificationScore) => ({
  prospect_id,
  score_id: id,
  total,
  grade,
})

const conversationNotFoundOr = (error: unknown) =>
  violates(error, 'scores_conversation_fkey') ? notFound('conversation') : error

function withGiven(before: Parts, given: GivenParts): { parts: Parts; isGiven: boolean } {
  const parts = { ...before }
  for (const name of partNames) {
    const score = given[name]
    if (score !== undefined) parts[name] = { ...parts[name], score, reason: 'Given by a member.' }
  }
  return { parts, isGiven: partNames.some((name) => given[name] !== undefined) }
}
