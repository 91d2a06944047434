import { badQuery } from '../failure.ts'

/** One entry of `select`. */
export type Selected =
  | { kind: 'all' }
  | { kind: 'column'; name: string; alias: string }
  | { kind: 'count'; alias: string }
  | { kind: 'embed'; relation: string; alias: string; isInner: boolean; select: Selected[] }

const maxChars = 4000
const maxDepth = 4
const name = /^(?:"([^"]{1,100})"|([A-Za-z_][\w$]{0,99}))/

/**
 * Parses `select`: columns, `*`, aliases `a:b`, embedded tables `a(…)` and `a!inner(…)`, and `count()`. Throws 400 for
 * anything else, such as casts, JSON paths and spreads.
 */
export function parseSelect(text: string): Selected[] {
  if (text.length > maxChars) throw badQuery('select is too long.')
  let rest = text.trim() === '' ? '*' : text.replace(/"[^"]*"|\s+/g, (part) => (part.startsWith('"') ? part : ''))
  const selected = list(0)
  if (rest !== '') throw malformed()
  return selected

  function list(depth: number): Selected[] {
    if (depth > maxDepth) throw badQuery(`select can embed at most ${maxDepth} levels.`)
    const items: Selected[] = []
    // `a()` selects nothing of `a`, and counts for filters only.
    if (rest.startsWith(')')) return items
    do items.push(item(depth))
    while (take(','))
    return items
  }

  function item(depth: number): Selected {
    if (take('*')) return { kind: 'all' }
    if (rest.startsWith('...'))
      throw badQuery('Spread embedded tables are not supported.', 'Embed the table instead: table(column).')
    let own = takeName()
    let alias = own
    if (!rest.startsWith('::') && take(':')) {
      alias = own
      own = takeName()
    }
    let isInner = false
    while (take('!')) {
      // Other hints name the foreign key; a table has one way to another here.
      if (takeName() === 'inner') isInner = true
    }
    if (take('(')) {
      const select = list(depth + 1)
      if (!take(')')) throw malformed()
      if (own === 'count' && select.length === 0) return { kind: 'count', alias }
      return { kind: 'embed', relation: own, alias, isInner, select }
    }
    if (take('.count()')) throw badQuery('Aggregates other than count() are not supported.')
    if (/^(::|->)/.test(rest))
      throw badQuery('Casts and JSON paths are not supported in select.', 'Select the whole column.')
    return { kind: 'column', name: own, alias }
  }

  function take(token: string): boolean {
    if (!rest.startsWith(token)) return false
    rest = rest.slice(token.length)
    return true
  }

  function takeName(): string {
    const match = name.exec(rest)
    if (!match) throw malformed()
    rest = rest.slice(match[0].length)
    return (match[1] ?? match[2]) as string
  }

  function malformed() {
    return badQuery(`select cannot be read at '${rest.slice(0, 50)}'.`)
  }
}
