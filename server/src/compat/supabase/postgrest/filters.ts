import { badQuery } from '../failure.ts'

export const operators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'is', 'in'] as const
export type Operator = (typeof operators)[number]

export interface Test {
  kind: 'test'
  column: string
  operator: Operator
  /** One value; several for `in`. */
  values: string[]
  negated: boolean
}

export interface Group {
  kind: 'group'
  /** All of them, or at least one. */
  all: boolean
  filters: Filter[]
  negated: boolean
}

export type Filter = Test | Group

const supported = `Supported operators: ${operators.join(', ')}, not, or, and.`
const maxChars = 8000
const maxDepth = 4
const maxValues = 1000

/** Parses the value of a column's parameter: `eq.5`, `not.is.null`, `in.(a,"b,c")`. Throws 400 for other operators. */
export function parseTest(column: string, text: string): Test {
  const negated = text.startsWith('not.')
  const condition = negated ? text.slice(4) : text
  const dot = condition.indexOf('.')
  const operator = condition.slice(0, dot) as Operator
  if (dot < 1 || !operators.includes(operator)) {
    throw badQuery(`The filter '${`${column}=${text}`.slice(0, 100)}' is not supported.`, supported)
  }
  const value = condition.slice(dot + 1)
  if (operator === 'in') return { kind: 'test', column, operator, values: parseList(value), negated }
  if (operator === 'is' && !/^(null|not_null|true|false|unknown)$/i.test(value)) {
    throw badQuery(`is.${value.slice(0, 50)} is not supported.`, 'is takes null, not_null, true, false or unknown.')
  }
  return { kind: 'test', column, operator, values: [value], negated }
}

/** Parses `(a,"b,c")`. */
function parseList(text: string): string[] {
  if (!text.startsWith('(') || !text.endsWith(')')) throw badQuery('in takes a list in parentheses: in.(1,2).')
  const values = splitTop(text.slice(1, -1)).map(unquote)
  if (values.length > maxValues) throw badQuery(`in takes at most ${maxValues} values.`)
  return values
}

/** Parses the value of `or` and `and`: `(a.eq.1,and(b.gt.2,c.is.null))`. */
export function parseGroup(all: boolean, text: string, negated = false, depth = 0): Group {
  if (text.length > maxChars || depth > maxDepth) throw badQuery('The filter is too long or nested too deeply.')
  if (!text.startsWith('(') || !text.endsWith(')'))
    throw badQuery('or and and take a list in parentheses: or=(a.eq.1,b.eq.2).')
  const filters = splitTop(text.slice(1, -1)).map((part): Filter => {
    const group = /^(not\.)?(and|or)(\(.*\))$/s.exec(part)
    if (group) return parseGroup(group[2] === 'and', group[3] as string, group[1] !== undefined, depth + 1)
    const [, quoted, plain, condition] = /^(?:"([^"]+)"|([\w$]+))\.(.+)$/s.exec(part) ?? []
    const column = quoted ?? plain
    if (column === undefined || condition === undefined)
      throw badQuery(`The filter '${part.slice(0, 100)}' cannot be read.`)
    const test = parseTest(column, condition)
    return test.operator === 'in' ? test : { ...test, values: test.values.map(unquote) }
  })
  if (filters.length === 0) throw badQuery('or and and need at least one filter.')
  return { kind: 'group', all, filters, negated }
}

/** Splits at commas outside quotes and parentheses. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let isQuoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (isQuoted) {
      if (char === '\\') at++
      else if (char === '"') isQuoted = false
    } else if (char === '"') isQuoted = true
    else if (char === '(') depth++
    else if (char === ')') depth--
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  if (isQuoted || depth !== 0) throw badQuery('Quotes or parentheses are not closed in the filter.')
  if (from < text.length || parts.length > 0) parts.push(text.slice(from))
  return parts
}

const unquote = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value

/** Calls `see` for each column that a filter names. */
export function eachColumn(filters: readonly Filter[], see: (column: string) => void): void {
  for (const filter of filters) {
    if (filter.kind === 'test') see(filter.column)
    else eachColumn(filter.filters, see)
  }
}
