import { z } from 'zod'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** `Monday`, `mon`, or the ISO number 1 (0 and 7 are Sunday). */
const weekday = z.preprocess(
  (day) =>
    typeof day === 'number'
      ? weekdays[(day + 6) % 7]
      : typeof day === 'string'
        ? day.trim().toLowerCase().slice(0, 3)
        : day,
  z.enum(weekdays),
)
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write a time like 08:00.')

/** In the contact's time zone. `end` is exclusive. */
export const CallingHours = z
  .object({
    start: timeOfDay.default('08:00').describe('Earliest local time of a call, like `08:00`.'),
    end: timeOfDay.default('21:00').describe('Latest local time a call may start, like `21:00`.'),
    days: z
      .array(weekday)
      .min(1)
      .max(7)
      .default([...weekdays])
      .describe('Days of the week on which calls are made.'),
  })
  .refine(({ start, end }) => start < end, {
    message: 'The end must be later than the start, on the same day.',
    path: ['end'],
  })
  .meta({ id: 'CallingHours' })

export const KeyMap = z
  .partialRecord(
    z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#']),
    z.enum(['transfer', 'repeat', 'opt_out']),
  )
  .meta({ id: 'KeyMap' })

/** Outcomes that may be tried again. Someone who answered is never called again by the same campaign. */
export const retryable = ['busy', 'no_answer', 'failed'] as const

export const Retry = z
  .object({
    max_attempts: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('How many times one contact is called at most, the first call included.'),
    delay_minutes: z
      .number()
      .int()
      .min(1)
      .max(43_200)
      .default(60)
      .describe('Minutes between two calls to the same contact; with `doubling`, between the first two.'),
    backoff: z
      .enum(['fixed', 'doubling'])
      .optional()
      .describe(
        '`fixed`, the default: each wait is `delay_minutes`. `doubling`: each wait is twice the one before, like 2, 4, 8.',
      ),
    max_delay_minutes: z
      .number()
      .int()
      .min(1)
      .max(43_200)
      .optional()
      .describe('The longest wait of `doubling`, in minutes; 1,440 by default.'),
    on: z
      .array(z.enum(retryable))
      .default(['busy', 'no_answer'])
      .describe('After which results the contact is called again.'),
  })
  .refine((retry) => retry.max_delay_minutes === undefined || retry.max_delay_minutes >= retry.delay_minutes, {
    message: 'The longest wait must not be shorter than delay_minutes.',
    path: ['max_delay_minutes'],
  })
  .meta({ id: 'Retry' })

/** The settings that a stored rule may leave out. The statements of the engine have the same defaults. */
export const retryDefaults = { backoff: 'fixed', max_delay_minutes: 1_440 }

export const defaults = {
  calling_hours: CallingHours.parse({}),
  retry: Retry.parse({}),
  max_concurrent_calls: 10,
  calls_per_second: 1,
  ring_timeout_seconds: 30,
  transfer_wait_seconds: 30,
}

/** Returns the default key map. Key 1 transfers only when the campaign has a transfer number. */
export const defaultKeyMap = (hasTransferNumber: boolean): KeyMap => ({
  ...(hasTransferNumber && { '1': 'transfer' }),
  '2': 'repeat',
  '9': 'opt_out',
})

export type CallingHours = z.output<typeof CallingHours>
export type KeyMap = z.output<typeof KeyMap>
export type Retry = z.output<typeof Retry>
