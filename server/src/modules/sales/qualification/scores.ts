import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { notFound } from '../../../platform/errors.ts'
import { toPage } from '../../../platform/http/fields.ts'
import { newId } from '../../../platform/id.ts'
import { readKnown } from './facts.ts'
import { placeOf } from '../lists.ts'
import { getProspect } from '../prospects/prospects.ts'
import { type Parts, type Qualification, gradeOf, partNames, qualify, totalOf } from './qualification.ts'
import type { NewQualificationScore, QualificationScore } from './schema.ts'

type Row = Omit<QualificationScore, 'grade'>

const columns = sql`id, prospect_id, conversation_id, total, parts, source, notes, scored_by, created_at`
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
  const { before, continued, rows } = placeOf(query)
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
    throw violates(error, 'scores_conversation_fkey') ? notFound('conversation') : error
  }
}

/** Writes a score down. */
export async function keepScore(
  ctx: Ctx,
  prospectId: string,
  { total, parts }: Qualification,
  more: Pick<Insert, 'conversation_id' | 'source' | 'notes'>,
): Promise<QualificationScore> {
  return graded(
    await ctx.db.one(insert, { id: newId(), prospect_id: prospectId, total, parts: JSON.stringify(parts), ...more }),
  )
}

function withGiven(computed: Parts, given: NewQualificationScore): { parts: Parts; isGiven: boolean } {
  const parts = { ...computed }
  for (const name of partNames) {
    const score = given[name]
    if (score !== undefined) parts[name] = { ...parts[name], score, reason: 'Given by whoever scored.' }
  }
  return { parts, isGiven: partNames.some((name) => given[name] !== undefined) }
}
