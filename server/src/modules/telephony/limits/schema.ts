import { getCountries } from 'libphonenumber-js/max'
import { z } from 'zod'
import { optional } from '../../../platform/http/fields.ts'

const countries = new Set<string>(getCountries())

/** ISO 3166-1 alpha-2, in either case. */
const country = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => countries.has(code), 'Write a country as two letters, like US or GB.')

/** `+1 900`, `00 1900` or `1900`. */
export const prefix = z
  .string()
  .trim()
  .transform((text) => text.replace(/[\s().-]/g, '').replace(/^(\+|00)/, ''))
  .pipe(z.string().regex(/^[1-9]\d{0,14}$/, 'Write a prefix like +1900.'))

const minutes = z.number().int().min(0).max(100_000_000)
const micros = z.number().int().min(0).max(9_000_000_000_000_000)

const about = {
  allowed_countries: 'Countries that may be called, as ISO 3166-1 alpha-2 codes; null: all.',
  blocked_prefixes: 'Numbers that begin with one of these (digits after the +) are not called.',
  allow_premium: 'True: premium-rate, shared-cost, personal and satellite numbers are called too.',
  max_minutes_per_day:
    "Minutes of calls in a day (UTC), second legs of transfers included; null: no limit of the workspace's own.",
  max_minutes_per_month: "The same in a month (UTC); null: no limit of the workspace's own.",
  max_spend_per_day_micros:
    "Cost of calls in a day (UTC) by the call rates, in millionths of the workspace's currency; null: no limit. With a limit, numbers without a rate are not called.",
  max_spend_per_month_micros: 'The same in a month (UTC); null: no limit.',
  max_concurrent_calls: "Calls at the same time on one node; null: the workspace's share of the node.",
  min_minutes_between_calls: 'At least so many minutes lie between calls to one person by different campaigns.',
}

const limits = {
  allowed_countries: z.array(country).min(1).max(300).nullable(),
  blocked_prefixes: z.array(prefix).max(1000),
  allow_premium: z.boolean(),
  max_minutes_per_day: minutes.nullable(),
  max_minutes_per_month: minutes.nullable(),
  max_spend_per_day_micros: micros.nullable(),
  max_spend_per_month_micros: micros.nullable(),
  max_concurrent_calls: z.number().int().min(1).max(5000).nullable(),
  min_minutes_between_calls: z.number().int().min(0).max(10_080),
}

export const CallingLimits = z
  .object({
    allowed_countries: z.array(z.string()).nullable().describe(about.allowed_countries),
    blocked_prefixes: z.array(z.string()).describe(about.blocked_prefixes),
    allow_premium: limits.allow_premium.describe(about.allow_premium),
    max_minutes_per_day: limits.max_minutes_per_day.describe(about.max_minutes_per_day),
    max_minutes_per_month: limits.max_minutes_per_month.describe(about.max_minutes_per_month),
    max_spend_per_day_micros: limits.max_spend_per_day_micros.describe(about.max_spend_per_day_micros),
    max_spend_per_month_micros: limits.max_spend_per_month_micros.describe(about.max_spend_per_month_micros),
    max_concurrent_calls: limits.max_concurrent_calls.describe(about.max_concurrent_calls),
    min_minutes_between_calls: limits.min_minutes_between_calls.describe(about.min_minutes_between_calls),
    currency: z.string().describe('Currency of the workspace, in which the amounts are.'),
    installation: z
      .object({
        max_minutes_per_day: z.number().int().nullable().describe('Minutes of calls in a day (UTC); null: no limit.'),
        max_concurrent_calls: z
          .number()
          .int()
          .describe('Calls at the same time on one node while no other workspace calls; fewer while others do.'),
        max_calls_per_second: z.number().describe('Calls begun in a second on one node.'),
      })
      .describe('What the installation sets for every workspace.'),
    used: z
      .object({
        calls_today: z.number().int().describe('Calls that have ended today (UTC).'),
        minutes_today: z.number().int().describe('Their minutes, rounded up.'),
        minutes_this_month: z.number().int().describe('The minutes of this month (UTC), rounded up.'),
        spend_today_micros: z
          .number()
          .int()
          .describe(
            'What the calls that have ended today (UTC) cost, in millionths of the currency; calls without a rate are not in it.',
          ),
        spend_this_month_micros: z.number().int().describe('The same in this month (UTC).'),
      })
      .describe('What is used of the limits so far.'),
  })
  .meta({ id: 'CallingLimits' })

export const CallingLimitsChanges = z
  .object({
    allowed_countries: limits.allowed_countries.optional().describe(about.allowed_countries),
    blocked_prefixes: optional(limits.blocked_prefixes).describe(about.blocked_prefixes),
    allow_premium: optional(limits.allow_premium).describe(about.allow_premium),
    max_minutes_per_day: limits.max_minutes_per_day.optional().describe(about.max_minutes_per_day),
    max_minutes_per_month: limits.max_minutes_per_month.optional().describe(about.max_minutes_per_month),
    max_spend_per_day_micros: limits.max_spend_per_day_micros.optional().describe(about.max_spend_per_day_micros),
    max_spend_per_month_micros: limits.max_spend_per_month_micros.optional().describe(about.max_spend_per_month_micros),
    max_concurrent_calls: limits.max_concurrent_calls.optional().describe(about.max_concurrent_calls),
    min_minutes_between_calls: optional(limits.min_minutes_between_calls).describe(about.min_minutes_between_calls),
  })
  .meta({ id: 'CallingLimitsChanges' })

export type CallingLimits = z.output<typeof CallingLimits>
export type CallingLimitsChanges = z.output<typeof CallingLimitsChanges>
