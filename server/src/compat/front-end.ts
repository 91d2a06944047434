import type { ErrorForm } from '../platform/http/error-form.ts'
import type { Route, RouteTable } from '../platform/http/route.ts'
import type { FrameCodec, FrameCodecs } from '../platform/sockets/frame-codec.ts'

/** Returns the route that serves one request of a front-end, made of the operations of the API. */
export type Adapted = (operation: FindOperation) => Route

/** Returns an operation of the API by its id. Throws for an unknown one. */
export type FindOperation = (id: string) => Route

/**
 * A front-end that was written for another API. It calls `/compat/<name>/api/…`, and each of its requests is served by an
 * operation of the API: the same credentials, roles, limits and checks. `passes` and `adapted` together are the complete
 * list of its requests.
 */
export interface FrontEnd {
  /** Part of the address: `calling` is served at `/compat/calling`. */
  name: string
  /** The beginning of its addresses, where it is not `/compat/<name>`. */
  prefix?: string
  /** The heading in lists of routes. */
  title: string
  /** Operations that it uses at their own paths, with their own fields. */
  passes: readonly string[]
  /** Requests with another path, other fields or another response, by a name of their own: `adapt(…)` and `composite(…)`. */
  adapted: Readonly<Record<string, Adapted>>
  /** The form of its error responses, where it is not ours. */
  errorForms?: readonly ErrorForm[]
  /** How its frames are written, at `/compat/<name>/ws`. Without it there is no such address; `/ws` is for all. */
  frames?: FrameCodec
}

/** Returns the codecs of the front-ends' sockets, by address. */
export const compatibilityCodecs = (frontEnds: readonly FrontEnd[]): FrameCodecs =>
  Object.fromEntries(frontEnds.flatMap(({ name, frames }) => (frames ? [[`/compat/${name}/ws`, frames]] : [])))

/** Returns the tables of routes of the compatibility APIs. `tables` has the operations behind them. */
export function compatibilityTables(frontEnds: readonly FrontEnd[], tables: readonly RouteTable[]): RouteTable[] {
  const operations = new Map(tables.flatMap(({ routes }) => Object.entries(routes)))
  return frontEnds.map(({ name, prefix = `/compat/${name}`, title, passes, adapted }) => {
    const find: FindOperation = (id) => {
      const route = operations.get(id)
      if (!route) throw new Error(`The front-end ${name} refers to the operation ${id}, which does not exist.`)
      return route
    }
    const served = [
      ...passes.map((id) => [id, find(id)] as const),
      ...Object.entries(adapted).map(([id, adapt]) => [id, adapt(find)] as const),
    ]
    const routes = served.map(([id, route]): [string, Route] => {
      const signsInLike = route.signsInLike ?? route.path
      return [`${name}.${id}`, { ...route, path: `${prefix}${route.path}`, signsInLike }]
    })
    return { tag: `Compatibility: ${title}`, compat: name, routes: Object.fromEntries(routes) }
  })
}
