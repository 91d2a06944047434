import { z } from 'zod'
import { clearable, id, instant, optional, page, text, timeZone } from '../../platform/http/fields.ts'

const phoneNumber = z.string().trim().min(3).max(50)
export const Sentiment = z.enum(['positive', 'neutral', 'negative'])
const latency = z.number().min(0).max(600_000).transform(Math.round)
const seconds = z.number().min(0).max(604_800)
/** `2026-11-20` or a time with zone. */
const dateOrTime = z.union(
  [z.iso.date(), instant],
  'Give a day or a time in ISO 8601, like 2026-01-31 or 2026-01-31T09:30:00Z.',
)

export const Client = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    /** E.164. Calls to this number are answered for this client. */
    phone_number: z.string().nullable(),
    profession: z.string().nullable(),
    voice_id: z.string().nullable(),
    voice_name: z.string().nullable(),
    system_prompt: z.string().nullable(),
    is_active: z.boolean(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Client' })

export const NewClient = z
  .object({
    name: text(255),
    phone_number: optional(phoneNumber),
    profession: optional(z.string().max(255)),
    voice_id: optional(z.string().max(255)),
    voice_name: optional(z.string().max(255)),
    system_prompt: optional(z.string().max(50_000)),
    is_active: optional(z.boolean()),
  })
  .meta({ id: 'NewClient' })

export const ClientChanges = z
  .object({
    name: optional(text(255)),
    phone_number: clearable(phoneNumber),
    profession: clearable(z.string().max(255)),
    voice_id: clearable(z.string().max(255)),
    voice_name: clearable(z.string().max(255)),
    system_prompt: clearable(z.string().max(50_000)),
    is_active: optional(z.boolean()),
  })
  .meta({ id: 'ClientChanges' })

export const ClientQuery = page().extend({ userId: id.optional(), is_active: z.stringbool().optional() })

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

export const StatisticsQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30),
  client_id: id.optional(),
  /** Where days begin and end; default: the workspace's time zone. */
  tz: timeZone.optional(),
})

const Sentiments = z.object({ positive: z.number().int(), neutral: z.number().int(), negative: z.number().int() })

const Period = z.object({
  /** Dates, both inclusive. */
  from: z.string(),
  to: z.string(),
  calls: z.number().int(),
  minutes: z.number(),
  avg_duration_seconds: z.number(),
  success_rate: z.number(),
  sentiment: Sentiments,
})

export const Statistics = z.object({
  total_calls: z.number().int(),
  calls_today: z.number().int(),
  calls_yesterday: z.number().int(),
  total_minutes: z.number(),
  avg_duration_seconds: z.number(),
  /** 0 to 1, of the calls that were judged. */
  success_rate: z.number(),
  avg_stt_latency_ms: z.number(),
  avg_llm_latency_ms: z.number(),
  avg_tts_latency_ms: z.number(),
  sentiment: Sentiments,
  /** The last `days` days, today included, and as many before them. */
  period: Period,
  previous_period: Period,
})

export const Dashboard = Statistics.extend({ total_clients: z.number().int(), active_clients: z.number().int() }).meta({
  id: 'Dashboard',
})
export const ClientStatistics = Statistics.extend({ client_id: id }).meta({ id: 'ClientStatistics' })

export const CallsPerDay = z.object({
  data: z.array(z.object({ date: z.string(), calls: z.number().int(), minutes: z.number() })),
})

export const SentimentShares = z.object({
  data: z.array(z.object({ sentiment: Sentiment, count: z.number().int(), share: z.number() })),
})

export const Usage = z
  .object({
    clients: z.number().int(),
    max_clients: z.number().int().nullable(),
    minutes_this_month: z.number(),
    max_minutes_per_month: z.number().int().nullable(),
  })
  .meta({ id: 'Usage' })

export const Knowledge = z
  .object({ id, client_id: id, title: z.string(), content: z.string(), created_at: instant })
  .meta({ id: 'Knowledge' })

export const NewKnowledge = z.object({ title: text(255), content: text(1_000_000) }).meta({ id: 'NewKnowledge' })

export const FoundPassage = z
  .object({ knowledge_id: id, title: z.string(), text: z.string(), score: z.number() })
  .meta({ id: 'FoundPassage' })

export type Client = z.output<typeof Client>
export type NewClient = z.output<typeof NewClient>
export type ClientChanges = z.output<typeof ClientChanges>
export type ClientQuery = z.output<typeof ClientQuery>
export type Call = z.output<typeof Call>
export type NewCall = z.output<typeof NewCall>
export type CallChanges = z.output<typeof CallChanges>
export type CallQuery = z.output<typeof CallQuery>
export type StatisticsQuery = z.output<typeof StatisticsQuery>
