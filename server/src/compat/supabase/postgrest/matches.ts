import type { Filter, Operator, Test } from './filters.ts'
import type { OrderTerm } from './query.ts'

export type Row = Record<string, unknown>

/** Returns true when the row passes the filter. As in SQL, a comparison with null is never true, nor is its negation. */
export function matches(row: Row, filter: Filter): boolean {
  return evaluate(row, filter) === true
}

/** Three-valued logic: null is unknown. */
function evaluate(row: Row, filter: Filter): boolean | null {
  const result = filter.kind === 'test' ? test(row[filter.column], filter) : combine(row, filter)
  return filter.negated && result !== null ? !result : result
}

function combine(row: Row, { all, filters }: Extract<Filter, { kind: 'group' }>): boolean | null {
  const results = filters.map((filter) => evaluate(row, filter))
  if (results.includes(!all)) return !all
  return results.includes(null) ? null : all
}

function test(value: unknown, { operator, values }: Test): boolean | null {
  const [given = ''] = values
  if (operator === 'is') return isTest(value, given.toLowerCase())
  if (value === null || value === undefined) return null
  if (operator === 'in') return values.some((one) => compare(value, one) === 0)
  if (operator === 'like') return isLike(asText(value), given)
  if (operator === 'ilike') return isLike(asText(value).toLowerCase(), given.toLowerCase())
  return comparisons[operator](compare(value, given))
}

const comparisons: Record<Exclude<Operator, 'is' | 'in' | 'like' | 'ilike'>, (order: number) => boolean> = {
  eq: (order) => order === 0,
  neq: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
}

function isTest(value: unknown, given: string): boolean {
  const isNull = value === null || value === undefined
  if (given === 'null' || given === 'unknown') return isNull
  if (given === 'not_null') return !isNull
  return value === (given === 'true')
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

const isTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/

/** Compares as the value's type: numbers and times by size, anything else as text. */
function compare(value: unknown, given: unknown): number {
  if (typeof value === 'number') return Math.sign(value - Number(given)) || (Number.isNaN(Number(given)) ? 1 : 0)
  const left = asText(value)
  const right = typeof given === 'string' ? given : asText(given)
  if (typeof value === 'boolean') return Number(value) - Number(/^t(rue)?$/i.test(right))
  if (isTime.test(left) && isTime.test(right)) {
    const [a, b] = [Date.parse(left), Date.parse(right)]
    if (!Number.isNaN(a) && !Number.isNaN(b)) return Math.sign(a - b)
  }
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * SQL's LIKE, with `*` for `%` as PostgREST writes it. Takes time in proportion to the product of the two lengths at most,
 * which a regular expression made from the pattern would not.
 */
export function isLike(text: string, pattern: string): boolean {
  const tokens = [...pattern.matchAll(/\\(.)|(.)/gs)].map(([, escaped, plain = '']) =>
    escaped !== undefined ? { char: escaped } : /[%*]/.test(plain) ? 'any' : plain === '_' ? 'one' : { char: plain },
  )
  const chars = [...text]
  let at = 0
  let token = 0
  let lastAny = -1
  let retryAt = 0
  while (at < chars.length) {
    const now = tokens[token]
    if (now === 'any') {
      lastAny = token++
      retryAt = at
    } else if (now !== undefined && (now === 'one' || now.char === chars[at])) {
      token++
      at++
    } else if (lastAny >= 0) {
      token = lastAny + 1
      at = ++retryAt
    } else return false
  }
  return tokens.slice(token).every((left) => left === 'any')
}

/** Compares two rows by the terms of `order`. Nulls are last when ascending and first when descending, unless a term says otherwise. */
export const byTerms =
  (terms: readonly OrderTerm[]) =>
  (a: Row, b: Row): number => {
    for (const { column, descending, nullsFirst } of terms) {
      const [left, right] = [a[column] ?? null, b[column] ?? null]
      if (left === null && right === null) continue
      if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1
      const order = compare(left, right)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
