import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { describeFault, toFault } from './faults.ts'

/** Results of schemas, by identity: they need not be parsed again. */
const parsedBy = new WeakMap<object, z.ZodType>()

/** Checks one part of a request, or the `data` of a WebSocket frame. Throws 400 naming every field that is wrong. */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: 'params' | 'query' | 'body' | 'data',
): z.output<S> {
  const result = schema.safeParse(value, { error: describeFault })
  if (result.success) {
    if (typeof result.data === 'object' && result.data !== null) parsedBy.set(result.data, schema)
    return result.data
  }
  const details = result.error.issues.slice(0, 20).map((issue) => toFault(issue, part))
  const [first] = details
  const summary = first ? `${first.path}: ${first.message}` : 'The request is not valid.'
  throw new AppError(400, 'invalid_input', summary, { details })
}

/**
 * The input of a service function that code may call without HTTP: an importer, a command, an assistant. Parses it with
 * the schema of its route, and throws the same 400 as the route would. A body that the route has parsed with this schema
 * is returned as it is.
 */
export const parseInput = <S extends z.ZodType>(schema: S, input: z.output<S>): z.output<S> =>
  typeof input === 'object' && input !== null && parsedBy.get(input) === schema
    ? input
    : validate(schema, input, 'body')
