import { z } from 'zod'
import { id, timeZone } from '../../../platform/http/fields.ts'
import { Sentiment } from '../calls/schema.ts'

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

export type StatisticsQuery = z.output<typeof StatisticsQuery>
