import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { createCallRate, deleteCallRate, getCallRate, listCallRates, updateCallRate } from './call-rates.ts'
import * as schema from './rate-schema.ts'

const byId = z.object({ id: id.describe('Id of the rate.') })

export const callRateRoutes: Record<string, Route> = {
  listCallRates: route({
    kind: 'read',
    method: 'GET',
    path: '/api/call-rates',
    access: 'telephony:read',
    summary: 'Prices of calls by prefix, newest first',
    query: page(),
    response: pageOf(schema.CallRate),
    handler: (ctx, { query }) => listCallRates(ctx, query),
  }),
  createCallRate: route({
    kind: 'write',
    method: 'POST',
    path: '/api/call-rates',
    access: 'telephony:write',
    summary: 'Add the price of calls to a prefix',
    body: schema.NewCallRate,
    example: { prefix: '351', price_per_minute_micros: 20_000, first_increment_seconds: 60, next_increment_seconds: 1 },
    status: 201,
    response: schema.CallRate,
    handler: (ctx, { body }) => createCallRate(ctx, body),
  }),
  getCallRate: route({
    kind: 'read',
    method: 'GET',
    path: '/api/call-rates/:id',
    access: 'telephony:read',
    summary: 'One rate',
    params: byId,
    response: schema.CallRate,
    handler: (ctx, { params }) => getCallRate(ctx, params.id),
  }),
  ...patchAndPut('CallRate', {
    path: '/api/call-rates/:id',
    access: 'telephony:write',
    summary: 'Change a rate for calls that begin afterwards; what is not sent stays',
    params: byId,
    body: schema.CallRateChanges,
    example: { price_per_minute_micros: 25_000 },
    response: schema.CallRate,
    handler: (ctx, { params, body }) => updateCallRate(ctx, params.id, body),
  }),
  deleteCallRate: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/call-rates/:id',
    access: 'telephony:write',
    summary: 'Delete a rate; calls in progress keep it',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteCallRate(ctx, params.id)
      return succeeded
    },
  }),
}
