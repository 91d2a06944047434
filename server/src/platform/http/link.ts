import { Reply } from './route.ts'

/** The `Link` header of a page that is not the last (RFC 8288). `url` is the request's own. */
export function nextLink(url: string, cursor: string): { link: string } {
  const next = new URL(url, 'http://self')
  next.searchParams.set('cursor', cursor)
  return { link: `<${next.pathname}${next.search}>; rel="next"` }
}

export interface Page<R> {
  data: R[]
  next_cursor: string | null
}

/** `{data}` alone, as seed 004's front-end knows it; where to go on stands in the `Link` header. */
export const wrapped = <R>({ data, next_cursor }: Page<R>, url: string): Reply<{ data: R[] }> | { data: R[] } =>
  next_cursor === null ? { data } : new Reply({ data }, { headers: nextLink(url, next_cursor) })
