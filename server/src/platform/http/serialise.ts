import { createRequire } from 'node:module'
import type { Schema, default as build } from 'fast-json-stringify'
import { z } from 'zod'
import { toJsonSchema } from './reference/json-schema.ts'

const require = createRequire(import.meta.url)

/**
 * Writes a response through its schema: what the schema does not declare does not leave the server. Compiled at the first
 * response, a few milliseconds each, because all of them together would hold up the start.
 */
export function serialiserOf(schema: z.ZodType): (value: unknown) => string {
  // Nothing declared, nothing to leave out. So `/readyz` is answered before there is a compiler.
  if (schema instanceof z.ZodAny) return JSON.stringify
  let write: ((value: unknown) => string) | undefined
  return (value) => (write ??= compile(schema))(value)
}

function compile(schema: z.ZodType): (value: unknown) => string {
  // Loaded at the first response too: with it come 84 files that check JSON schemas.
  const fastJson = require('fast-json-stringify') as typeof build
  return fastJson(toJsonSchema(schema, 'output') as unknown as Schema, { rounding: 'round' })
}
