import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { createContact, updateContact } from '../src/modules/contacts/contacts.ts'
import { logCall, updateCall } from '../src/modules/receptionist/calls/calls.ts'
import { bookAppointment, changeAppointment } from '../src/modules/sales/appointments/appointments.ts'
import { updateHandoff } from '../src/modules/sales/handoffs/handoffs.ts'
import { createHandoff } from '../src/modules/sales/handoffs/create.ts'
import { createOrder } from '../src/modules/shop/orders/orders.ts'
import type { Ctx } from '../src/platform/context.ts'
import { transaction } from '../src/platform/context.ts'
import { AppError } from '../src/platform/errors.ts'
import { parseInput, validate } from '../src/platform/http/parse.ts'
import { serverContext } from '../src/platform/services.ts'
import { sharedTestServer } from './server.ts'

// Service functions that code calls without HTTP refuse the same input with the same error as their routes.

const server = await sharedTestServer()
const owner = await server.signUp()
const id = '0199ffff-ffff-7fff-bfff-ffffffffffff'
const { body: shop } = await owner.post('/api/shops', { name: 'Mugs' })

type Run = (ctx: Ctx, input: never) => Promise<unknown>
const cases: [name: string, method: 'POST' | 'PATCH', path: string, run: Run, input: object][] = [
  ['createContact', 'POST', '/api/contacts', createContact, { email: 'nonsense', tags: [''] }],
  [
    'updateContact',
    'PATCH',
    `/api/contacts/${id}`,
    (ctx, input) => updateContact(ctx, id, input),
    { email: 'nonsense' },
  ],
  ['logCall', 'POST', '/api/calls', logCall, { client_id: 'x', duration_seconds: -1 }],
  ['updateCall', 'PATCH', `/api/calls/${id}`, (ctx, input) => updateCall(ctx, id, input), { recording_url: 'ftp://x' }],
  ['bookAppointment', 'POST', '/api/appointments', bookAppointment, { prospect_id: id, scheduled_date: 'tomorrow' }],
  [
    'changeAppointment',
    'PATCH',
    `/api/appointments/${id}`,
    (ctx, input) => changeAppointment(ctx, id, input),
    { duration_minutes: 1 },
  ],
  ['createHandoff', 'POST', '/api/handoffs', createHandoff, { prospect_id: id, priority: 'highest' }],
  [
    'updateHandoff',
    'PATCH',
    `/api/handoffs/${id}`,
    (ctx, input) => updateHandoff(ctx, id, input),
    { assigned_to: 'x' },
  ],
  ['createOrder', 'POST', `/api/shops/${shop.id}/orders`, createOrder, { customerName: 'Ana', items: [] }],
]

for (const [name, method, path, run, input] of cases) {
  test(`${name} refuses bad input as its route does`, async () => {
    const { status, body } = await owner.request(method, path, input)
    assert.equal(status, 400, JSON.stringify(body))
    const ctx = serverContext(server.app.services, { workspaceId: owner.workspaceId, userId: owner.userId })
    await assert.rejects(
      transaction(ctx, (ctx) => run(ctx, input as never)),
      (error) => {
        assert.ok(error instanceof AppError, String(error))
        const { status, code, message, details } = error
        assert.deepEqual(
          { status, code, error: message, details },
          { status: 400, code: body.code, error: body.error, details: body.details },
        )
        return true
      },
    )
  })
}

test('a body that the route has parsed is not parsed again', () => {
  let parsed = 0
  const schema = z.object({ name: z.string().transform((name) => (parsed++, name.trim())) })
  const body = validate(schema, { name: ' Ana ' }, 'body')
  assert.equal(parseInput(schema, body), body)
  assert.equal(parsed, 1)
  assert.deepEqual(parseInput(schema, { ...body }), { name: 'Ana' })
  assert.equal(parsed, 2)
})
