import { z } from 'zod'
import { id, timeZone } from '../../../platform/http/fields.ts'
import { Sentiment } from '../calls/schema.ts'

export const StatisticsQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).describe('How many days the period has, today included.'),
  client_id: id.optional().describe('Only calls of this client.'),
  tz: timeZone.optional().describe("Where days begin and end; default: the workspace's time zone."),
})

const Sentiments = z.object({
  positive: z.number().int().describe('Calls with a positive mood.'),
  neutral: z.number().int().describe('Calls with a neutral mood.'),
  negative: z.number().int().describe('Calls with a negative mood.'),
})

const Period = z.object({
  from: z.string().describe('First day, inclusive.'),
  to: z.string().describe('Last day, inclusive.'),
  calls: z.number().int().describe('How many calls.'),
  minutes: z.number().describe('Minutes of all calls.'),
  avg_duration_seconds: z.number().describe('Average length of a call in seconds.'),
  success_rate: z.number().describe('Share of successful calls among those that were judged, 0 to 1.'),
  sentiment: Sentiments.describe('Calls by mood.'),
})

export const Statistics = z.object({
  total_calls: z.number().int().describe('Calls ever.'),
  calls_today: z.number().int().describe('Calls since midnight in the time zone asked for.'),
  calls_yesterday: z.number().int().describe('Calls of the day before.'),
  total_minutes: z.number().describe('Minutes of all calls ever.'),
  avg_duration_seconds: z.number().describe('Average length of a call in seconds.'),
  success_rate: z.number().describe('Share of successful calls among those that were judged, 0 to 1.'),
  avg_stt_latency_ms: z.number().describe('Average time of speech recognition, in milliseconds.'),
  avg_llm_latency_ms: z.number().describe('Average time of the language model, in milliseconds.'),
  avg_tts_latency_ms: z.number().describe('Average time of speech synthesis, in milliseconds.'),
  sentiment: Sentiments.describe('Calls by mood.'),
  period: Period.describe('The last `days` days, today included.'),
  previous_period: Period.describe('As many days before them.'),
})

export const Dashboard = Statistics.extend({
  total_clients: z.number().int().describe('Clients that exist.'),
  active_clients: z.number().int().describe('Clients that calls are answered for.'),
}).meta({
  id: 'Dashboard',
})
export const ClientStatistics = Statistics.extend({ client_id: id.describe('The client.') }).meta({
  id: 'ClientStatistics',
})

export const CallsPerDay = z.object({
  data: z
    .array(
      z.object({
        date: z.string().describe('The day, like `2026-11-30`.'),
        calls: z.number().int().describe('How many calls.'),
        minutes: z.number().describe('Minutes of all calls.'),
      }),
    )
    .describe('One row for every day, also those without calls.'),
})

export const SentimentShares = z.object({
  data: z
    .array(
      z.object({
        sentiment: Sentiment.describe('The mood.'),
        count: z.number().int().describe('Calls with it.'),
        share: z.number().describe('Its share of all judged calls, 0 to 1.'),
      }),
    )
    .describe('One row for each mood.'),
})

export const Usage = z
  .object({
    clients: z.number().int().describe('Clients that exist.'),
    max_clients: z.number().int().nullable().describe('How many the plan allows; null: no limit.'),
    minutes_this_month: z.number().describe('Minutes of calls in this calendar month.'),
    max_minutes_per_month: z.number().int().nullable().describe('How many the plan allows; null: no limit.'),
  })
  .meta({ id: 'Usage' })

export type StatisticsQuery = z.output<typeof StatisticsQuery>
