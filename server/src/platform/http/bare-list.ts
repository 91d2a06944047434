import { toPage } from './fields.ts'
import { nextLink } from './link.ts'
import { Reply } from './route.ts'

/** Some lists go out as bare arrays of everything, at most this many; the rest comes by `Link: …; rel="next"`. */
export const bareListLimit = 1000

/** `rows` holds up to `limit + 1` of them, newest first by id. `url` is the request's own. */
export function bareList<R extends { id: string }>(rows: R[], url: string, limit = bareListLimit): Reply<R[]> | R[] {
  const { data, next_cursor } = toPage(rows, limit)
  return next_cursor === null ? data : new Reply(data, { headers: nextLink(url, next_cursor) })
}
