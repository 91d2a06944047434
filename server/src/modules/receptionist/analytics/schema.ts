import { z } from 'zod'
import { id, timeZone } from '../../../platform/http/fields.ts'
import { Sentiment } from '../calls/schema.ts'

export const AnalyticsQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).describe('Number of days of the period, including today.'),
  client_id: id.optional().describe('Only calls of this client.'),
  tz: timeZone.optional().describe("IANA time zone of the days. Default: the workspace's time zone."),
})

const Sentiments = z.object({
  positive: z.number().int().describe('Number of calls with positive sentiment.'),
  neutral: z.number().int().describe('Number of calls with neutral sentiment.'),
  negative: z.number().int().describe('Number of calls with negative sentiment.'),
})

const Period = z.object({
  from: z.string().describe('First day, inclusive.'),
  to: z.string().describe('Last day, inclusive.'),
  calls: z.number().int().describe('Number of calls.'),
  minutes: z.number().describe('Total minutes of calls.'),
  avg_duration_seconds: z.number().describe('Average duration of a call in seconds.'),
  success_rate: z.number().describe('Successful calls as a share of the assessed calls, 0 to 1.'),
  sentiment: Sentiments.describe('Number of calls by sentiment.'),
})

export const Analytics = z.object({
  total_calls: z.number().int().describe('Number of all calls.'),
  calls_today: z.number().int().describe('Number of calls since midnight in the time zone of the request.'),
  calls_yesterday: z.number().int().describe('Number of calls yesterday.'),
  total_minutes: z.number().describe('Total minutes of all calls.'),
  total_seconds: z.number().describe('Total seconds of all calls.'),
  avg_duration_seconds: z.number().describe('Average duration of a call in seconds.'),
  success_rate: z.number().describe('Successful calls as a share of the assessed calls, 0 to 1.'),
  avg_stt_latency_ms: z.number().describe('Average latency of speech recognition in milliseconds.'),
  avg_llm_latency_ms: z.number().describe('Average latency of the language model in milliseconds.'),
  avg_tts_latency_ms: z.number().describe('Average latency of speech synthesis in milliseconds.'),
  sentiment: Sentiments.describe('Number of calls by sentiment.'),
  period: Period.describe('The last `days` days, including today.'),
  previous_period: Period.describe('The same number of days before the period.'),
})

export const Dashboard = Analytics.extend({
  total_clients: z.number().int().describe('Number of clients.'),
  active_clients: z.number().int().describe('Number of active clients.'),
}).meta({
  id: 'Dashboard',
})
export const ClientStatistics = Analytics.extend({
  client_id: id.describe('Id of the client.'),
  client_name: z.string().describe('Name of the client.'),
}).meta({
  id: 'ClientStatistics',
})

export const CallsPerDay = z.object({
  data: z
    .array(
      z.object({
        date: z.string().describe('The date, such as `2026-11-30`.'),
        calls: z.number().int().describe('Number of calls.'),
        minutes: z.number().describe('Total minutes of calls.'),
      }),
    )
    .describe('One item for each day, including days without calls.'),
})

export const SentimentShares = z.object({
  data: z
    .array(
      z.object({
        sentiment: Sentiment.describe('The sentiment.'),
        count: z.number().int().describe('Number of calls with this sentiment.'),
        share: z.number().describe('Share of all assessed calls, 0 to 1.'),
      }),
    )
    .describe('One item for each sentiment.'),
})

const Revenue = {
  revenue: z.number().describe('Sum of the values of calls, in major units of the currency.'),
  calls: z.number().int().describe('Number of calls with a value in this currency.'),
  booked: z.number().int().describe('Number of those calls in which an appointment was booked.'),
}

export const RevenueQuery = AnalyticsQuery.extend({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Must be a three-letter currency code like EUR.')
    .optional()
    .describe("ISO 4217 code of the calls to sum. Default: the workspace's currency."),
})

export const RevenueReport = z
  .object({
    currency: z.string().describe('ISO 4217 code of the sums.'),
    ...Revenue,
    other_currencies: z
      .array(z.object({ currency: z.string().describe('ISO 4217 code.'), ...Revenue }))
      .describe('The sums of the calls with a value in another currency.'),
    data: z
      .array(z.object({ date: z.string().describe('The date, such as `2026-11-30`.'), ...Revenue }))
      .describe('One item for each day, including days without calls.'),
  })
  .meta({ id: 'RevenueReport' })

export const Usage = z
  .object({
    clients: z.number().int().describe('Number of clients.'),
    max_clients: z.number().int().nullable().describe("The plan's limit. Null: unlimited."),
    minutes_this_month: z.number().describe('Minutes of calls in this calendar month.'),
    max_minutes_per_month: z.number().int().nullable().describe("The plan's limit. Null: unlimited."),
  })
  .meta({ id: 'Usage' })

export type SentimentName = z.output<typeof Sentiment>
export type RevenueQuery = z.output<typeof RevenueQuery>
export type AnalyticsQuery = z.output<typeof AnalyticsQuery>
