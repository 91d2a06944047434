import type { CallOptions } from './client.ts'

/** Where lists that say it in a header go on. */
const cursors = new WeakMap<object, string>()

/** Remembers the next page of a response whose `Link` header names it (RFC 8288). */
export function keepNextPage(response: object, link: string | null): void {
  const [, address] = /<([^>]*)>; *rel="?next"?/.exec(link ?? '') ?? []
  const cursor = address && new URL(address, 'http://server').searchParams.get('cursor')
  if (cursor) cursors.set(response, cursor)
}

/** The `cursor` of the page after this one, whichever way the list says it; undefined after the last page. */
export function nextCursor(response: object): string | undefined {
  const { next_cursor, nextCursor } = response as { next_cursor?: string | null; nextCursor?: string | null }
  return next_cursor ?? nextCursor ?? cursors.get(response)
}

type Item<Result> = Result extends readonly (infer One)[]
  ? One
  : Result extends { data: readonly (infer One)[] }
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
    const response = await ask(asked, options)
    yield* (Array.isArray(response) ? response : (response as { data: unknown[] }).data) as Item<
      Awaited<ReturnType<List>>
    >[]
    const cursor = nextCursor(response)
    if (cursor === undefined) return
    asked = { ...input, query: { ...input?.query, cursor } }
  }
}
