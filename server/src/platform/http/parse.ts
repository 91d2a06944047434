import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { describeFault, toFault } from './faults.ts'

const maxDepth = 32

/** Parses a JSON body as it came. Throws 400, also when it is not UTF-8: letters would be lost without a word. */
export function parseJsonBytes(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError(400, 'malformed_json', 'The body is not JSON: it is not in UTF-8.')
  return parseJson(body.toString('utf8'))
}

/** Parses a JSON body. Throws 400: not JSON, nested deeper than 32, a NUL character, or a key that attacks prototypes. */
export function parseJson(body: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new AppError(400, 'malformed_json', `The body is not JSON: ${(error as Error).message}.`)
  }
  // The text tells cheaply whether a closer look is needed.
  if (body.includes('\\u0000') || body.includes('proto') || body.includes('\\u') || deepText(body))
    inspect(value, 'body', 1)
  return value
}

function deepText(body: string): boolean {
  let opened = 0
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i)
    if ((code === 0x5b || code === 0x7b) && ++opened > maxDepth) return true
  }
  return false
}

function inspect(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') return inspectText(value, path)
  if (value === null || typeof value !== 'object') return
  if (depth > maxDepth) throw new AppError(400, 'too_deep', `The body is nested deeper than ${maxDepth} levels.`)
  for (const [key, child] of Object.entries(value)) {
    if (
      key === '__proto__' ||
      (key === 'constructor' && child !== null && typeof child === 'object' && 'prototype' in child)
    ) {
      throw new AppError(400, 'forbidden_key', `The key ${key} is not allowed.`, {
        details: [{ path: `${path}.${key}`, message: 'This key is not allowed.' }],
      })
    }
    inspectText(key, path)
    inspect(child, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth + 1)
  }
}

function inspectText(value: string, path: string): void {
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new AppError(400, 'invalid_text', 'Text must not contain NUL characters or broken Unicode.', {
      details: [{ path, message: 'Contains a NUL character or broken Unicode.' }],
    })
  }
}

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
