import { z } from 'zod'
import { badRequest } from '../../../platform/errors.ts'
import { requireJsonWithin } from '../../../platform/http/json.ts'

// Node passes the source of a number to revivers (TC39 JSON.parse source text access); its types do not have that yet.
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

const revive: Reviver = (_key, value, { source }) => {
  // Viber's message tokens do not fit in a double.
  if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')) return source
  return typeof value === 'string' ? storable(value) : value
}

/** Makes text valid for the database: removes NUL, and replaces lone surrogates. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed()

/** Parses JSON. Integers that a double cannot represent are returned as strings. Throws `SyntaxError`. */
export const parseExactly = (text: string): unknown =>
  JSON.parse(text, revive as (key: string, value: unknown) => unknown)

/** Parses the body of a webhook request. Throws 400 when it is not JSON, or is too large. */
export function readBody(body: Buffer): unknown {
  requireJsonWithin(body)
  try {
    return parseExactly(body.toString('utf8'))
  } catch {
    throw badRequest('malformed_json', 'The body is not JSON.')
  }
}

/** A list that drops items of other shapes, because platforms add new kinds of events. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((one) => {
        const parsed = item.safeParse(one)
        return parsed.success ? [parsed.data] : []
      }),
    )

const maxText = 10_000
export const messageText = z.string().transform((text) => text.slice(0, maxText))
/** An id of the platform, as a string or an integer. */
export const externalId = z.union([z.string().min(1).max(500), z.int()]).transform(String)
/** Milliseconds since 1970. */
export const epochMs = z.coerce
  .number()
  .min(0)
  .max(8.64e15)
  .transform((ms) => new Date(ms))
export const epochSeconds = z.coerce
  .number()
  .min(0)
  .max(8.64e12)
  .transform((seconds) => new Date(seconds * 1000))
/** A missing or invalid value is undefined. */
export const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined as never)
