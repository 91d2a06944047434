import { z } from 'zod'
import { id, succeeded, success, textFile } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { listCalls } from './call-list.ts'
import { deleteCall, getCall, logCall, updateCall } from './calls.ts'
import { exportCalls } from './export.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the call.') })
/** The names of the receptionist's screens, whose text functions take no null and whose clock takes no fraction. */
const onScreen = {
  phone_number: {
    schema: z.string().describe("The caller's number; empty when it is not known."),
    from: (call: schema.Call) => call.caller_phone ?? '',
  },
  duration: {
    schema: z.number().int().describe('Duration of the call in whole seconds.'),
    from: (call: schema.Call) => Math.round(call.duration_seconds),
  },
}
const accepted = { body: { phone_number: 'caller_phone', duration: 'duration_seconds' } }
const someId = '0199b0a0-0000-7000-8000-000000000001'

export const callRoutes: Record<string, Route> = {
  listCalls: route({
    kind: 'read',
    method: 'GET',
    path: '/api/calls',
    access: 'calls:read',
    summary: 'List calls, newest first, by page number or by cursor',
    query: schema.CallQuery,
    accepts: { query: { page_size: 'per_page' } },
    response: schema.CallPage,
    alsoReturns: [{ at: 'data[]', names: onScreen }, { names: { calls: 'data', page_size: 'per_page' } }],
    handler: (ctx, { query }) => listCalls(ctx, query),
  }),
  logCall: route({
    kind: 'write',
    method: 'POST',
    path: '/api/calls',
    access: 'calls:write',
    summary: 'Log a call that took place; agents use an API key',
    body: schema.NewCall,
    example: {
      client_id: someId,
      caller_phone: '+15551230042',
      caller_name: 'Ana Silva',
      transcript: 'I would like an appointment on Friday.',
      sentiment: 'positive',
      success: true,
      booked: true,
      revenue_value: 80,
      duration_seconds: 45.5,
      stt_latency_ms: 150,
      llm_latency_ms: 300,
      tts_latency_ms: 200,
    },
    accepts: accepted,
    status: 201,
    response: schema.Call,
    alsoReturns: [{ names: onScreen }],
    handler: (ctx, { body }) => logCall(ctx, body),
  }),
  exportCalls: route({
    kind: 'read',
    method: 'GET',
    path: '/api/calls/export',
    access: 'calls:read',
    summary: 'Download calls as CSV, newest first, with the filters of the list',
    query: schema.CallExportQuery,
    response: textFile('text/csv'),
    handler: (ctx, { query }) => exportCalls(ctx, query),
  }),
  getCall: route({
    kind: 'read',
    method: 'GET',
    path: '/api/calls/:id',
    access: 'calls:read',
    summary: 'Get a call',
    params: byId,
    response: schema.Call,
    alsoReturns: [{ names: onScreen }],
    handler: (ctx, { params }) => getCall(ctx, params.id),
  }),
  ...patchAndPut('Call', {
    path: '/api/calls/:id',
    access: 'calls:write',
    summary: 'Update a call; the analytics are updated too',
    params: byId,
    body: schema.CallChanges,
    example: { sentiment: 'positive', notes: 'Called back at noon' },
    accepts: { body: { duration: 'duration_seconds' } },
    response: schema.Call,
    alsoReturns: [{ names: onScreen }],
    handler: (ctx, { params, body }) => updateCall(ctx, params.id, body),
  }),
  deleteCall: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/calls/:id',
    access: 'calls:write',
    summary: 'Delete a call; the analytics are updated too',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteCall(ctx, params.id)
      return succeeded
    },
  }),
}
