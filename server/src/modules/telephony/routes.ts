import { z } from 'zod'
import { bareList, readCursor } from '../../platform/http/page.ts'
import { id, succeeded, success } from '../../platform/http/fields.ts'
import { type RouteTable, patchAndPut, route } from '../../platform/http/route.ts'
import { callRateRoutes } from './limits/rate-routes.ts'
import { callingLimitRoutes } from './limits/routes.ts'
import * as schema from './schema.ts'
import {
  createSipProvider,
  deleteSipProvider,
  getSipProvider,
  listSipProviders,
  testSipProvider,
  updateSipProvider,
} from './sip-providers.ts'
import {
  createTransferNumber,
  deleteTransferNumber,
  getTransferNumber,
  listTransferNumbers,
  updateTransferNumber,
} from './transfer-numbers.ts'

const byId = z.object({ id: id.describe('Id of the SIP provider or transfer number.') })
const ofMember = z.object({
  userId: id
    .optional()
    .describe("Only those of this member. Members without an administrator's role may only ask for their own."),
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe('Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.'),
})

/** Names of the calling front-end. */
const providerNames = { dateAdded: 'created_at', isActive: 'active' }
const acceptedProviderNames = { body: { isActive: 'active' } }
const ignoredOfProvider = { body: ['id', 'user_id', 'dateAdded'] }
const numberNames = { number: 'phone_number', dateAdded: 'created_at' }
const acceptedNumberNames = { body: { number: 'phone_number' } }
const ignoredOfNumber = { body: ['id', 'user_id', 'call_count', 'dateAdded'] }
/** The workspace of the caller says whose a record is. */
const ignoredOwner = { query: ['userId'] }

export const telephonyRoutes: RouteTable = {
  tag: 'Telephony',
  routes: {
    listSipProviders: route({
      kind: 'read',
      method: 'GET',
      path: '/api/sip-providers',
      access: 'telephony:read',
      summary: 'List SIP providers with their live state, newest first',
      query: ofMember,
      response: z.array(schema.SipProvider),
      alsoReturns: [{ at: '[]', names: providerNames }],
      handler: async (ctx, { query, request }) =>
        bareList(await listSipProviders(ctx, query.userId, readCursor(query.cursor)), request.url),
    }),
    createSipProvider: route({
      kind: 'write',
      method: 'POST',
      path: '/api/sip-providers',
      access: 'telephony:write',
      summary: 'Add a SIP provider',
      body: schema.NewSipProvider,
      accepts: acceptedProviderNames,
      ignores: ignoredOfProvider,
      alsoReturns: [{ names: providerNames }],
      example: {
        name: 'Main line',
        host: 'sip.example.com',
        port: 5060,
        username: '15550100',
        password: 'a long password',
        active: true,
        transport: 'udp',
        register: true,
        caller_ids: ['+15550100100'],
        max_concurrent_calls: 10,
        calls_per_second: 1,
        transfer_mode: 'bridge',
      },
      status: 201,
      response: schema.SipProvider,
      handler: (ctx, { body }) => createSipProvider(ctx, body),
    }),
    getSipProvider: route({
      kind: 'read',
      method: 'GET',
      path: '/api/sip-providers/:id',
      access: 'telephony:read',
      summary: 'Get a SIP provider with its live state',
      params: byId,
      response: schema.SipProvider,
      alsoReturns: [{ names: providerNames }],
      handler: (ctx, { params }) => getSipProvider(ctx, params.id),
    }),
    ...patchAndPut('SipProvider', {
      path: '/api/sip-providers/:id',
      access: 'telephony:write',
      summary: 'Update a SIP provider; omitted fields keep their values',
      params: byId,
      body: schema.SipProviderChanges,
      accepts: acceptedProviderNames,
      ignores: ignoredOfProvider,
      alsoReturns: [{ names: providerNames }],
      example: { calls_per_second: 5 },
      response: schema.SipProvider,
      handler: (ctx, { params, body }) => updateSipProvider(ctx, params.id, body),
    }),
    switchSipProvider: route({
      kind: 'write',
      method: 'PATCH',
      path: '/api/sip-providers/:id/status',
      access: 'telephony:write',
      summary: 'Enable or disable a SIP provider',
      params: byId,
      body: schema.SipProviderSwitch,
      accepts: acceptedProviderNames,
      ignores: { body: ['user_id'] },
      example: { active: true },
      response: success,
      async handler(ctx, { params, body }) {
        await updateSipProvider(ctx, params.id, { active: body.active })
        return succeeded
      },
    }),
    testSipProvider: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/sip-providers/:id/test',
      access: 'telephony:write',
      summary: 'Test a SIP provider and return what happened',
      params: byId,
      response: schema.SipProviderTest,
      errors: [503],
      handler: (ctx, { params }) => testSipProvider(ctx, params.id),
    }),
    deleteSipProvider: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/sip-providers/:id',
      access: 'telephony:write',
      summary: 'Delete a SIP provider',
      params: byId,
      ignores: ignoredOwner,
      response: success,
      async handler(ctx, { params }) {
        await deleteSipProvider(ctx, params.id)
        return succeeded
      },
    }),

    listTransferNumbers: route({
      kind: 'read',
      method: 'GET',
      path: '/api/transfer-numbers',
      access: 'telephony:read',
      summary: 'List transfer numbers, newest first',
      query: ofMember,
      response: z.array(schema.TransferNumber),
      alsoReturns: [{ at: '[]', names: numberNames }],
      handler: async (ctx, { query, request }) =>
        bareList(await listTransferNumbers(ctx, query.userId, readCursor(query.cursor)), request.url),
    }),
    createTransferNumber: route({
      kind: 'write',
      method: 'POST',
      path: '/api/transfer-numbers',
      access: 'telephony:write',
      summary: 'Add a transfer number',
      body: schema.NewTransferNumber,
      accepts: acceptedNumberNames,
      ignores: ignoredOfNumber,
      alsoReturns: [{ names: numberNames }],
      example: { name: 'Sales desk', phone_number: '+15550100200', description: 'Weekdays, nine to five' },
      status: 201,
      response: schema.TransferNumber,
      handler: (ctx, { body }) => createTransferNumber(ctx, body),
    }),
    getTransferNumber: route({
      kind: 'read',
      method: 'GET',
      path: '/api/transfer-numbers/:id',
      access: 'telephony:read',
      summary: 'Get a transfer number',
      params: byId,
      response: schema.TransferNumber,
      alsoReturns: [{ names: numberNames }],
      handler: (ctx, { params }) => getTransferNumber(ctx, params.id),
    }),
    ...patchAndPut('TransferNumber', {
      path: '/api/transfer-numbers/:id',
      access: 'telephony:write',
      summary: 'Update a transfer number; omitted fields keep their values',
      params: byId,
      body: schema.TransferNumberChanges,
      accepts: acceptedNumberNames,
      ignores: ignoredOfNumber,
      alsoReturns: [{ names: numberNames }],
      example: { description: 'Weekdays until six' },
      response: schema.TransferNumber,
      handler: (ctx, { params, body }) => updateTransferNumber(ctx, params.id, body),
    }),
    deleteTransferNumber: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/transfer-numbers/:id',
      access: 'telephony:write',
      summary: 'Delete a transfer number',
      params: byId,
      ignores: ignoredOwner,
      response: success,
      async handler(ctx, { params }) {
        await deleteTransferNumber(ctx, params.id)
        return succeeded
      },
    }),

    ...callingLimitRoutes,
    ...callRateRoutes,
  },
}
