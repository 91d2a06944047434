import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { AppError, invalidField, missing } from '../../../platform/errors.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { readUpload } from '../../../platform/http/multipart.ts'
import { newId } from '../../../platform/id.ts'
import { job } from '../../../platform/jobs.ts'
import { beginning } from '../../../platform/text.ts'
import { getClient } from '../clients/clients.ts'
import { embed } from './embeddings.ts'
import { toPassages } from './passages.ts'

interface KnowledgeRow {
  id: string
  client_id: string
  title: string
  content: string
  created_at: string
}

const columns = sql.raw('id, client_id, title, content, created_at')

const list = variants(
  'receptionist.knowledge.list',
  (_, p: { client_id: string; before: string | null; limit: number }, shape: { continued: boolean }) =>
    sql<KnowledgeRow>`
      select ${columns} from receptionist.knowledge
       where client_id = ${p.client_id} ${shape.continued ? sql`and id < ${p.before}` : sql``}
       order by id desc limit ${p.limit}`,
)

/** Returns a page of a client's knowledge texts, newest first. Throws 404. */
export async function listKnowledge(
  ctx: Ctx,
  client_id: string,
  query: { limit: number; cursor?: string | undefined },
) {
  await getClient(ctx, client_id)
  const before = readCursor(query.cursor)
  const rows = await ctx.db.all(list({ continued: before !== null }), { client_id, before, limit: query.limit + 1 })
  return toPage(rows, query.limit)
}

const insert = statement(
  'receptionist.knowledge.insert',
  (_, p: { id: string; client_id: string; title: string; content: string; passages: string[] }) =>
    sql<KnowledgeRow>`
      with written as (
        insert into receptionist.knowledge (id, client_id, title, content)
        values (${p.id}, ${p.client_id}, ${p.title}, ${p.content}) returning ${columns}
      ), cut as (
        insert into receptionist.passages (knowledge_id, client_id, number, text)
        select w.id, w.client_id, place, passage
          from written w, unnest(${p.passages}::text[]) with ordinality as p (passage, place)
      )
      select * from written`,
)

/** Stores a text. If an embedding model is configured, a job creates its vectors. Throws 404. */
export function addKnowledge(
  ctx: Ctx,
  client_id: string,
  input: { title: string; content: string },
): Promise<KnowledgeRow> {
  return transaction(ctx, async (ctx) => {
    await getClient(ctx, client_id)
    const row = await ctx.db.one(insert, { id: newId(), client_id, ...input, passages: toPassages(input.content) })
    if (ctx.services.config.embeddings) await ctx.services.jobs.enqueue(ctx, embedKnowledge, { knowledge_id: row.id })
    return row
  })
}

const maxTextBytes = 1_000_000

/** Stores an uploaded text file: plain text, Markdown, CSV or HTML source. Throws 404, 413 above 1 MB, 415 for other files. */
export async function addKnowledgeFile(ctx: Ctx, client_id: string, request: FastifyRequest): Promise<KnowledgeRow> {
  await getClient(ctx, client_id)
  const receive = async (content: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of content) {
      size += chunk.length
      if (size <= maxTextBytes) chunks.push(chunk)
    }
    if (size > maxTextBytes) throw new AppError(413, 'too_large', 'A text can be at most 1 MB.')
    return Buffer.concat(chunks)
  }
  const { file, filename, fields } = await readUpload(request, receive, async () => {})
  const content = readText(file)
  if (content.trim() === '') throw invalidField('body.file', 'The file is empty.')
  return addKnowledge(ctx, client_id, { title: beginning(fields.title || filename, 255), content })
}

function readText(file: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file)
    if (!text.includes('\0')) return text
  } catch {
    // Invalid UTF-8 throws the same error as a binary file.
  }
  throw new AppError(415, 'unsupported_media_type', 'Upload a text file in UTF-8: plain text, Markdown, CSV or HTML.')
}

const remove = statement(
  'receptionist.knowledge.delete',
  (_, p: { client_id: string; id: string }) =>
    sql<{
      id: string
    }>`delete from receptionist.knowledge where client_id = ${p.client_id} and id = ${p.id} returning id`,
)

export async function deleteKnowledge(ctx: Ctx, client_id: string, id: string): Promise<void> {
  if (!(await ctx.db.maybe(remove, { client_id, id }))) missing('text')
}

const passagesOf = statement(
  'receptionist.passages.of',
  (_, p: { knowledge_id: string }) =>
    sql<{ number: number; text: string }>`
    select number, text from receptionist.passages where knowledge_id = ${p.knowledge_id} and embedding is null order by number`,
)

const saveEmbeddings = statement(
  'receptionist.passages.save_embeddings',
  (_, p: { knowledge_id: string; model: string; vectors: string }) =>
    sql`update receptionist.passages p set embedding = v.vector, embedding_model = ${p.model}
          from jsonb_to_recordset(${p.vectors}::jsonb) as v (number int, vector real[])
         where p.knowledge_id = ${p.knowledge_id} and p.number = v.number`,
)

const batchSize = 32

/** Creates the vectors of a text's passages. */
export const embedKnowledge = job({
  name: 'receptionist.embed_knowledge',
  input: z.object({ knowledge_id: z.uuid() }),
  attempts: 8,
  concurrency: 2,
  concurrencyPerWorkspace: 1,
  async run(ctx, { knowledge_id }) {
    const passages = await ctx.db.all(passagesOf, { knowledge_id })
    for (let start = 0; start < passages.length; start += batchSize) {
      const batch = passages.slice(start, start + batchSize)
      const vectors = await embed(
        ctx,
        batch.map(({ text }) => text),
      )
      if (!vectors) return
      await ctx.db.all(saveEmbeddings, {
        knowledge_id,
        model: ctx.services.config.embeddings?.model ?? '',
        vectors: JSON.stringify(batch.map(({ number }, index) => ({ number, vector: vectors[index] }))),
      })
    }
  },
})
