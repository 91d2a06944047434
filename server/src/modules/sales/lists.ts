import { readCursor, rowsToRead } from '../../platform/http/fields.ts'
import type { Page } from '../../platform/http/link.ts'

/** What a statement of a list needs besides its filters: where to go on, and how many rows to read. */
export function placeOf(query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  return { before, continued: before !== null, rows: rowsToRead(query.limit) }
}

/** A page of rows whose order is not that of their own ids. */
export function pageBy<R>(rows: R[], limit: number, placeIn: (row: R) => string): Page<R> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, next_cursor: rows.length > limit && last ? Buffer.from(placeIn(last)).toString('base64url') : null }
}
