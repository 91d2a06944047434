import { badQuery } from '../failure.ts'
import { type Filter, parseGroup, parseTest } from './filters.ts'
import { type Selected, parseSelect } from './select.ts'

export interface OrderTerm {
  column: string
  descending: boolean
  nullsFirst: boolean
}

/** What a request asks of one table, or of a table embedded in it. */
export interface Part {
  filters: Filter[]
  order: OrderTerm[]
  limit: number | undefined
  offset: number
}

/** The query string of a request to a table. */
export interface Query extends Part {
  select: Selected[]
  /** Of embedded tables, by their name or alias in `select`. */
  embedded: Map<string, Part>
  onConflict: string[]
}

const emptyPart = (): Part => ({ filters: [], order: [], limit: undefined, offset: 0 })

const maxParameters = 100

/**
 * Parses the query string of a request to `/rest/v1/<table>`. Names with a dot belong to an embedded table. Throws 400 for
 * what is not supported.
 */
export function parseQuery(search: string): Query {
  const query: Query = { ...emptyPart(), select: [{ kind: 'all' }], embedded: new Map(), onConflict: [] }
  const parameters = [...new URLSearchParams(search)]
  if (parameters.length > maxParameters) throw badQuery(`A query has at most ${maxParameters} parameters.`)
  for (const [name, value] of parameters) {
    if (name === 'select') query.select = parseSelect(value)
    else if (name === 'on_conflict') query.onConflict = names(value)
    // `columns` says which keys of the rows to insert; rows have no others.
    else if (name !== 'columns' && name !== 'apikey') readParameter(query, name, value)
  }
  return query
}

function readParameter(query: Query, name: string, value: string): void {
  const dot = name.indexOf('.')
  const isNegatedGroup = /^not\.(and|or)$/.test(name)
  if (dot < 0 || isNegatedGroup) return readPart(query, name, value)
  const [relation, own] = [name.slice(0, dot), name.slice(dot + 1)]
  if (own.includes('.') && !/^not\.(and|or)$/.test(own))
    throw badQuery(`The parameter '${name.slice(0, 100)}' is not supported.`, 'Filter one level of embedded tables.')
  let part = query.embedded.get(relation)
  if (!part) query.embedded.set(relation, (part = emptyPart()))
  readPart(part, own, value)
}

function readPart(part: Part, name: string, value: string): void {
  switch (name) {
    case 'order':
      part.order = parseOrder(value)
      return
    case 'limit':
      part.limit = count(name, value)
      return
    case 'offset':
      part.offset = count(name, value)
      return
    case 'and':
    case 'or':
      part.filters.push(parseGroup(name === 'and', value))
      return
    case 'not.and':
    case 'not.or':
      part.filters.push(parseGroup(name === 'not.and', value, true))
      return
    default:
      part.filters.push(parseTest(name.replace(/^"(.*)"$/s, '$1'), value))
  }
}

function count(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw badQuery(`${name} must be a whole number.`)
  return Number(value)
}

const names = (value: string) =>
  value
    .split(',')
    .map((one) => one.trim().replace(/^"(.*)"$/s, '$1'))
    .filter((one) => one !== '')

function parseOrder(value: string): OrderTerm[] {
  return names(value).map((term) => {
    const [column = '', ...modifiers] = term.split('.')
    const unknown = modifiers.find((one) => !['asc', 'desc', 'nullsfirst', 'nullslast'].includes(one))
    if (!/^[\w$]+$/.test(column) || unknown !== undefined)
      throw badQuery(`order cannot be read at '${term.slice(0, 100)}'.`, 'Write column.desc or column.asc.nullslast.')
    const descending = modifiers.includes('desc')
    const nullsFirst = modifiers.includes('nullsfirst') || (descending && !modifiers.includes('nullslast'))
    return { column, descending, nullsFirst }
  })
}
