import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type RouteTable, route } from '../../../platform/http/route.ts'
import { countCallLog, getCallLogEntry, listCallLog } from './call-log.ts'
import * as schema from './schema.ts'
import type { CallSource } from './source.ts'

/** The log of the calls of all modules. `sources` are those that the modules declare. */
export const callLogRoutes = (sources: readonly CallSource[]): RouteTable => ({
  tag: 'Call log',
  routes: {
    listCallLog: route({
      kind: 'read',
      method: 'GET',
      path: '/api/call-log',
      access: 'call-log:read',
      summary: 'List the calls of all modules, newest first',
      query: schema.CallLogQuery,
      response: schema.CallLogPage,
      handler: (ctx, { query }) => listCallLog(ctx, sources, query),
    }),
    countCallLog: route({
      kind: 'read',
      method: 'GET',
      path: '/api/call-log/counts',
      access: 'call-log:read',
      summary: 'Count the calls of each day and each month',
      query: schema.CallCountQuery,
      response: schema.CallCounts,
      handler: (ctx, { query }) => countCallLog(ctx, sources, query),
    }),
    getCallLogEntry: route({
      kind: 'read',
      method: 'GET',
      path: '/api/call-log/:id',
      access: 'call-log:read',
      summary: 'Get a call of any module with its transcript',
      params: z.object({ id: id.describe('Id of the call.') }),
      response: schema.CallLogEntry,
      handler: (ctx, { params }) => getCallLogEntry(ctx, sources, params.id),
    }),
  },
})
