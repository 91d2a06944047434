import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { createDoNotCall, deleteDoNotCall, listDoNotCall } from './do-not-call.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the entry.') })

export const doNotCallRoutes: Record<string, Route> = {
  listDoNotCall: route({
    kind: 'read',
    method: 'GET',
    path: '/api/do-not-call',
    access: 'do-not-call:read',
    summary: 'List the numbers that no campaign calls',
    query: page(),
    response: pageOf(schema.DoNotCallEntry),
    handler: (ctx, { query }) => listDoNotCall(ctx, query),
  }),
  addDoNotCall: route({
    kind: 'write',
    method: 'POST',
    path: '/api/do-not-call',
    access: 'do-not-call:write',
    summary: 'Add a number to the do-not-call list',
    body: schema.NewDoNotCallEntry,
    example: { phone_number: '+15551230009', reason: 'Asked us by e-mail' },
    status: 201,
    response: schema.DoNotCallEntry,
    handler: (ctx, { body }) => createDoNotCall(ctx, body),
  }),
  deleteDoNotCall: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/do-not-call/:id',
    access: 'do-not-call:write',
    summary: 'Remove a number from the do-not-call list',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteDoNotCall(ctx, { id: params.id })
      return succeeded
    },
  }),
  deleteDoNotCallByNumber: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/do-not-call',
    access: 'do-not-call:write',
    summary: 'Remove a number from the do-not-call list, by the number or its id in the query',
    query: z
      .object({
        phone_number: z.string().max(50).optional().describe('The number to take off the list, in any spelling.'),
        id: id.optional().describe("The entry's id, instead of the number."),
      })
      .refine((query) => query.phone_number !== undefined || query.id !== undefined, {
        message: 'phone_number or id is required.',
        path: ['phone_number'],
      }),
    exampleQuery: { phone_number: '+15551230009' },
    response: success,
    async handler(ctx, { query }) {
      await deleteDoNotCall(ctx, query)
      return succeeded
    },
  }),
}
