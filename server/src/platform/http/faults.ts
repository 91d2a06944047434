import type { z } from 'zod'
import type { FieldFault } from '../errors.ts'

/** Returns the fault of a field, for the person who filled it in. The schema's own message has precedence. */
export function describeFault(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null ? 'This is missing.' : wantedType[issue.expected]
    case 'invalid_value':
      if (issue.input === undefined) return 'This is missing.'
      return `Give ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.map(String).join(', ')}.`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'This must not be empty.'
      return `Give ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}.`
    case 'too_big':
      return `Give ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unitOf(issue.origin, issue.maximum)}.`
    case 'invalid_format':
      return wantedFormat[issue.format]
    case 'unrecognized_keys':
      return `Not known here: ${unknown(issue.keys)}.`
    case 'invalid_union':
      return issue.input === undefined ? 'This is missing.' : wantedFormat.regex
  }
  return undefined
}

const unknown = (keys: string[]) => {
  const named = keys.slice(0, 10).map((key) => key.slice(0, 100))
  return named.join(', ') + (keys.length > named.length ? ` and ${keys.length - named.length} more` : '')
}

const wantedType: Record<string, string> = {
  string: 'Give a text.',
  number: 'Give a number.',
  int: 'Give a whole number.',
  boolean: 'Give true or false.',
  array: 'Give a list.',
  object: 'Give an object.',
  record: 'Give an object.',
}

const wantedFormat: Record<string, string> = {
  uuid: 'This is not an id.',
  email: 'This is not an e-mail address.',
  url: 'This is not an address like https://example.com/page.',
  datetime: 'Give a time in ISO 8601, like 2026-01-31T09:30:00Z.',
  date: 'Give a date like 2026-01-31.',
  time: 'Give a time of day like 09:30.',
  regex: 'This does not have the right form.',
}

function unitOf(origin: string, amount: number | bigint): string {
  const unit = origin === 'string' ? ' character' : origin === 'array' ? ' item' : ''
  return unit && amount !== 1 ? `${unit}s` : unit
}

export function toFault(issue: z.core.$ZodIssue, part: string): FieldFault {
  const path = [part, ...issue.path].reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path ? `${path}.${String(key)}` : String(key)),
    '',
  )
  return { path, message: issue.message }
}
