import { z } from 'zod'
import { instant } from '../../platform/http/fields.ts'

export const priorities = ['high', 'medium', 'low'] as const

/** Seed 004's answers: one thing or a list, wrapped. Further pages are in the `Link` header. */
export const dataOf = <T extends z.ZodType>(item: T) => z.object({ data: item.describe('The thing itself.') })
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item).describe('One page of the list; the `Link` header leads to the next one.') })

// A calendar of the years that people live in; the database's own range is wider than a JavaScript date.
export const moment = instant.refine((time) => /^20\d\d-/.test(time), 'Give a time of this century.')

/** In a filter by time: an instant, or a day, which counts whole in UTC. */
export const dayOrInstant = z.union(
  [moment, z.iso.date().refine((day) => day.startsWith('20'))],
  'Give a day or a time of this century in ISO 8601, like 2026-01-31 or 2026-01-31T09:30:00Z.',
)

const isDay = (time: string) => time.length === 10
/** The first instant of a `dayOrInstant`. */
export const startOf = (time: string) => (isDay(time) ? `${time}T00:00:00Z` : time)
/** The first instant after it. */
export const endOf = (time: string) => (isDay(time) ? new Date(Date.parse(time) + 86_400_000).toISOString() : time)

export const words = z.string().max(200)
export const shortText = z.string().trim().max(255)
export const longText = z.string().max(20_000)
export const channel = z.string().trim().max(50)
/** Major units. */
export const money = z.number().min(0).max(999_999_999_999)
const currencies = new Set(Intl.supportedValuesOf('currency'))
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Not an ISO 4217 currency like AED or EUR.')
