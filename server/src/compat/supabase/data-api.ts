import { z } from 'zod'
import { type CallOperation, composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ctx } from '../../platform/context.ts'
import { JsonResponse, type RouteInput } from '../../platform/http/route.ts'
import { badQuery, notOneRow } from './failure.ts'
import { eachColumn } from './postgrest/filters.ts'
import type { Row } from './postgrest/matches.ts'
import { type Preferences, contentRange, readPreferences } from './postgrest/preferences.ts'
import { type Query, parseQuery } from './postgrest/query.ts'
import { type Found, find, project } from './tables/read.ts'
import type { Env, TableView } from './tables/table.ts'
import { insert, remove, update } from './tables/write.ts'

/** The methods of a table and the verbs behind them. */
const verbs = { select: 'GET', insert: 'POST', update: 'PATCH', remove: 'DELETE' } as const
type Verb = keyof typeof verbs

const verbWords: Record<Verb, string> = {
  select: 'List rows of',
  insert: 'Add rows to',
  update: 'Update rows of',
  remove: 'Delete rows of',
}

/** Returns the routes of tables: one for each table and method. Views of one name share a route. */
export function tableRoutes(views: readonly TableView[]): Record<string, Adapted> {
  const byName = Map.groupBy(views, ({ name }) => name)
  const routes = [...byName].flatMap(([name, group]) =>
    (Object.keys(verbs) as Verb[])
      .filter((verb) => group.some((view) => operationOf(view, verb) !== undefined))
      .map((verb): [string, Adapted] => [`${name}.${verb}`, tableRoute(group, verb, byName)]),
  )
  return Object.fromEntries(routes)
}

const operationOf = (view: TableView, verb: Verb): string | undefined =>
  verb === 'select' ? view.list.operation : view[verb]?.operation

type Targets = ReadonlyMap<string, TableView>

function operationsOf(view: TableView, verb: Verb, targets: Targets): string[] {
  const reading = [view.list.operation, ...(view.list.also ?? []), ...(view.one ? [view.one.operation] : [])]
  const writing = verb === 'select' ? [] : [operationOf(view, verb) ?? [], view[verb]?.also ?? []].flat()
  return [...reading, ...embeddingOf(view, targets), ...writing]
}

/** The operations of embedded tables, and of those that they embed. */
function embeddingOf({ embeds = {} }: TableView, targets: Targets, seen = new Set<string>()): string[] {
  return Object.values(embeds).flatMap(({ table, operations = [] }) => {
    const target = targets.get(table)
    if (!target || seen.has(table)) return operations
    return [...operations, ...embeddingOf(target, targets, new Set([...seen, table]))]
  })
}

const parameter = z.union([z.string(), z.array(z.string())]).optional()

function querySchema(views: readonly TableView[], verb: Verb) {
  const columns = new Set(views.flatMap((view) => Object.keys(view.columns)))
  const names = [
    'select',
    'order',
    'limit',
    'offset',
    'and',
    'or',
    ...(verb === 'insert' ? ['columns', 'on_conflict'] : [...columns]),
  ]
  return z.looseObject(Object.fromEntries(names.map((name) => [name, parameter])))
}

function bodySchema(views: readonly TableView[]) {
  const columns = views.flatMap((view) => Object.keys(view.columns))
  const row = z.looseObject(Object.fromEntries(columns.map((name) => [name, z.unknown().optional()])))
  return z.union([row, z.array(row)])
}

/** One route: a method of a table. */
function tableRoute(views: readonly TableView[], verb: Verb, tables: ReadonlyMap<string, TableView[]>): Adapted {
  const served = views.filter((view) => operationOf(view, verb) !== undefined)
  const [first] = served as [TableView, ...TableView[]]
  // What a table embeds is the table of the same front-end, where two have it.
  const targets = (view: TableView) =>
    new Map(
      [...tables].map(([name, group]) => [
        name,
        group.find(({ of }) => of.some((one) => view.of.includes(one))) ?? (group[0] as TableView),
      ]),
    )
  return (find) => {
    const writes = verb === 'insert' || verb === 'update'
    const route = {
      kind: verb === 'select' ? ('read' as const) : ('nontransactional' as const),
      method: verbs[verb],
      path: `/rest/v1/${first.name}`,
      access: find(operationOf(first, verb) as string).access,
      summary: `${verbWords[verb]} ${first.name}`,
      query: querySchema(served, verb),
      ...(writes && { body: bodySchema(served), example: first[verb]?.example as never }),
      operations: [...new Set(served.flatMap((view) => operationsOf(view, verb, targets(view))))],
      response: z.any(),
      notIdempotent: verb !== 'insert',
      handler: (call: CallOperation<string>, input: RouteInput<undefined, undefined, undefined>, ctx: Ctx) =>
        answer({ verb, served, targets, call, ctx, input }),
    }
    return composite(route as never)(find)
  }
}

interface Asking {
  verb: Verb
  served: readonly TableView[]
  targets(view: TableView): ReadonlyMap<string, TableView>
  call: CallOperation<string>
  ctx: Ctx
  input: RouteInput<undefined, undefined, undefined>
}

