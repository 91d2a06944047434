import { z } from 'zod'
import { clearable, id, instant, optional, pageNumber, perPage, timeZone } from '../../../platform/http/fields.ts'

/** Read in any case, because a call that happened is always logged. */
const anyCase = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), schema)

export const Sentiment = z.enum(['positive', 'neutral', 'negative'])
const givenSentiment = anyCase(Sentiment)
export const CallStatus = z.enum(['completed', 'missed', 'failed'])
const givenStatus = anyCase(CallStatus)
const currency = z.string().regex(/^[A-Z]{3}$/, 'Must be a three-letter currency code like EUR.')
/** Rounded to what is stored instead of refused, because a call that happened is always logged. */
const revenueValue = z
  .number()
  .min(0)
  .max(1_000_000_000)
  .transform((value) => Math.round(value * 10_000) / 10_000)
const latency = z.number().min(0).max(600_000).transform(Math.round)
const seconds = z.number().min(0).max(604_800)
/** A date such as `2026-11-20`, or a time with a time zone. */
const dateOrTime = z.union(
  [z.iso.date(), instant],
  'Must be a date or time in ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
)

export const Call = z
  .object({
    id: id.describe('Id of the call.'),
    client_id: id.describe('Id of the client that was called.'),
    client_name: z.string().describe('Name of that client.'),
    contact_id: id.nullable().describe("Id of the caller's contact. Null for a withheld or invalid number."),
    caller_phone: z.string().nullable().describe("The caller's number as received."),
    caller_name: z.string().nullable().describe("The caller's name, if known."),
    duration_seconds: z.number().describe('Duration of the call in seconds.'),
    stt_latency_ms: z.number().int().nullable().describe('Average latency of speech recognition in milliseconds.'),
    llm_latency_ms: z.number().int().nullable().describe('Average latency of the language model in milliseconds.'),
    tts_latency_ms: z.number().int().nullable().describe('Average latency of speech synthesis in milliseconds.'),
    transcript: z.string().nullable().describe('Transcript of the call.'),
    sentiment: Sentiment.nullable().describe("The caller's sentiment."),
    success: z
      .boolean()
      .nullable()
      .describe("True when the caller's request was resolved. Null when it was not assessed."),
    status: CallStatus.describe('`completed`, `missed` when it was not answered, or `failed`.'),
    booked: z.boolean().describe('True when the caller booked an appointment.'),
    revenue_value: z
      .number()
      .nullable()
      .describe('What the call is worth, in major units of the currency. Null when it is not known.'),
    currency: z.string().nullable().describe('ISO 4217 code of `revenue_value`. Null without a value.'),
    recording_url: z.string().nullable().describe('URL of the recording.'),
    notes: z.string().nullable().describe("The team's notes."),
    started_at: instant.describe('When the call started.'),
    created_at: instant.describe('When the call was logged.'),
  })
  .meta({ id: 'Call' })

export const NewCall = z
  .object({
    client_id: id.describe('Id of the client that was called.'),
    caller_phone: optional(z.string().trim().max(50)).describe("The caller's number as received."),
    caller_name: optional(z.string().trim().max(255)).describe("The caller's name, if known."),
    duration_seconds: optional(seconds).describe('Duration of the call in seconds.'),
    stt_latency_ms: optional(latency).describe('Average latency of speech recognition in milliseconds.'),
    llm_latency_ms: optional(latency).describe('Average latency of the language model in milliseconds.'),
    tts_latency_ms: optional(latency).describe('Average latency of speech synthesis in milliseconds.'),
    transcript: optional(z.string().max(500_000)).describe('Transcript of the call.'),
    sentiment: optional(givenSentiment).describe("The caller's sentiment, in any case."),
    success: optional(z.boolean()).describe(
      "True when the caller's request was resolved. Null when it was not assessed.",
    ),
    status: optional(givenStatus).describe(
      '`completed`, `missed` when it was not answered, or `failed`. Default: `completed`.',
    ),
    booked: optional(z.boolean()).describe('True when the caller booked an appointment. Default: false.'),
    revenue_value: optional(revenueValue).describe('What the call is worth, in major units of the currency.'),
    currency: optional(currency).describe("ISO 4217 code of `revenue_value`. Default: the workspace's currency."),
    recording_url: optional(z.url({ protocol: /^https?$/ }).max(2000)).describe('URL of the recording.'),
    notes: optional(z.string().max(20_000)).describe("The team's notes."),
    started_at: optional(instant).describe('When the call started. Default: now minus the duration.'),
  })
  .meta({ id: 'NewCall' })

