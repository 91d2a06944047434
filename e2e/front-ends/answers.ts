import assert from 'node:assert/strict'
import type { Answer } from './front-end.ts'

/** Returns the body of a response, which must have this status. */
export async function answered(status: number, call: Promise<Answer>): Promise<Answer['body']> {
  const answer = await call
  assert.equal(answer.status, status, answer.text)
  return answer.body
}

/**
 * Asserts that the call is refused with this status and the common form of an error: a sentence, a stable code and the
 * request's id. With `path`, the error must name this field: `refused(400, …, 'body.email')`. Returns the code.
 */
export async function refused(status: number, call: Promise<Answer>, path?: string): Promise<string> {
  const { status: actual, body, headers, text } = await call
  assert.equal(actual, status, text)
  assertShape(body, { error: /^\S.* .*[.!?]$/s, code: /^[a-z][a-z0-9_]*$/, request_id: /\S/ })
  assert.doesNotMatch(body.error, /expected .* received|undefined|\bNaN\b/, 'The error is not a sentence for people.')
  assert.doesNotMatch(text, /\.ts:\d+|\bat \w+ \(|node_modules|select .* from/i, 'The error shows internals.')
  if (status === 429 || status === 503) assert.match(headers.get('retry-after') ?? '', /^\d+$/)
  if (path !== undefined) {
    const paths = (body.details as { path: string; message: string }[] | undefined)?.map((detail) => detail.path)
    assert.ok(paths?.includes(path), `${path} is not the reason: ${text}`)
  }
  return body.code
}

/** The expected value: equal, a text that matches, a value that a function accepts, or an object with at least these fields. */
export type Shape =
  | string
  | number
  | boolean
  | null
  | undefined
  | RegExp
  | ((value: unknown) => boolean)
  | Shape[]
  | { [field: string]: Shape }

/** Throws with the path of the first mismatch. Lists have exactly the items, objects at least the fields. */
export function assertShape(value: unknown, shape: Shape, path = 'the answer'): void {
  if (typeof shape === 'function') assert.ok(shape(value), `${path} is no ${shape.name}: ${JSON.stringify(value)}`)
  else if (shape instanceof RegExp) assert.match(String(value), shape, path)
  else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is no list: ${JSON.stringify(value)}`)
    assert.equal(value.length, shape.length, `${path} has ${value.length} items: ${JSON.stringify(value)}`)
    for (const [i, item] of shape.entries()) assertShape(value[i], item, `${path}[${i}]`)
  } else if (typeof shape === 'object' && shape !== null) {
    assert.ok(typeof value === 'object' && value !== null, `${path} is no object: ${JSON.stringify(value)}`)
    for (const [field, expected] of Object.entries(shape))
      assertShape((value as Record<string, unknown>)[field], expected, `${path}.${field}`)
  } else assert.equal(value, shape, `${path} is ${JSON.stringify(value)}`)
}

const isText = (value: unknown): value is string => typeof value === 'string'

export const anId = (value: unknown) => isText(value) && /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(value)
/** ISO 8601 with `Z`. */
export const anInstant = (value: unknown) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value)
export const aNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
export const aText = (value: unknown) => isText(value) && value !== ''

/** A valid id that does not exist. */
export const unknownId = '01930000-0000-7000-8000-00000000dead'
