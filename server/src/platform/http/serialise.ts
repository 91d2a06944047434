import fastJson, { type Schema } from 'fast-json-stringify'
import type { z } from 'zod'
import { toJsonSchema } from './json-schema.ts'

/** Writes an answer through its schema: what the schema does not declare does not leave the server. */
export function serialiserOf(schema: z.ZodType): (value: unknown) => string {
  return fastJson(toJsonSchema(schema, 'output') as unknown as Schema, { rounding: 'round' })
}
