import { readCursor, rowsToRead } from '../../platform/http/fields.ts'
import { Reply } from '../../platform/http/route.ts'

export interface Page<R> {
  data: R[]
  next_cursor: string | null
}

/** What a statement of a list needs besides its filters: where to go on, and how many rows to read. */
export function placeOf(query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  return { before, continued: before !== null, rows: rowsToRead(query.limit) }
}

/** `{data}` alone, as seed 004's front-end knows it; where to go on stands in the `Link` header. `url` is the request's. */
export function wrapped<R>({ data, next_cursor }: Page<R>, url: string): Reply<{ data: R[] }> | { data: R[] } {
  if (next_cursor === null) return { data }
  const next = new URL(url, 'http://self')
  next.searchParams.set('cursor', next_cursor)
  return new Reply({ data }, { headers: { link: `<${next.pathname}${next.search}>; rel="next"` } })
}

/** A page of rows whose order is not that of their own ids. */
export function pageBy<R>(rows: R[], limit: number, placeIn: (row: R) => string): Page<R> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, next_cursor: rows.length > limit && last ? Buffer.from(placeIn(last)).toString('base64url') : null }
}
