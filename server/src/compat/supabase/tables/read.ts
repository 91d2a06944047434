import { FacadeError, badQuery, unknownColumn } from '../failure.ts'
import { type Filter, type Test, eachColumn } from '../postgrest/filters.ts'
import { type Row, byTerms, matches } from '../postgrest/matches.ts'
import type { OrderTerm, Part, Query } from '../postgrest/query.ts'
import type { Selected } from '../postgrest/select.ts'
import type { Embed, Env, Item, ListPlan, TableView } from './table.ts'

/** Rows that a response has at most, like the default of Supabase. */
export const maxRows = 1000
/** Items that are read from the operation at most, to answer a query that it cannot answer itself. */
export const maxItemsRead = 2000
const pageSize = 200

/** A row with the item that it was made of. */
export interface Found {
  row: Row
  item: Item
}

export interface Findings {
  found: Found[]
  /** Where `found` begins in all that matches. */
  offset: number
  /** How many match in all; only when it was asked for. */
  total: number | undefined
}

export const toRow = ({ columns }: TableView, item: Item): Row =>
  Object.fromEntries(Object.entries(columns).map(([name, { read }]) => [name, read(item) ?? null]))

/** Finds the rows of a table that a query asks for. Throws 400 when that would mean to read more than `maxItemsRead`. */
export async function find(
  env: Env,
  view: TableView,
  part: Part,
  { wantsCount = false, most = maxRows }: { wantsCount?: boolean; most?: number } = {},
): Promise<Findings> {
  checkColumns(view, part)
  const { filters, order, offset } = part
  const limit = Math.min(part.limit ?? most, most)
  const eq = equalities(filters)
  const isNative = isInOrder(view.list, order)
  // In the operation's own order the rest need not be read.
  const enough = isNative && !wantsCount ? offset + limit : Infinity
  const found: Found[] = []
  for await (const items of pagesOf(env, view, eq, enough)) {
    for (const item of items) {
      const row = toRow(view, item)
      if (filters.every((filter) => matches(row, filter))) found.push({ row, item })
    }
    if (found.length >= enough) break
  }
  if (!isNative) found.sort((a, b) => byTerms(order)(a.row, b.row))
  return { found: found.slice(offset, offset + limit), offset, total: wantsCount ? found.length : undefined }
}

function checkColumns({ name, columns }: TableView, { filters, order }: Part): void {
  const check = (column: string) => {
    if (!Object.hasOwn(columns, column)) throw unknownColumn(name, column, Object.keys(columns))
  }
  eachColumn(filters, check)
  for (const { column } of order) check(column)
}

/** The values that columns must have. */
export function equalities(filters: readonly Filter[]): Map<string, string> {
  const isEquality = (filter: Filter): filter is Test =>
    filter.kind === 'test' && filter.operator === 'eq' && !filter.negated
  return new Map(filters.filter(isEquality).map(({ column, values }) => [column, values[0] as string]))
}

/** Is this the order in which the operation lists anyway? Rows of one time are in the order of their ids. */
function isInOrder({ order }: ListPlan, terms: readonly OrderTerm[]): boolean {
  const [first] = terms
  if (!first) return true
  return (
    order !== undefined && terms.length === 1 && first.column === order.column && first.descending === order.descending
  )
}

async function* pagesOf(
  env: Env,
  view: TableView,
  eq: ReadonlyMap<string, string>,
  enough: number,
): AsyncGenerator<Item[]> {
  const { list, one } = view
  const shop = await shopParams(env, view, eq)
  const wanted = keyIn(view, eq)
  // Without a login, single rows are read like lists: of the public workspace.
  if (one && wanted !== undefined && env.ctx.principal.kind !== 'public') {
    const answer = await env.orNothing(() => env.call(one.operation, { params: { ...shop, [one.param]: wanted } }))
    const item = one.data ? answer?.data : answer
    yield item !== undefined && (one.isRow?.(item) ?? true) ? [item] : []
    return
  }
  if (list.run) {
    yield await list.run(env, eq)
    return
  }
  for (const column of list.required ?? []) if (!eq.has(column)) throw needsFilter(view, column)
  const params = { ...shop, ...pathParams(view, eq) }
  const query = { ...list.query, ...queryParams(list, eq) }
  if (list.form === 'one') {
    const answer = await env.orNothing(() => env.call(list.operation, { params, query }))
    yield answer === undefined ? [] : list.items ? await list.items(answer, eq, env) : [answer]
    return
  }
  let cursor: string | undefined
  let read = 0
  do {
    const limit = Math.min(pageSize, Number.isFinite(enough) ? Math.max(enough - read, 1) : pageSize)
    let next: string | undefined
    const answer = await env.call(list.operation, {
      params,
      query: {
        ...query,
        ...(list.form === 'list' && { limit: String(limit) }),
        ...(cursor !== undefined && { cursor }),
      },
      seen: (headers) => (next = cursorIn(headers.link)),
    })
    const items: Item[] = list.items ? await list.items(answer, eq, env) : Array.isArray(answer) ? answer : answer.data
    cursor = next ?? answer.next_cursor ?? answer.nextCursor ?? undefined
    read += items.length
    yield items
    if (cursor !== undefined && read >= maxItemsRead) throw tooMuch(view)
  } while (cursor !== undefined)
}

