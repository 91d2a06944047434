import type { FastifyRequest } from 'fastify'
import { badRequest } from '../../errors.ts'
import type { Route } from '../route.ts'
import { type Shape, shapeOf } from './shape.ts'
import { resolveAliases, translate } from './translate.ts'

/** A part of a request that has named fields. */
export type Part = 'query' | 'body'

/** Reads one part: other names become the route's own, and names that mean nothing here are added to `unknown`. */
export type ReadNames = (value: unknown, unknown: string[]) => unknown

/** Where nothing is known, every field is without effect. */
const knowsNothing: Shape = { fields: new Map() }

/**
 * Returns the reader of the names of one part of a route's requests. The camelCase spelling of every field is accepted
 * everywhere, and the aliases of `Route.accepts`.
 */
export function namesOf(route: Pick<Route, 'accepts' | 'ignores'>, part: Part, schema: Route['body']): ReadNames {
  const shape = schema ? shapeOf(schema) : knowsNothing
  const aliases = route.accepts?.[part]
  const ignored = new Set(route.ignores?.[part]?.map((name) => `${part}.${name}`))
  return (value, unknown) => {
    const found: string[] = []
    const translated = translate(shape, aliases ? resolveAliases(aliases, value) : value, part, found)
    for (const path of found) if (!ignored.has(path)) unknown.push(path)
    return translated
  }
}

/** The client wants unknown fields to be refused (RFC 7240 section 4.4). */
export const wantsStrict = ({ headers }: FastifyRequest): boolean =>
  headers.prefer !== undefined && /(^|[,;]\s*)handling\s*=\s*"?strict"?\s*($|[,;])/i.test(String(headers.prefer))

/** Throws 400 `unknown_field` when the client wants strict handling and a field is unknown. */
export function refuseUnknown(request: FastifyRequest): void {
  const unknown = request.unknownFields
  if (unknown.length === 0 || !wantsStrict(request)) return
  const details = unknown.slice(0, 20).map((path) => ({ path, message: 'There is no such field here.' }))
  throw badRequest('unknown_field', `${unknown[0]}: There is no such field here.`, details)
}

/** Longer lists of names than this are cut: headers are limited. */
const headerChars = 4000

/** Returns the value of `X-Ignored-Fields`: `body.colour, query.page`, and how many more when they are too many. */
export function ignoredFieldsHeader(unknown: readonly string[]): string {
  let header = ''
  for (const [at, path] of unknown.entries()) {
    // A header holds visible ASCII; a comma would look like the next name.
    const name = path
      .slice(0, 200)
      .replace(/[^\x21-\x2b\x2d-\x7e]/g, (c) => encodeURIComponent(c.isWellFormed() ? c : '?'))
    if (header.length + name.length > headerChars) return `${header}, and ${unknown.length - at} more`
    header += header === '' ? name : `, ${name}`
  }
  return header
}
