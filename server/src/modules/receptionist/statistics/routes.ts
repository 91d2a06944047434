import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { callsPerDay, clientStatistics, dashboard, sentimentShares, usage } from './statistics.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the client.') })

export const statisticsRoutes: Record<string, Route> = {
  getDashboard: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/dashboard',
    access: 'analytics:read',
    summary: "Get the receptionist's statistics: clients, calls, minutes, success, latencies, sentiment",
    query: schema.StatisticsQuery,
    response: schema.Dashboard,
    handler: (ctx, { query }) => dashboard(ctx, query),
  }),
  getCallsPerDay: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/calls-per-day',
    access: 'analytics:read',
    summary: 'Get calls and minutes of each day, also of days without calls',
    query: schema.StatisticsQuery,
    response: schema.CallsPerDay,
    handler: (ctx, { query }) => callsPerDay(ctx, query),
  }),
  getSentiment: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/sentiment',
    access: 'analytics:read',
    summary: 'Get the sentiment of callers',
    query: schema.StatisticsQuery,
    response: schema.SentimentShares,
    handler: (ctx, { query }) => sentimentShares(ctx, query),
  }),
  getClientStatistics: route({
    kind: 'read',
    method: 'GET',
    path: '/api/analytics/client/:id/stats',
    access: 'analytics:read',
    summary: "Get the dashboard's statistics for one client",
    params: byId,
    query: schema.StatisticsQuery,
    response: schema.ClientStatistics,
    handler: (ctx, { params, query }) => clientStatistics(ctx, params.id, query),
  }),
  getUsage: route({
    kind: 'read',
    method: 'GET',
    path: '/api/usage',
    access: 'billing:read',
    summary: 'Get what the workspace uses of its plan',
    response: schema.Usage,
    handler: (ctx) => usage(ctx),
  }),
}