/** The key that the query asks for, if it does. */
function keyIn({ key = 'id', one }: TableView, eq: ReadonlyMap<string, string>): string | undefined {
  for (const column of [key, ...(one?.also ?? [])]) if (eq.has(column)) return eq.get(column)
  return undefined
}

/** The cursor in the address of the next page. */
function cursorIn(link: string | string[] | undefined): string | undefined {
  const [, url] = /<([^>]*)>/.exec(String(link ?? '')) ?? []
  return url === undefined ? undefined : (new URL(url, 'http://self').searchParams.get('cursor') ?? undefined)
}

function pathParams(view: TableView, eq: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(view.list.params ?? {}).map(([param, column]) => {
      const value = eq.get(column)
      if (value === undefined) throw needsFilter(view, column)
      return [param, value]
    }),
  )
}

const needsFilter = ({ name }: TableView, column: string) =>
  badQuery(`${name} can be read only with a filter on ${column}.`, `Add ${column}=eq.<id>.`)

const queryParams = ({ filters = {} }: ListPlan, eq: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filters).flatMap(([column, param]) => (eq.has(column) ? [[param, eq.get(column) as string]] : [])),
  )

/** The workspace of a shop's table: the one that the query names, or the current one. */
export async function shopParams(
  env: Env,
  { shop }: TableView,
  eq: ReadonlyMap<string, string>,
): Promise<{ shopId?: string }> {
  if (shop === undefined) return {}
  return { shopId: eq.get(shop) ?? (await env.actor()).workspaceId ?? '' }
}

const tooMuch = ({ name, list }: TableView) =>
  new FacadeError(400, 'too_many_rows', `${name} has more than ${maxItemsRead} rows to look through for this query.`, {
    pgCode: '54000',
    hint:
      Object.keys(list.filters ?? {}).length > 0
        ? `Filter by one of: ${Object.keys(list.filters ?? {}).join(', ')}; or leave out count and other orders than ${orderOf(list)}.`
        : `Leave out filters, count and other orders than ${orderOf(list)}.`,
  })

const orderOf = ({ order }: ListPlan) =>
  order ? `${order.column}.${order.descending ? 'desc' : 'asc'}` : 'the default'

/** Projects rows on `select`, and embeds what it names. */
export async function project(
  env: Env,
  views: ReadonlyMap<string, TableView>,
  view: TableView,
  found: readonly Found[],
  select: readonly Selected[],
  embedded: Query['embedded'] = new Map(),
): Promise<Row[]> {
  for (const item of select) checkSelected(view, item)
  const rows: Row[] = []
  for (const one of found) {
    const row: Row = {}
    let isIn = true
    for (const selected of select) {
      if (selected.kind === 'all') Object.assign(row, one.row)
      else if (selected.kind === 'column') row[selected.alias] = one.row[selected.name]
      else if (selected.kind === 'embed') {
        const value = await embed(env, views, view, one.item, selected, embedded)
        if (selected.isInner && (value === null || (Array.isArray(value) && value.length === 0))) isIn = false
        row[selected.alias] = value
      }
    }
    if (isIn) rows.push(row)
  }
  return rows
}

function checkSelected(view: TableView, selected: Selected): void {
  if (selected.kind === 'column' && !Object.hasOwn(view.columns, selected.name))
    throw unknownColumn(view.name, selected.name, Object.keys(view.columns))
  if (selected.kind === 'embed' && !Object.hasOwn(view.embeds ?? {}, selected.relation))
    throw new FacadeError(
      400,
      'unknown_relation',
      `Could not find a relationship between '${view.name}' and '${selected.relation}'.`,
      {
        pgCode: 'PGRST200',
        hint: `${view.name} can embed: ${Object.keys(view.embeds ?? {}).join(', ') || 'nothing'}.`,
      },
    )
}

async function embed(
  env: Env,
  views: ReadonlyMap<string, TableView>,
  view: TableView,
  item: Item,
  { relation, alias, select }: Extract<Selected, { kind: 'embed' }>,
  embedded: Query['embedded'],
): Promise<Row | Row[] | null> {
  const { table, cardinality, items, count } = (view.embeds ?? {})[relation] as Embed
  const target = views.get(table)
  if (!target) throw new Error(`${view.name} embeds ${table}, which does not exist.`)
  const [only] = select
  const isCount = select.length === 1 && (only?.kind === 'count' || (only?.kind === 'column' && only.name === 'count'))
  if (isCount && count) return [{ [(only as { alias: string }).alias]: count(item) }]
  const part = embedded.get(alias) ?? embedded.get(relation)
  if (part) checkColumns(target, part)
  let found = (await items(env, item)).map((one) => ({ row: toRow(target, one), item: one }))
  if (part) {
    found = found.filter(({ row }) => part.filters.every((filter) => matches(row, filter)))
    if (part.order.length > 0) found.sort((a, b) => byTerms(part.order)(a.row, b.row))
    found = found.slice(part.offset, part.limit === undefined ? undefined : part.offset + part.limit)
  }
  if (isCount) return [{ [(only as { alias: string }).alias]: found.length }]
  const rows = await project(env, views, target, found, select)
  return cardinality === 'many' ? rows : (rows[0] ?? null)
}
