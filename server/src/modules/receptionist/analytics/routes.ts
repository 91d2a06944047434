import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { callsPerDay, clientAnalytics, dashboard, sentimentShares, usage } from './analytics.ts'
import { revenueReport } from './revenue.ts'
import { Sentiment } from '../calls/schema.ts'
import * as schema from './schema.ts'

type Sentiments = Record<schema.SentimentName, number>

/** The sentiment of most calls. Between equals the one in the middle, then the better one. */
const mostCommon = (of: Sentiments): schema.SentimentName =>
  (['neutral', 'positive', 'negative'] as const).reduce((best, one) => (of[one] > of[best] ? one : best))

const asTotals = {
  total_duration: 'total_seconds',
  avg_sentiment: {
    schema: Sentiment.describe('The sentiment of most calls; `neutral` without any.'),
    from: ({ sentiment }: { sentiment: Sentiments }) => mostCommon(sentiment),
  },
}

const countOf = (sentiment: schema.SentimentName) => ({
  schema: z.number().int().describe(`Number of calls with ${sentiment} sentiment.`),
  from: ({ data }: z.output<typeof schema.SentimentShares>) =>
    data.find((one) => one.sentiment === sentiment)?.count ?? 0,
})
const asCounts = { POSITIVE: countOf('positive'), NEUTRAL: countOf('neutral'), NEGATIVE: countOf('negative') }

const byId = z.object({ id: id.describe('Id of the client.') })

export const analyticsRoutes: Record<string, Route> = {
  getDashboard: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/dashboard',
    access: 'analytics:read',
    summary: 'Get the dashboard: clients, calls, minutes, success rate, latencies, sentiment',
    query: schema.AnalyticsQuery,
    response: schema.Dashboard,
    alsoReturns: [{ names: asTotals }],
    handler: (ctx, { query }) => dashboard(ctx, query),
  }),
  getCallsPerDay: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/calls-per-day',
    access: 'analytics:read',
    summary: 'Get calls and minutes per day, including days without calls',
    query: schema.AnalyticsQuery,
    response: schema.CallsPerDay,
    handler: (ctx, { query }) => callsPerDay(ctx, query),
  }),
  getSentiment: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/sentiment',
    access: 'analytics:read',
    summary: "Get the distribution of the callers' sentiment",
    query: schema.AnalyticsQuery,
    response: schema.SentimentShares,
    alsoReturns: [{ names: asCounts }],
    handler: (ctx, { query }) => sentimentShares(ctx, query),
  }),
  getClientStatistics: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/client/:id/stats',
    access: 'analytics:read',
    summary: 'Get the analytics of one client',
    params: byId,
    query: schema.AnalyticsQuery,
    response: schema.ClientStatistics,
    alsoReturns: [{ names: asTotals }],
    handler: (ctx, { params, query }) => clientAnalytics(ctx, params.id, query),
  }),
  getRevenue: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/revenue',
    access: 'analytics:read',
    summary: 'Get the value of calls per day, including days without calls',
    query: schema.RevenueQuery,
    response: schema.RevenueReport,
    handler: (ctx, { query }) => revenueReport(ctx, query),
  }),
  getUsage: route({
    kind: 'read',
    method: 'GET',
    path: '/api/usage',
    access: 'billing:read',
    summary: "Get the workspace's usage of its plan",
    response: schema.Usage,
    handler: (ctx) => usage(ctx),
  }),
}
