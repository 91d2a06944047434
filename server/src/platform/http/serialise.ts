import fastJson, { type Schema } from 'fast-json-stringify'
import type { z } from 'zod'
import { toJsonSchema } from './reference/json-schema.ts'

/**
 * Writes an answer through its schema: what the schema does not declare does not leave the server. Compiled at the first
 * answer, a few milliseconds each, because all of them together would hold up the start.
 */
export function serialiserOf(schema: z.ZodType): (value: unknown) => string {
  let write: ((value: unknown) => string) | undefined
  return (value) => (write ??= compile(schema))(value)
}

const compile = (schema: z.ZodType) =>
  fastJson(toJsonSchema(schema, 'output') as unknown as Schema, { rounding: 'round' })
