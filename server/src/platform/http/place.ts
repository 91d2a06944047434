import { badRequest } from '../errors.ts'

/** A row's place in a list ordered by a time and then the id; `at` as PostgreSQL writes it, to the microsecond. */
export interface Place {
  at: string
  id: string
}

/** One page out of `limit + 1` rows, for lists that are ordered by a time and then the id. */
export function toPlacedPage<R extends Place>(rows: R[], limit: number): { data: R[]; next_cursor: string | null } {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const next_cursor = rows.length > limit && last ? Buffer.from(`${last.at}|${last.id}`).toString('base64url') : null
  return { data, next_cursor }
}

/** Reads a cursor of `toPlacedPage`. Throws 400 when it is not one. */
export function readPlace(cursor: string | undefined): Place | null {
  if (cursor === undefined || cursor === '') return null
  const [, at, id] =
    /^([\d :.+-]{19,40})\|([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (!at || !id) throw badRequest('invalid_cursor', 'This cursor was not made by this list. Start again without one.')
  return { at, id }
}
