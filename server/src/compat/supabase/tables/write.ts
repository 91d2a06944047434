import { AppError } from '../../../platform/errors.ts'
import { FacadeError, badQuery, refusedChange, unknownColumn } from '../failure.ts'
import type { Row } from '../postgrest/matches.ts'
import type { Query } from '../postgrest/query.ts'
import { type Found, equalities, find, shopParams, toRow } from './read.ts'
import { type Env, type Item, type TableView, textOf } from './table.ts'

/** Rows of one request to insert, update or delete. */
export const maxRowsWritten = 500

/** Makes the operation's body out of a row. Throws 400 for a column that is not there, or that clients cannot set. */
export function toBody(env: Env, { name, columns }: TableView, row: Row): Item {
  const body: Item = {}
  for (const [column, value] of Object.entries(row)) {
    if (!Object.hasOwn(columns, column)) throw unknownColumn(name, column, Object.keys(columns))
    const { write, isServerOwned } = columns[column] as TableView['columns'][string]
    if (write) Object.assign(body, write(value))
    else if (!isServerOwned) throw refusedChange(`${name}.${column} cannot be set.`)
    else env.ignored(column)
  }
  return body
}

/** Inserts rows. With `onConflict` existing rows are changed, where the table says that it can. */
export async function insert(
  env: Env,
  view: TableView,
  rows: Row[],
  onConflict: readonly string[] = [],
): Promise<Found[]> {
  if (!view.insert) throw notAllowed(view, 'inserted')
  const unknown = onConflict.find((column) => !view.insert?.conflict?.includes(column))
  if (unknown !== undefined)
    throw badQuery(
      `${view.name} cannot be upserted on ${unknown.slice(0, 100)}.`,
      'Insert new rows, and update existing ones.',
    )
  if (rows.length > maxRowsWritten) throw badQuery(`Insert at most ${maxRowsWritten} rows at once.`)
  const { operation, run, data } = view.insert
  const bodies = rows.map((row) => toBody(env, view, row))
  const found: Found[] = []
  for (const [at, row] of rows.entries()) {
    const body = bodies[at] as Item
    const item = await step(at, rows.length, async () => {
      if (run) return run(env, row, body)
      const shop = await shopParams(
        env,
        view,
        new Map(view.shop && row[view.shop] ? [[view.shop, textOf(row[view.shop])]] : []),
      )
      const answer = await env.call(operation, { params: shop, body })
      return data ? answer.data : answer
    })
    found.push({ row: toRow(view, item), item })
  }
  return found
}

export async function update(env: Env, view: TableView, query: Query, changes: Row): Promise<Found[]> {
  if (!view.update) throw notAllowed(view, 'updated')
  const { operation, param = 'id', run, data } = view.update
  const body = toBody(env, view, changes)
  const targets = await targetsOf(env, view, query)
  const found: Found[] = []
  for (const [at, { row, item }] of targets.entries()) {
    const changed = await step(at, targets.length, async () => {
      if (run) return run(env, item, changes, body)
      if (Object.keys(body).length === 0) return item
      const shop = await shopParams(env, view, new Map(view.shop ? [[view.shop, textOf(row[view.shop])]] : []))
      const answer = await env.call(operation, { params: { ...shop, [param]: keyOf(view, row) }, body })
      return data ? answer.data : answer
    })
    found.push({ row: toRow(view, changed), item: changed })
  }
  return found
}

export async function remove(env: Env, view: TableView, query: Query): Promise<Found[]> {
  if (!view.remove) throw notAllowed(view, 'deleted')
  const { operation, param = 'id', run } = view.remove
  const targets = await targetsOf(env, view, query)
  for (const [at, { row, item }] of targets.entries()) {
    await step(at, targets.length, async () => {
      if (run) return run(env, item)
      const shop = await shopParams(env, view, new Map(view.shop ? [[view.shop, textOf(row[view.shop])]] : []))
      return env.call(operation, { params: { ...shop, [param]: keyOf(view, row) } })
    })
  }
  return targets
}

const keyOf = ({ key = 'id' }: TableView, row: Row): string => textOf(row[key])

/** The rows that a change is for. A change of everything is refused. */
async function targetsOf(env: Env, view: TableView, query: Query): Promise<Found[]> {
  if (query.filters.length === 0)
    throw new FacadeError(400, 'filter_required', 'UPDATE and DELETE require a filter.', {
      pgCode: '21000',
      hint: `Add a filter, such as ${view.key ?? 'id'}=eq.<id>.`,
    })
  // With a key there is at most one, whatever else is asked of it.
  const most = equalities(query.filters).has(view.key ?? 'id') ? 1 : maxRowsWritten
  return (await find(env, view, { ...query, order: [] }, { most })).found
}

/** Each row is a change of its own: says how many were made before the one that failed. */
async function step<T>(at: number, of: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (at === 0 || of === 1 || !(error instanceof AppError)) throw error
    throw new FacadeError(error.status, error.code, error.message, {
      pgCode: error instanceof FacadeError ? error.pgCode : error.code,
      detail: `Row ${at + 1} of ${of} failed; the ${at} before it are done.`,
    })
  }
}

const notAllowed = ({ name }: TableView, done: string) =>
  new Error(`There is a route for rows of ${name} to be ${done}, but no operation.`)
