import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { type Part, type ReadNames, namesOf, refuseUnknown } from './names/input-names.ts'
import { validate } from './parse.ts'
import type { Route } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Paths of the fields that the route does not know, like `body.colour`. */
    unknownFields: string[]
  }
}

/** Reads the parts of a route's requests. Each throws 400 naming every field that is wrong. */
export interface InputReader {
  /** Throws 404 for an id that cannot exist. */
  params(value: unknown): unknown
  query(value: unknown, request: FastifyRequest): unknown
  body(value: unknown, request: FastifyRequest): unknown
}

/**
 * Returns the reader of a route's input: other spellings of names become the route's own, then the part passes its schema.
 * Fields that the route does not know are added to `request.unknownFields`.
 */
export function inputReader(route: Route): InputReader {
  // Read from the schemas at the first request, so that a start with hundreds of routes stays quick.
  const readNames: { [P in Part]?: ReadNames } = {}
  const named = (part: Part, value: unknown, { unknownFields }: FastifyRequest) =>
    (readNames[part] ??= namesOf(route, part, route[part]))(value, unknownFields)
  return {
    params: (value) => (route.params ? validateIds(route.params, value) : undefined),
    query(value, request) {
      const query = named('query', given(value), request)
      refuseUnknown(request)
      return route.query ? validate(route.query, query, 'query') : undefined
    },
    body(value, request) {
      // The fields of a form come with its file, see `readUpload`.
      if (route.upload && request.isMultipart()) return undefined
      const body = route.rawBody ? value : named('body', value ?? {}, request)
      refuseUnknown(request)
      return route.body ? validate(route.body, body, 'body') : undefined
    },
  }
}

// A filter that a form leaves empty is not given, like an empty string in a body.
const given = (query: unknown) =>
  Object.fromEntries(Object.entries((query ?? {}) as object).filter(([, value]) => value !== ''))

// A malformed id cannot exist: 404, as for any unknown id.
function validateIds(params: z.ZodType, value: unknown): unknown {
  const result = params.safeParse(value)
  if (!result.success) throw new AppError(404, 'not_found', 'Not found.')
  return result.data
}
