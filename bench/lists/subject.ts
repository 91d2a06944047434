import type pg from 'pg'

/** A list that is measured at its full size. */
export interface Subject {
  name: string
  /** What is in it, in a line. */
  about: string
  /** Reading one of these from its beginning to its end is a fault. */
  bigTables: readonly string[]
  /** Makes the data, `scale` times as much as claimed (1 is all of it), and answers what is asked of it. */
  prepare(fixture: Fixture, scale: number): Promise<Request[]>
}

/** One way of asking. */
export interface Request {
  name: string
  /** Addresses to ask in turn. */
  paths: readonly string[]
  /** Without credentials. */
  isPublic?: boolean
}

export interface Fixture {
  /** A superuser's connection, whose inserts fire no triggers. */
  db: pg.Client
  /** Who asks. */
  caller: User
  /** Small workspaces of others, which hold as much together as the caller's. */
  others: readonly string[]
  /** An answer to the caller. */
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

/** SQL for the workspace of row `i`: each second one is the caller's, `$1`; the rest is spread over the others, `$2`. */
export const workspaceOf = (i: string) =>
  `case ${i} % 2 when 0 then $1 else ($2::uuid[])[1 + ${i} % cardinality($2::uuid[])] end`

/** Follows a list's cursors so many pages deep, and answers the address of the page there. */
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