export const CallChanges = z
  .object({
    caller_name: clearable(z.string().trim().max(255)).describe("The caller's name, if known. `null` clears it."),
    duration_seconds: optional(seconds).describe('Duration of the call in seconds.'),
    stt_latency_ms: clearable(latency).describe(
      'Average latency of speech recognition in milliseconds. `null` clears it.',
    ),
    llm_latency_ms: clearable(latency).describe(
      'Average latency of the language model in milliseconds. `null` clears it.',
    ),
    tts_latency_ms: clearable(latency).describe(
      'Average latency of speech synthesis in milliseconds. `null` clears it.',
    ),
    transcript: clearable(z.string().max(500_000)).describe('Transcript of the call. `null` clears it.'),
    sentiment: clearable(givenSentiment).describe("The caller's sentiment, in any case. `null` clears it."),
    success: clearable(z.boolean()).describe(
      "True when the caller's request was resolved. Null when it was not assessed. `null` clears it.",
    ),
    status: optional(givenStatus).describe('`completed`, `missed` when it was not answered, or `failed`.'),
    booked: optional(z.boolean()).describe('True when the caller booked an appointment.'),
    revenue_value: clearable(revenueValue).describe(
      'What the call is worth, in major units of the currency. `null` clears it.',
    ),
    currency: optional(currency).describe('ISO 4217 code of `revenue_value`.'),
    recording_url: clearable(z.url({ protocol: /^https?$/ }).max(2000)).describe(
      'URL of the recording. `null` clears it.',
    ),
    notes: clearable(z.string().max(20_000)).describe("The team's notes. `null` clears it."),
    started_at: optional(instant).describe('When the call started.'),
  })
  .meta({ id: 'CallChanges' })

/** The calls of a list or an export. */
const callFilter = {
  client_id: id.optional().describe('Only calls of this client.'),
  start_date: dateOrTime.optional().describe('First date or time, inclusive, such as `2026-11-01`.'),
  end_date: dateOrTime.optional().describe('Last date or time, inclusive.'),
  sentiment: givenSentiment.optional().describe('Only calls with this sentiment.'),
  tz: timeZone.optional().describe("IANA time zone of the dates. Default: the workspace's time zone."),
}

export const CallExportQuery = z.object(callFilter)

export const CallQuery = z.object({
  ...callFilter,
  page: pageNumber.optional().describe('Page number, from 1. Use it instead of `cursor`.'),
  per_page: perPage.optional().describe('Calls per page, with `page`.'),
  limit: z.coerce.number().int().min(1).max(200).optional().describe('Maximum number of items per page.'),
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe('Position of the page: `next_cursor` of the previous page. Opaque. Omit it for the first page.'),
})

export const CallPage = z.object({
  data: z.array(Call).describe('The calls, newest first.'),
  next_cursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  total: z.number().int().describe('Number of calls on all pages.'),
  page: z.number().int().describe('Page number.'),
  per_page: z.number().int().describe('Calls per page.'),
})

export type Call = z.output<typeof Call>
export type NewCall = z.output<typeof NewCall>
export type CallChanges = z.output<typeof CallChanges>
export type CallExportQuery = z.output<typeof CallExportQuery>
export type CallQuery = z.output<typeof CallQuery>
