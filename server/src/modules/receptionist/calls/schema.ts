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
    id,
    client_id: id,
    contact_id: id.nullable(),
    caller_phone: z.string().nullable(),
    caller_name: z.string().nullable(),
    duration_seconds: z.number(),
    stt_latency_ms: z.number().int().nullable(),
    llm_latency_ms: z.number().int().nullable(),
    tts_latency_ms: z.number().int().nullable(),
    transcript: z.string().nullable(),
    sentiment: Sentiment.nullable(),
    success: z.boolean().nullable(),
    recording_url: z.string().nullable(),
    notes: z.string().nullable(),
    started_at: instant,
    created_at: instant,
  })
  .meta({ id: 'Call' })

export const NewCall = z
  .object({
    client_id: id,
    caller_phone: optional(z.string().trim().max(50)),
    caller_name: optional(z.string().trim().max(255)),
    duration_seconds: optional(seconds),
    stt_latency_ms: optional(latency),
    llm_latency_ms: optional(latency),
    tts_latency_ms: optional(latency),
    transcript: optional(z.string().max(500_000)),
    sentiment: optional(Sentiment),
    success: optional(z.boolean()),
    recording_url: optional(z.url({ protocol: /^https?$/ }).max(2000)),
    notes: optional(z.string().max(20_000)),
    /** When it took place; default: now less its duration. */
    started_at: optional(instant),
  })
  .meta({ id: 'NewCall' })

export const CallChanges = z
  .object({
    caller_name: clearable(z.string().trim().max(255)),
    duration_seconds: optional(seconds),
    stt_latency_ms: clearable(latency),
    llm_latency_ms: clearable(latency),
    tts_latency_ms: clearable(latency),
    transcript: clearable(z.string().max(500_000)),
    sentiment: clearable(Sentiment),
    success: clearable(z.boolean()),
    recording_url: clearable(z.url({ protocol: /^https?$/ }).max(2000)),
    notes: clearable(z.string().max(20_000)),
    started_at: optional(instant),
  })
  .meta({ id: 'CallChanges' })

export const CallQuery = z.object({
  client_id: id.optional(),
  /** Inclusive. */
  start_date: dateOrTime.optional(),
  /** A date includes its whole day. */
  end_date: dateOrTime.optional(),
  sentiment: Sentiment.optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).optional(),
  per_page: z.coerce.number().int().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().max(500).optional(),
  tz: timeZone.optional(),
})

export const CallPage = z.object({
  data: z.array(Call),
  next_cursor: z.string().nullable(),
  total: z.number().int(),
  page: z.number().int(),
  per_page: z.number().int(),
})

export type Call = z.output<typeof Call>
export type NewCall = z.output<typeof NewCall>
export type CallChanges = z.output<typeof CallChanges>
export type CallQuery = z.output<typeof CallQuery>
