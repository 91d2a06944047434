import { z } from 'zod'
import { badRequest } from '../errors.ts'
import { JsonResponse } from './route.ts'

/** `page` in `fields.ts`, read. */
export interface PageQuery {
  limit: number
  cursor?: string | undefined
}

/** One page of a list. `next_cursor` is null on the last page. */
export interface Page<R> {
  data: R[]
  next_cursor: string | null
}

/** The last row of a page, in a list ordered by a time and then the id; `at` as PostgreSQL writes it, to the microsecond. */
export interface TimeCursor {
  at: string
  id: string
}

/** A cursor is text in base64url. Each list defines the text. */
const writeCursor = (text: string): string => Buffer.from(text).toString('base64url')

/** The text of a cursor, or null without a cursor. */
const textOf = (cursor: string | undefined): string | null =>
  cursor === undefined || cursor === '' ? null : Buffer.from(cursor, 'base64url').toString('utf8')

export const notThisLists = 'This cursor was not made by this list. Start again without one.'

const invalidCursor = () =>
  badRequest('invalid_cursor', notThisLists, [{ path: 'query.cursor', message: 'Not a cursor of this list.' }])

/** Reads the cursor of a list in the order of an id. Returns null without one. Throws 400 when it is not such a cursor. */
export function readCursor(cursor: string | undefined): string | null {
  const id = textOf(cursor)
  if (id !== null && !z.uuid().safeParse(id).success) throw invalidCursor()
  return id
}

/** Reads the cursor of a list in the order of a time and an id. Returns null without one. Throws 400 when it is not such a cursor. */
export function readTimeCursor(cursor: string | undefined): TimeCursor | null {
  const text = textOf(cursor)
  if (text === null) return null
  const [, at, id] = /^([\d :.+-]{19,40})\|([0-9a-f-]{36})$/.exec(text) ?? []
  if (!at || !id) throw invalidCursor()
  return { at, id }
}

/** Reads the cursor of a list that has its own kind. Returns the groups of `pattern`, null without a cursor or for another text. */
export const matchCursor = (cursor: string | undefined, pattern: RegExp): RegExpExecArray | null =>
  pattern.exec(textOf(cursor) ?? '')

/**
 * The number of rows that a list reads, to be written into its statement as a variant: with the number as a parameter PostgreSQL
 * makes a new plan for every call, which costs more than reading a few rows too many.
 */
export const rowsToRead = (limit: number): '51' | '201' => (limit <= 50 ? '51' : '201')

/** The parameters of a list ordered by id, besides its filters: the position to continue from and the number of rows. */
export function readPageQuery({ limit, cursor }: PageQuery) {
  const before = readCursor(cursor)
  return { before, continued: before !== null, rows: rowsToRead(limit) }
}

/** The text of a `TimeCursor`, for `toPage`. */
export const byTime = ({ at, id }: TimeCursor): string => `${at}|${id}`

/**
 * One page out of more than `limit` rows. A list reads at least one row more than it shows, to know whether there is a
 * next page. `keyOf` returns the text of the cursor after a row: its id by default.
 */
export function toPage<R extends { id: string }>(rows: R[], limit: number): Page<R>
export function toPage<R>(rows: R[], limit: number, keyOf: (row: R) => string): Page<R>
export function toPage<R>(
  rows: R[],
  limit: number,
  keyOf: (row: R) => string = (row) => (row as { id: string }).id,
): Page<R> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, next_cursor: rows.length > limit && last ? writeCursor(keyOf(last)) : null }
}

/** The `Link` header of a page that is not the last (RFC 8288). `url` is the request's own. */
function nextLink(url: string, cursor: string): { link: string } {
  const next = new URL(url, 'http://self')
  next.searchParams.set('cursor', cursor)
  return { link: `<${next.pathname}${next.search}>; rel="next"` }
}

/** `{data}` alone, as the sales front-end reads it; the `Link` header has the address of the next page. */
export const wrapped = <R>({ data, next_cursor }: Page<R>, url: string): JsonResponse<{ data: R[] }> | { data: R[] } =>
  next_cursor === null ? { data } : new JsonResponse({ data }, { headers: nextLink(url, next_cursor) })

/** Some lists are sent as bare arrays of everything, at most this many; the rest follows by `Link: …; rel="next"`. */
export const bareListLimit = 1000

/** `rows` holds up to `limit + 1` of them, newest first by id. `url` is the request's own. */
export function bareList<R extends { id: string }>(
  rows: R[],
  url: string,
  limit = bareListLimit,
): JsonResponse<R[]> | R[] {
  const { data, next_cursor } = toPage(rows, limit)
  return next_cursor === null ? data : new JsonResponse(data, { headers: nextLink(url, next_cursor) })
}
