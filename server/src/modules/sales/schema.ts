import { z } from 'zod'
import { instant } from '../../platform/http/fields.ts'

export const priorities = ['high', 'medium', 'low'] as const

/** The response bodies of the sales front-end: an object or a list in `data`. The `Link` header has the next page. */
export const dataOf = <T extends z.ZodType>(item: T) => z.object({ data: item.describe('The object.') })
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item).describe('One page of the list. The `Link` header has the URL of the next page.') })

// Limits times to 2000 to 2099, because PostgreSQL's range is wider than that of a JavaScript date.
export const moment = instant.refine((time) => /^20\d\d-/.test(time), 'Must be a time between 2000 and 2099.')

/** A filter by time: an instant, or a whole day in UTC. */
export const dayOrInstant = z.union(
  [moment, z.iso.date().refine((day) => day.startsWith('20'))],
  'Must be a date or time between 2000 and 2099 in ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
)

const isDay = (time: string) => time.length === 10
/** Returns the first instant of a `dayOrInstant`. */
export const startOf = (time: string) => (isDay(time) ? `${time}T00:00:00Z` : time)
/** Returns the first instant after a `dayOrInstant`. */
export const endOf = (time: string) => (isDay(time) ? new Date(Date.parse(time) + 86_400_000).toISOString() : time)

export const words = z.string().max(200)
export const shortText = z.string().trim().max(255)
export const longText = z.string().max(20_000)
export const channel = z.string().trim().max(50)
/** An amount in major units. */
export const money = z.number().min(0).max(999_999_999_999)
const currencies = new Set(Intl.supportedValuesOf('currency'))
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Must be an ISO 4217 currency code, such as AED or EUR.')
