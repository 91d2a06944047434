import type { CallOptions } from './client.ts'

/** Where lists that say it in a header go on. */
const cursors = new WeakMap<object, string>()

/** Remembers the next page of an answer whose `Link` header names it (RFC 8288). */
export function keepNextPage(answer: object, link: string | null): void {
  const [, address] = /<([^>]*)>; *rel="?next"?/.exec(link ?? '') ?? []
  const cursor = address && new URL(address, 'http://server').searchParams.get('cursor')
  if (cursor) cursors.set(answer, cursor)
}

/** The `cursor` of the page after this one, whichever way the list says it; undefined after the last page. */
export function nextCursor(answer: object): string | undefined {
  const { next_cursor, nextCursor } = answer as { next_cursor?: string | null; nextCursor?: string | null }
  return next_cursor ?? nextCursor ?? cursors.get(answer)
}

type Item<Answer> = Answer extends readonly (infer One)[]
  ? One
  : Answer extends { data: readonly (infer One)[] }
    ? One
    : never

/**
 * Everything in a list, page by page as the loop gets there:
 * `for await (const contact of listAll(api.listContacts)) …`. `query.limit` is the size of a page.
 */
export async function* listAll<List extends (...args: never[]) => Promise<object>>(
  list: List,
  ...args: Parameters<List>
): AsyncGenerator<Item<Awaited<ReturnType<List>>>, void, undefined> {
  const [input, options] = args as unknown[] as [input?: { query?: object }, options?: CallOptions]
  const ask = list as unknown as (input: unknown, options: unknown) => Promise<object>
  let asked = input
  for (;;) {
    const answer = await ask(asked, options)
    yield* (Array.isArray(answer) ? answer : (answer as { data: unknown[] }).data) as Item<Awaited<ReturnType<List>>>[]
    const cursor = nextCursor(answer)
    if (cursor === undefined) return
    asked = { ...input, query: { ...input?.query, cursor } }
  }
}
