import { z } from 'zod'

export const priorities = ['high', 'medium', 'low'] as const

/** Seed 004's answers: one thing or a list, wrapped. Further pages are in the `Link` header. */
export const dataOf = <T extends z.ZodType>(item: T) => z.object({ data: item })
export const listOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item) })

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
