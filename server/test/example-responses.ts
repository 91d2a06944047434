import { fileURLToPath } from 'node:url'
import type { Route } from '../src/platform/http/route.ts'

/** The file of the recorded responses, by operation. */
export const recordedPath = fileURLToPath(
  new URL('../src/platform/http/reference/example-answers.json', import.meta.url),
)

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const recordedAt = Date.parse('2026-11-21T09:30:00.000Z')
const [hour, day] = [3_600_000, 86_400_000]
const longest = 300

/** Replacements for texts of the fixture that no example has. */
const words: Record<string, string> = {
  name: 'Ana Silva',
  full_name: 'Ana Silva',
  first_name: 'Ana',
  last_name: 'Silva',
  company_name: 'Silva Lda',
  username: 'ana.silva',
  title: 'Spring offer',
  question: 'Where shall we meet?',
  text: 'Is the blue mug in stock?',
  content: 'Lunch on Friday?',
  filename: 'greeting.wav',
  caller_name: 'Rui Costa',
  system_prompt: 'You answer the telephone of a dental practice.',
  profession: 'Dentist',
  summary: 'Wants a flat with two bedrooms in Lisbon by spring.',
  city: 'Lisbon',
  category: 'Mugs',
  location: 'Office in Rua Augusta',
  reason: 'Asked for it by letter',
  tags: 'vip',
  platform: 'hubspot',
  note: 'Wants a garden',
  notes: 'Prefers to be called in the afternoon',
  status: 'On holiday until Monday',
  description: 'Bright, quiet, near the river',
  features: 'garden',
  assignment_reason: 'Routing rule "Lisbon"',
  transcript: 'Caller: Are you open on Saturday? Assistant: Yes, from nine to one.',
  detected_needs: 'Two bedrooms',
  suggested_properties: 'Flat at the river',
  reasons: 'It is in the city where they look',
  next_steps: 'Call back and offer a second visit',
}

interface Recording {
  /** The text that stands everywhere in the fixture that was asked. */
  marker: string
  /** The operation that answered, and all others, whose examples say what such things are called. */
  route: Route
  routes: readonly Route[]
  now: number
}

/**
 * A real answer as the reference shows it: one item of each list, and the same ids, times and names whenever it is
 * recorded. Ids are numbered as they appear, a time keeps its distance from the present to the hour, and the fixture's
 * marker becomes what the examples of requests say there.
 */
export function asExample(answer: unknown, { marker, route, routes, now }: Recording): unknown {
  const ids = new Map<string, string>()
  const idOf = (id: string) => {
    const known = ids.get(id) ?? `0199b0a0-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`
    ids.set(id, known)
    return known
  }
  const timeOf = (at: number) => recordedAt + Math.round((at - now) / hour) * hour
  const dayOf = (at: number) => recordedAt + Math.floor(at / day) * day - Math.floor(now / day) * day
  const neighbours = routes
    .filter(({ example }) => example !== undefined)
    .map(({ path, example }) => ({ example, shared: sharedSegments(path, route.path) }))
    .filter(({ shared }) => shared >= 2)
    .toSorted((a, b) => b.shared - a.shared)
  const nameOf = (field: string, was: string): string => {
    if (was.includes('@')) return 'ana@example.com'
    const [, suffix = ''] = /\.(\w{2,4})$/.exec(was) ?? []
    if (suffix) return suffix === 'csv' ? 'people.csv' : `greeting.${suffix}`
    for (const { example } of neighbours) {
      const value = fieldIn(example, field)
      if (typeof value === 'string') return value
    }
    return (
      words[field] ??
      words[field.replace(/^.*(?=name$|text$)/i, '').toLowerCase()] ??
      'Prefers to be called in the afternoon'
    )
  }

  const text = (of: string, field: string): string => {
    if (of.includes(marker) && !of.includes('/')) return nameOf(field, of)
    if (instant.test(of)) return new Date(timeOf(Date.parse(of))).toISOString()
    if (/^\d{4}-\d\d-\d\d$/.test(of)) return new Date(dayOf(Date.parse(of))).toISOString().slice(0, 10)
    const plain = of
      .replaceAll(marker, 'greeting')
      .replaceAll(uuid, idOf)
      .replaceAll(/(http|ws):\/\/127\.0\.0\.1:\d+/g, '$1://127.0.0.1:3001')
      .replaceAll(/(eyJ[\w-]{8}|sb_live_\w{4}|sbv_\w{4})[\w.-]*/g, '$1…')
      .replaceAll(/(token|ticket|signature)([=/])[\w.-]{16,}/g, '$1$2…')
    const isForMachines = /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[\w.+=-]{22,}$/.test(plain)
    if (isForMachines) return `${plain.slice(0, 8)}…`
    return plain.length > longest ? `${plain.slice(0, longest)}…` : plain
  }

  const walk = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') return text(value, field)
    if (typeof value === 'number') {
      if (value > 1.6e9 && value < 2e9) return timeOf(value * 1000) / 1000
      if (value > 1.6e12 && value < 2e12) return timeOf(value)
      return value
    }
    if (Array.isArray(value)) {
      const isOfObjects = value.some((item) => typeof item === 'object')
      return value.slice(0, isOfObjects ? 1 : 5).map((item) => walk(item, field))
    }
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key.replaceAll(uuid, idOf), walk(of, key)]))
  }
  return walk(answer, '')
}

const sharedSegments = (a: string, b: string): number => {
  const [left, right] = [a.split('/').filter(Boolean), b.split('/').filter(Boolean)]
  const end = left.findIndex((segment, i) => segment !== right[i])
  return end < 0 ? left.length : end
}

/** The first value of a field of this name, at any depth. */
function fieldIn(value: unknown, field: string): unknown {
  if (value === null || typeof value !== 'object') return undefined
  if (!Array.isArray(value) && field in value) return (value as Record<string, unknown>)[field]
  for (const child of Object.values(value)) {
    const found = fieldIn(child, field)
    if (found !== undefined) return found
  }
  return undefined
}
