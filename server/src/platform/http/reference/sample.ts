import type { JsonSchema } from './json-schema.ts'

export type Schemas = Record<string, JsonSchema>

/** Typical values of fields by name, used when the type alone says little. */
const usual: [RegExp, unknown][] = [
  [/^(full_|display_|first_|customer_?|visitor|caller_|assigned_\w+_|claimed_by_|prospect_)?name$/i, 'Ana Lima'],
  [/^last_name$/, 'Lima'],
  [/username$/, 'ana'],
  [/email/i, 'ana@example.com'],
  [/phone|whatsapp|caller_id|^(from|to)_number$/i, '+15550100'],
  [/currency/i, 'USD'],
  [/url$/i, 'https://example.com/picture.png'],
  [/^(next_?cursor|error|deleted_at|revoked_at)$/i, null],
  [/token|secret|ticket|^key$|code/i, 'b1946ac92492d2347c6235b4d2611184'],
  [/country/i, 'US'],
  [/timezone|^tz$/i, 'Europe/Lisbon'],
  [/city|location/i, 'Lisbon'],
  [/language/i, 'en'],
  [/filename/i, 'greeting.wav'],
  [/mime/i, 'audio/wav'],
  [/(amount|price|total|budget_\w+)$/i, 19.99],
  [/bytes$/i, 48_000],
  [/port$/i, 5060],
  [/(seconds|_ms|minutes)$/i, 30],
  [/emoji/i, '👍'],
  [/^q$/, 'hello'],
  [/title|subject/i, 'Spring offer'],
  [/^message$/, 'Done.'],
  [/^is_(admin|affiliate|deleted|anonymous)$/, false],
  [/text|content|message|summary|notes?|description|reason|body/i, 'Asked for the price of two cups.'],
  [/platform|provider/i, 'telegram'],
  [/channel/i, 'whatsapp'],
  [/date|day$/i, '2026-11-21'],
]

export const sampleId = '0199b0a0-0000-7000-8000-000000000002'
const sampleInstant = '2026-11-21T09:30:00.000Z'

/** An example of what a schema describes: it fits the schema, is the same every time, and reads like the real thing. */
export function sampleOf(schema: JsonSchema, schemas: Schemas, name = '', depth = 0): unknown {
  const { $ref, type, properties, items, anyOf, oneOf, allOf, enum: options } = schema as Record<string, never>
  if ($ref) return sampleOf(schemas[String($ref).split('/').at(-1) ?? ''] ?? {}, schemas, name, depth + 1)
  if ('const' in schema) return schema.const
  if ('default' in schema) return schema.default
  if (options) return (options as unknown[])[0]
  const choices = (anyOf ?? oneOf ?? allOf) as JsonSchema[] | undefined
  if (choices) {
    const isNullable = choices.some((choice) => choice.type === 'null')
    const wanted = usual.find(([pattern]) => pattern.test(name))
    if (isNullable && (depth > 5 || wanted?.[1] === null)) return null
    return sampleOf(choices.find((choice) => choice.type !== 'null') ?? {}, schemas, name, depth)
  }
  if (properties) {
    const fields = Object.entries(properties as Schemas)
    return Object.fromEntries(fields.map(([field, of]) => [field, sampleOf(of, schemas, field, depth + 1)]))
  }
  if (items) return depth > 5 ? [] : [sampleOf(items, schemas, name.replace(/ies$/, 'y').replace(/s$/, ''), depth + 1)]
  const [kind] = Array.isArray(type) ? (type as string[]) : [type as string | undefined]
  return scalar(schema, kind, name)
}

function scalar(schema: JsonSchema, kind: string | undefined, name: string): unknown {
  const { format, minimum, maximum, minLength, maxLength, pattern } = schema as Record<string, never>
  const hint = usual.find(([expression]) => expression.test(name))?.[1]
  switch (kind) {
    case 'boolean':
      return hint !== false
    case 'null':
      return null
    case 'object':
      return {}
    case 'array':
      return []
    case 'integer':
    case 'number': {
      const wanted = typeof hint === 'number' ? hint : 1
      const fitting = Math.min(Math.max(wanted, Number(minimum ?? wanted)), Number(maximum ?? wanted))
      return kind === 'integer' ? Math.trunc(fitting) : fitting
    }
    case 'string': {
      if (format === 'uuid') return sampleId
      if (format === 'date-time') return sampleInstant
      if (format === 'date') return '2026-11-21'
      if (format === 'email') return 'ana@example.com'
      if (format === 'uri') return 'https://example.com/picture.png'
      if (/_?id$/i.test(name) && typeof hint !== 'string') return sampleId
      const text = typeof hint === 'string' ? hint : name === '' ? 'text' : name.replaceAll('_', ' ')
      const sized = text.padEnd(Number(minLength ?? 0), '0').slice(0, Number(maxLength ?? 1000))
      return pattern && !new RegExp(String(pattern), 'u').test(sized) ? fitPattern(String(pattern), sized) : sized
    }
    default:
      return name.endsWith('s') ? [] : {}
  }
}

const shapes = [
  '1',
  '+15550100',
  'a',
  'USD',
  '09:00',
  '2026-11-21',
  sampleId,
  'b'.repeat(43),
  '/picture.png',
  'https://example.com/',
]

const fitPattern = (pattern: string, otherwise: string) =>
  shapes.find((shape) => new RegExp(pattern, 'u').test(shape)) ?? otherwise
