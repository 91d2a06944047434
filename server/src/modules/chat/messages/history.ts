import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { matchCursor, notThisLists, readCursor, rowsToRead, toPage } from '../../../platform/http/page.ts'
import { type MessageRow, messageColumns, presentMessages, toHistory, unexpired } from './row.ts'
import type { History, historyPage, messagePage, messageSearch } from './schema.ts'

type Page = z.output<typeof messagePage>
type HistoryPage = z.output<typeof historyPage>
type Direction = 'older' | 'newer'

/** Where a page of messages begins, and its direction. */
interface Position {
  direction: Direction
  /** The page has the messages with lower numbers (older), or higher ones (newer). */
  number: number
}

const latest: Position = { direction: 'older', number: Number.MAX_SAFE_INTEGER }

export const beside = variants(
  'chat.messages.beside',
  (_, p: { chat_id: string; number: number; skipped: number }, shape: { rows: string; direction: Direction }) =>
    presentMessages(sql`
      select ${messageColumns} from chat.messages m
       where m.chat_id = ${p.chat_id} and m.number ${shape.direction === 'older' ? sql`<` : sql`>`} ${p.number} and ${unexpired}
       order by m.number ${shape.direction === 'older' ? sql`desc` : sql`asc`} limit ${sql.lit(Number(shape.rows))} offset ${p.skipped}`),
)

const findNumber = statement(
  'chat.messages.number',
  (_, p: { chat_id: string; id: string }) => sql<{ number: number }>`
    select m.number from chat.messages m where m.id = ${p.id} and m.chat_id = ${p.chat_id}`,
)
const countSent = statement(
  'chat.chats.count_sent',
  (_, p: { chat_id: string }) => sql<{ total: number }>`
    select last_number as total from chat.chats where id = ${p.chat_id}`,
)
const findChat = statement('chat.chats.exists', (db, p: { id: string }) =>
  db.selectFrom('chat.chats').select('id').where('id', '=', p.id),
)

async function requireChat(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(findChat, { id }))) missing('chat')
}

/**
 * Returns messages, newest first. `next_cursor` continues in the direction of the page. Throws 404 for an unknown chat or
 * message.
 */
export async function listMessages(ctx: Ctx, query: History): Promise<HistoryPage> {
  const { chat_id, limit } = query
  if ([query.before, query.after, query.around, query.offset || undefined].filter((at) => at !== undefined).length > 1)
    throw invalidField('query', 'Give one of before, after, around and offset.')
  const page = query.around ? await aroundMessage(ctx, query, query.around) : await besidePosition(ctx, query)
  if (query.offset === undefined) {
    if (page.data.length === 0) await requireChat(ctx, chat_id)
    return page
  }
  const { total } = (await ctx.db.maybe(countSent, { chat_id })) ?? missing('chat')
  return { ...page, total }

  async function besidePosition(ctx: Ctx, { before, after, cursor, offset = 0 }: History): Promise<Page> {
    const anchor = before ?? after
    const position: Position = cursor
      ? readPosition(cursor)
      : anchor
        ? { direction: before ? 'older' : 'newer', number: await numberOf(ctx, chat_id, anchor) }
        : latest
    // A cursor is that of the page before, which has skipped them already.
    const { rows, next } = await read(ctx, chat_id, position, limit, cursor ? 0 : offset)
    return { data: inOrder(rows).map(toHistory), next_cursor: next }
  }
}

/** Returns a page with the message in the middle. */
async function aroundMessage(ctx: Ctx, { chat_id, limit }: History, id: string): Promise<Page> {
  const number = await numberOf(ctx, chat_id, id)
  const older = await read(ctx, chat_id, { direction: 'older', number: number + 1 }, Math.ceil(limit / 2))
  const newer = await read(ctx, chat_id, { direction: 'newer', number }, Math.floor(limit / 2))
  return { data: inOrder([...newer.rows, ...older.rows]).map(toHistory), next_cursor: older.next }
}

async function read(ctx: Ctx, chat_id: string, { direction, number }: Position, limit: number, skipped = 0) {
  if (limit === 0) return { rows: [], next: null }
  const found = await ctx.db.all(beside({ rows: rowsToRead(limit), direction }), { chat_id, number, skipped })
  const fromPosition = direction === 'older' ? found : found.toReversed()
  const { data, next_cursor } = toPage(fromPosition, limit, ({ number }) => `${direction}.${number}`)
  return { rows: data, next: next_cursor }
}

const inOrder = (rows: MessageRow[]) => rows.toSorted((a, b) => b.number - a.number)

async function numberOf(ctx: Ctx, chat_id: string, id: string): Promise<number> {
  return ((await ctx.db.maybe(findNumber, { chat_id, id })) ?? missing('message')).number
}

function readPosition(cursor: string): Position {
  const [, direction, number] = matchCursor(cursor, /^(older|newer)\.(\d{1,15})$/) ?? []
  if (!direction) throw invalidField('query.cursor', notThisLists)
  return { direction: direction as Direction, number: Number(number) }
}

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export const search = variants(
  'chat.messages.search',
  (_, p: { q: string; chat_id: string | null; type: string | null; before: string }, shape: { rows: string }) =>
    presentMessages(
      sql`
      select ${messageColumns} from chat.messages m
       where m.id = any (array(
         select app.search_messages(${p.q}, ${p.chat_id}::uuid, ${p.type}::text, ${p.before}::uuid, ${sql.lit(Number(shape.rows))})))`,
      { order: sql`m.id desc` },
    ),
)

/** Searches all chats of the caller or one of them. Newest first. Encrypted and view-once messages are never found. */
export async function searchMessages(
  ctx: Ctx,
  { q, chat_id, type, limit, cursor }: z.output<typeof messageSearch>,
): Promise<Page> {
  const rows = await ctx.db.all(search({ rows: rowsToRead(limit) }), {
    q,
    chat_id: chat_id ?? null,
    type: type ?? null,
    before: readCursor(cursor) ?? lastId,
  })
  if (rows.length === 0 && chat_id) await requireChat(ctx, chat_id)
  const { data, next_cursor } = toPage(rows, limit)
  return { data: data.map(toHistory), next_cursor }
}