async function answer({ verb, served, targets, call, ctx, input }: Asking): Promise<JsonResponse<unknown>> {
  const { request } = input
  const query = parseQuery(request.url.split('?')[1] ?? '')
  const preferences = readPreferences(request.headers)
  const rows = verb === 'insert' || verb === 'update' ? rowsOf(input.body) : []
  const view = viewFor(served, query, rows)
  const limited = withinCalls(call, verb === 'select' ? maxCallsOfRead : maxCallsOfWrite)
  const env = environment(limited, ctx, (column) => request.unknownFields.push(`body.${column}`))
  if (verb === 'select') return selected(env, targets(view), view, query, preferences)
  const found = await write(env, view, verb, query, rows)
  return afterwards(env, targets(view), view, { verb, query, preferences, found })
}

/** Operations that one request calls at most: embedded tables may need one for each row. */
const maxCallsOfRead = 250
const maxCallsOfWrite = 2500

function withinCalls(call: CallOperation<string>, most: number): CallOperation<string> {
  let calls = 0
  return (operation, asked) => {
    if (++calls > most)
      throw badQuery('The query needs too many single reads.', 'Ask for fewer rows, or leave out embedded tables.')
    return call(operation, asked)
  }
}

const rowsOf = (body: unknown): Row[] => (Array.isArray(body) ? (body as Row[]) : [body as Row])

/** The view that has all columns which the request names; the first where none has. */
function viewFor(served: readonly TableView[], query: Query, rows: readonly Row[]): TableView {
  if (served.length === 1) return served[0] as TableView
  const named = new Set(rows.flatMap((row) => Object.keys(row)))
  eachColumn(query.filters, (column) => named.add(column))
  for (const { column } of query.order) named.add(column)
  const relations = new Set<string>()
  for (const item of query.select) {
    if (item.kind === 'column') named.add(item.name)
    if (item.kind === 'embed') relations.add(item.relation)
  }
  const knows = ({ columns, embeds = {} }: TableView) =>
    [...named].every((column) => Object.hasOwn(columns, column)) &&
    [...relations].every((relation) => Object.hasOwn(embeds, relation))
  return served.find(knows) ?? (served[0] as TableView)
}

function environment(call: CallOperation<string>, ctx: Ctx, ignored: (column: string) => void): Env {
  let actor: ReturnType<Env['actor']> | undefined
  return {
    call,
    ctx,
    ignored,
    actor: () =>
      (actor ??= ctx.db.actor().then(({ user_id, workspace_id }) => ({ userId: user_id, workspaceId: workspace_id }))),
    async orNothing(read) {
      try {
        return await read()
      } catch (error) {
        if (error instanceof AppError && error.status === 404) return undefined
        throw error
      }
    },
  }
}

async function selected(
  env: Env,
  tables: ReadonlyMap<string, TableView>,
  view: TableView,
  query: Query,
  { isSingle, wantsCount, range }: Preferences,
): Promise<JsonResponse<unknown>> {
  const [only] = query.select
  const countsOnly =
    query.select.length === 1 && (only?.kind === 'count' || (only?.kind === 'column' && only.name === 'count'))
      ? only
      : undefined
  const part = range
    ? { ...query, offset: range.from, limit: range.to === undefined ? undefined : range.to - range.from + 1 }
    : query
  const { found, offset, total } = await find(env, view, part, { wantsCount: wantsCount || countsOnly !== undefined })
  const rows = countsOnly
    ? [{ [countsOnly.alias]: total }]
    : await project(env, tables, view, found, query.select, query.embedded)
  const headers = { 'content-range': contentRange(offset, rows.length, wantsCount ? total : undefined) }
  if (isSingle) return new JsonResponse(one(rows), { headers })
  const isPart = wantsCount && total !== undefined && total > rows.length
  return new JsonResponse(rows, { headers, status: isPart ? 206 : 200 })
}

function one(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined || rows.length > 1) throw notOneRow(rows.length)
  return row
}

function write(env: Env, view: TableView, verb: Exclude<Verb, 'select'>, query: Query, rows: Row[]): Promise<Found[]> {
  if (verb === 'insert') return insert(env, view, rows, query.onConflict)
  if (verb === 'remove') return remove(env, view, query)
  return update(env, view, query, rows[0] ?? {})
}

interface Done {
  verb: Exclude<Verb, 'select'>
  query: Query
  preferences: Preferences
  found: Found[]
}

async function afterwards(
  env: Env,
  tables: ReadonlyMap<string, TableView>,
  view: TableView,
  { verb, query, preferences, found }: Done,
): Promise<JsonResponse<unknown>> {
  const { isSingle, returns, wantsCount } = preferences
  const headers = {
    'content-range': contentRange(0, verb === 'insert' ? 0 : found.length, wantsCount ? found.length : undefined),
  }
  if (returns !== 'representation')
    return new JsonResponse(undefined, { headers, status: verb === 'insert' ? 201 : 204 })
  const rows = await project(env, tables, view, found, query.select, query.embedded)
  return new JsonResponse(isSingle ? one(rows) : rows, { headers, status: verb === 'insert' ? 201 : 200 })
}
