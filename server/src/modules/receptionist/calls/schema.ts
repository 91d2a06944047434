import { z } from 'zod'
import { clearable, id, instant, optional, timeZone } from '../../../platform/http/fields.ts'

export const Sentiment = z.enum(['positive', 'neutral', 'negative'])
const latency = z.number().min(0).max(600_000).transform(Math.round)
const seconds = z.number().min(0).max(604_800)
/** `2026-11-20` or a time with zone. */
const dateOrTime = z.union(
  [z.iso.date(), instant],
  'Give a day or a time in ISO 8601, like 2026-01-31 or 2026-01-31T09:30:00Z.',
)

export const Call = z
  .object({
    id: id.describe('Id of the call.'),
    client_id: id.describe("The receptionist's client that was called."),
    contact_id: id.nullable().describe('The caller as a contact; null for a withheld number.'),
    caller_phone: z.string().nullable().describe("The caller's number, as it was shown."),
    caller_name: z.string().nullable().describe("The caller's name, as far as it is known."),
    duration_seconds: z.number().describe('Length of the call in seconds.'),
    stt_latency_ms: z.number().int().nullable().describe('Average time of speech recognition, in milliseconds.'),
    llm_latency_ms: z.number().int().nullable().describe('Average time of the language model, in milliseconds.'),
    tts_latency_ms: z.number().int().nullable().describe('Average time of speech synthesis, in milliseconds.'),
    transcript: z.string().nullable().describe('The words of the call, as text.'),
    sentiment: Sentiment.nullable().describe("The caller's mood."),
    success: z.boolean().nullable().describe('True when the caller got what they wanted; null when no one judged.'),
    recording_url: z.string().nullable().describe('Address of the recording, elsewhere or on this server.'),
    notes: z.string().nullable().describe('Remarks of the team.'),
    started_at: instant.describe('When the call began.'),
    created_at: instant.describe('When the call was created.'),
  })
  .meta({ id: 'Call' })

export const NewCall = z
  .object({
    client_id: id.describe("The receptionist's client that was called."),
    caller_phone: optional(z.string().trim().max(50)).describe("The caller's number, as it was shown."),
    caller_name: optional(z.string().trim().max(255)).describe("The caller's name, as far as it is known."),
    duration_seconds: optional(seconds).describe('Length of the call in seconds.'),
    stt_latency_ms: optional(latency).describe('Average time of speech recognition, in milliseconds.'),
    llm_latency_ms: optional(latency).describe('Average time of the language model, in milliseconds.'),
    tts_latency_ms: optional(latency).describe('Average time of speech synthesis, in milliseconds.'),
    transcript: optional(z.string().max(500_000)).describe('The words of the call, as text.'),
    sentiment: optional(Sentiment).describe("The caller's mood."),
    success: optional(z.boolean()).describe('True when the caller got what they wanted; null when no one judged.'),
    recording_url: optional(z.url({ protocol: /^https?$/ }).max(2000)).describe(
      'Address of the recording, elsewhere or on this server.',
    ),
    notes: optional(z.string().max(20_000)).describe('Remarks of the team.'),
    started_at: optional(instant).describe('When the call began. Default: now, less its duration.'),
  })
  .meta({ id: 'NewCall' })

export const CallChanges = z
  .object({
    caller_name: clearable(z.string().trim().max(255)).describe(
      "The caller's name, as far as it is known. `null` empties it.",
    ),
    duration_seconds: optional(seconds).describe('Length of the call in seconds.'),
    stt_latency_ms: clearable(latency).describe(
      'Average time of speech recognition, in milliseconds. `null` empties it.',
    ),
    llm_latency_ms: clearable(latency).describe(
      'Average time of the language model, in milliseconds. `null` empties it.',
    ),
    tts_latency_ms: clearable(latency).describe(
      'Average time of speech synthesis, in milliseconds. `null` empties it.',
    ),
    transcript: clearable(z.string().max(500_000)).describe('The words of the call, as text. `null` empties it.'),
    sentiment: clearable(Sentiment).describe("The caller's mood. `null` empties it."),
    success: clearable(z.boolean()).describe(
      'True when the caller got what they wanted; null when no one judged. `null` empties it.',
    ),
    recording_url: clearable(z.url({ protocol: /^https?$/ }).max(2000)).describe(
      'Address of the recording, elsewhere or on this server. `null` empties it.',
    ),
    notes: clearable(z.string().max(20_000)).describe('Remarks of the team. `null` empties it.'),
    started_at: optional(instant).describe('When the call began.'),
  })
  .meta({ id: 'CallChanges' })

export const CallQuery = z.object({
  client_id: id.optional().describe('Only calls of this client.'),
  start_date: dateOrTime.optional().describe('First day or time, inclusive, like `2026-11-01`.'),
  end_date: dateOrTime.optional().describe('Last day or time. A day counts to its end.'),
  sentiment: Sentiment.optional().describe('Only calls with this mood.'),
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Number of the page, from 1; use it instead of `cursor`.'),
  per_page: z.coerce.number().int().min(1).max(200).optional().describe('Calls on a page, with `page`.'),
  limit: z.coerce.number().int().min(1).max(200).optional().describe('How many items a page has at most.'),
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe('Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.'),
  tz: timeZone
    .optional()
    .describe("IANA time zone that decides where a day begins and ends. Default: the workspace's."),
})

export const CallPage = z.object({
  data: z.array(Call).describe('The calls, newest first.'),
  next_cursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  total: z.number().int().describe('Calls on all pages.'),
  page: z.number().int().describe('Number of this page.'),
  per_page: z.number().int().describe('Calls on a page.'),
})

export type Call = z.output<typeof Call>
export type NewCall = z.output<typeof NewCall>
export type CallChanges = z.output<typeof CallChanges>
export type CallQuery = z.output<typeof CallQuery>
