import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { getClient } from '../clients/clients.ts'
import { embed } from './embeddings.ts'

interface Found {
  knowledge_id: string
  number: number
}

// Matches any of the words, because a question has words that its answer does not contain. Matches with more and rarer words
// rank higher. Words of four letters or more also match what begins with them: `open` finds `opening`.
const byWords = statement(
  'receptionist.search_words',
  (_, p: { client_id: string | null; q: string; limit: number }) =>
    sql<Found>`
    select knowledge_id, number
      from receptionist.search_words(${p.client_id}::uuid,
             regexp_replace(replace(plainto_tsquery('simple', ${p.q})::text, ' & ', ' | '),
                            '''([^'']{4,})''', '''\\1'':*', 'g')::tsquery, ${p.limit}::int)`,
)

const byVector = statement(
  'receptionist.search_vector',
  (_, p: { client_id: string | null; vector: number[]; model: string; limit: number }) =>
    sql<Found>`
      select knowledge_id, number from receptionist.passages
       where (${p.client_id}::uuid is null or client_id = ${p.client_id}::uuid) and embedding_model = ${p.model} and cardinality(embedding) = cardinality(${p.vector}::real[])
       order by receptionist.cosine(embedding, ${p.vector}::real[]) desc nulls last limit ${p.limit}`,
)

const texts = statement(
  'receptionist.passages.texts',
  (_, p: { places: string }) =>
    sql<Found & { client_id: string; title: string; text: string }>`
    select p.knowledge_id, p.number, p.client_id, k.title, p.text
      from jsonb_to_recordset(${p.places}::jsonb) as f (knowledge_id uuid, number int)
      join receptionist.passages p using (knowledge_id, number) join receptionist.knowledge k on k.id = p.knowledge_id`,
)

/** Returns the best matching passages, by words and, if an embedding model is configured, by meaning. Throws 404. */
export async function searchKnowledge(ctx: Ctx, client_id: string, q: string, limit: number) {
  await getClient(ctx, client_id)
  return findPassages(ctx, client_id, q, limit)
}

/** Like `searchKnowledge`; without a client (null) in the knowledge of all clients of the workspace. */
export async function findPassages(ctx: Ctx, client_id: string | null, q: string, limit: number) {
  const vector = await vectorOf(ctx, q)
  const lists = await Promise.all([
    ctx.db.all(byWords, { client_id, q, limit }),
    vector
      ? ctx.db.all(byVector, { client_id, vector, model: ctx.services.config.embeddings?.model ?? '', limit })
      : [],
  ])
  const best = fuse(lists).slice(0, limit)
  const rows = await ctx.db.all(texts, { places: JSON.stringify(best) })
  const found = new Map(rows.map((row) => [`${row.knowledge_id}/${row.number}`, row]))
  return best.flatMap(({ knowledge_id, number, score }) => {
    const row = found.get(`${knowledge_id}/${number}`)
    if (!row) return []
    const { client_id, title, text } = row
    return [{ knowledge_id, client_id, title, text, score: Math.round(score * 10_000) / 10_000 }]
  })
}

/** Returns the vector of a question, null when the embedding model is not available. */
async function vectorOf(ctx: Ctx, q: string): Promise<number[] | null> {
  try {
    return (await embed(ctx, [q]))?.[0] ?? null
  } catch (error) {
    ctx.log.warn({ err: error }, 'The embedding model did not respond; knowledge is searched by words only.')
    return null
  }
}

/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) with its usual constant 60. */
function fuse(lists: Found[][]): (Found & { score: number })[] {
  const scores = new Map<string, Found & { score: number }>()
  for (const list of lists) {
    for (const [rank, { knowledge_id, number }] of list.entries()) {
      const key = `${knowledge_id}/${number}`
      const known = scores.get(key) ?? { knowledge_id, number, score: 0 }
      scores.set(key, { ...known, score: known.score + 1 / (60 + rank + 1) })
    }
  }
  return [...scores.values()].toSorted((a, b) => b.score - a.score)
}
