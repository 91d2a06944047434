import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { describeFault, toFault } from './faults.ts'

/** Checks one part of a request, or the `data` of a WebSocket frame. Throws 400 naming every field that is wrong. */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: 'params' | 'query' | 'body' | 'data',
): z.output<S> {
  const result = schema.safeParse(value, { error: describeFault })
  if (result.success) return result.data
  const details = result.error.issues.slice(0, 20).map((issue) => toFault(issue, part))
  const [first] = details
  const summary = first ? `${first.path}: ${first.message}` : 'The request is not valid.'
  throw new AppError(400, 'invalid_input', summary, { details })
}
