import { isUtf8 } from 'node:buffer'
import { AppError } from '../errors.ts'

export interface JsonLimits {
  /** Levels of lists and objects. */
  depth: number
  /** Values in all, counted as commas and opening brackets. */
  values: number
}

/** A megabyte of useful JSON has fewer values than this; one of empty lists has ten times as many. */
const bodyLimits: JsonLimits = { depth: 32, values: 50_000 }

/**
 * Parses JSON in UTF-8. Throws 400: not UTF-8, not JSON, beyond the limits (known before anything is parsed), a NUL
 * character, broken Unicode, or a key that attacks prototypes.
 */
export function parseJson(body: Buffer, limits: JsonLimits = bodyLimits): unknown {
  // Otherwise letters would be lost without a word.
  if (!isUtf8(body)) throw new AppError(400, 'malformed_json', 'The body is not JSON: it is not in UTF-8.')
  requireJsonWithin(body, limits)
  const text = body.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AppError(400, 'malformed_json', `The body is not JSON: ${(error as Error).message}.`)
  }
  // Whether a closer look is needed is cheap to see in the text.
  if (text.includes('proto') || text.includes('\\u')) {
    const found = findForbidden(value)
    if (found) throw forbidden(found)
  }
  return value
}

const code = { quote: 0x22, comma: 0x2c, backslash: 0x5c, list: 0x5b, listEnd: 0x5d, object: 0x7b, objectEnd: 0x7d }

/** Measures JSON by one pass over its bytes, so that a body that is too much is never parsed. Throws 400. */
export function requireJsonWithin(body: Buffer, limits: JsonLimits = bodyLimits): void {
  let depth = 0
  let values = 1
  for (let i = 0; i < body.length; i++) {
    switch (body[i]) {
      case code.quote:
        i = endOfText(body, i + 1)
        break
      case code.list:
      case code.object:
        values++
        if (++depth > limits.depth) {
          throw new AppError(400, 'too_deep', `The body is nested deeper than ${limits.depth} levels.`)
        }
        break
      case code.comma:
        values++
        break
      case code.listEnd:
      case code.objectEnd:
        depth--
    }
    if (values > limits.values) {
      throw new AppError(400, 'too_many_values', `The body holds more than ${limits.values} values.`)
    }
  }
}

/** Returns the end of the string whose first byte is at `start`. */
function endOfText(body: Buffer, start: number): number {
  let i = start
  while (i < body.length && body[i] !== code.quote) i += body[i] === code.backslash ? 2 : 1
  return i
}

interface Forbidden {
  what: 'key' | 'text'
  /** Keys from the inside out. */
  path: (string | number)[]
}

/** The first text or key that must not be there. Goes no deeper than the limit that the text was held to. */
function findForbidden(value: unknown): Forbidden | undefined {
  if (typeof value === 'string') return isCleanText(value) ? undefined : { what: 'text', path: [] }
  if (value === null || typeof value !== 'object') return undefined
  const isList = Array.isArray(value)
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key]
    const found = isList ? findForbidden(child) : (forbiddenKey(key, child) ?? findForbidden(child))
    if (!found) continue
    found.path.push(isList ? Number(key) : key)
    return found
  }
  return undefined
}

function forbiddenKey(key: string, child: unknown): Forbidden | undefined {
  if (!isCleanText(key)) return { what: 'text', path: [] }
  const isAttack =
    key === '__proto__' ||
    (key === 'constructor' && child !== null && typeof child === 'object' && Object.hasOwn(child, 'prototype'))
  return isAttack ? { what: 'key', path: [] } : undefined
}

const isCleanText = (text: string) => !text.includes('\0') && text.isWellFormed()

function forbidden({ what, path }: Forbidden): AppError {
  const at = path.reduceRight<string>((at, key) => at + (typeof key === 'number' ? `[${key}]` : `.${key}`), 'body')
  return what === 'key'
    ? new AppError(400, 'forbidden_key', `The key ${path[0]} is not allowed.`, {
        details: [{ path: at, message: 'This key is not allowed.' }],
      })
    : new AppError(400, 'invalid_text', 'Text must not contain NUL characters or broken Unicode.', {
        details: [{ path: at, message: 'Contains a NUL character or broken Unicode.' }],
      })
}
