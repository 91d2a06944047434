import type pg from 'pg'

/** A list that is measured at its full size. */
export interface BenchmarkCase {
  name: string
  /** Describes the data in one line. */
  about: string
  /** Tables that must not be scanned sequentially. */
  bigTables: readonly string[]
  /** Creates the data at `scale` (1 is the documented size) and returns the requests. */
  prepare(fixture: Fixture, scale: number): Promise<Request[]>
}

/** One kind of request. */
export interface Request {
  name: string
  /** Paths, requested in turn. */
  paths: readonly string[]
  /** Without credentials. */
  isPublic?: boolean
}

export interface Fixture {
  /** A superuser's connection, whose inserts fire no triggers. */
  db: pg.Client
  /** The user who sends the requests. */
  caller: User
  /** Small workspaces of others. Together they have as much data as the caller's. */
  others: readonly string[]
  /** Returns the response to the caller. */
  get(path: string): Promise<Answer>
}

export interface User {
  id: string
  workspaceId: string
  token: string
}

export interface Answer {
  data: { id: string; contact_id?: string; assignee_id?: string }[]
  next_cursor?: string | null
  nextCursor?: string | null
}

/** SQL for the workspace of row `i`: every second row is the caller's, `$1`; the rest is spread over the others, `$2`. */
export const workspaceOf = (i: string) =>
  `case ${i} % 2 when 0 then $1 else ($2::uuid[])[1 + ${i} % cardinality($2::uuid[])] end`

/** Follows a list's cursors for `pages` pages and returns the path of that page. */
export async function deepInto(fixture: Fixture, path: string, pages: number): Promise<string> {
  let deep = path
  for (let page = 0; page < pages; page++) {
    const { next_cursor, nextCursor } = await fixture.get(deep)
    const cursor = next_cursor ?? nextCursor
    if (!cursor) break
    deep = `${path}&cursor=${encodeURIComponent(cursor)}`
  }
  return deep
}
