import { Reply } from './route.ts'

/** Some lists go out as bare arrays of everything, at most this many; the rest comes by `Link: …; rel="next"`. */
export const bareListLimit = 1000

/** `rows` holds up to `bareListLimit + 1` of them, newest first by id. `url` is the request's own. */
export function bareList<R extends { id: string }>(rows: R[], url: string): Reply<R[]> | R[] {
  if (rows.length <= bareListLimit) return rows
  const data = rows.slice(0, bareListLimit)
  const next = new URL(url, 'http://self')
  next.searchParams.set('cursor', Buffer.from((data.at(-1) as R).id).toString('base64url'))
  return new Reply(data, { headers: { link: `<${next.pathname}${next.search}>; rel="next"` } })
}
