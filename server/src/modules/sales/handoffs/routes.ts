import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { id, text } from '../../../platform/http/fields.ts'
import { JsonResponse, type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { createHandoff, createHandoffFromAppointment } from './create.ts'
import { claimHandoff, completeHandoff, releaseHandoff } from './status.ts'
import { getHandoff, listHandoffs, updateHandoff } from './handoffs.ts'
import * as schema from './schema.ts'
import { listOf } from '../schema.ts'

const byId = z.object({ id: id.describe('Id of the handoff.') })
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const handoffRoutes: Record<string, Route> = {
  listHandoffs: route({
    kind: 'read',
    method: 'GET',
    path: '/api/handoffs',
    access: 'handoffs:read',
    summary: 'List handoffs, newest first',
    query: schema.HandoffQuery,
    response: listOf(schema.Handoff),
    handler: async (ctx, { query, request }) => wrapped(await listHandoffs(ctx, query), request.url),
  }),
  createHandoff: route({
    kind: 'write',
    method: 'POST',
    path: '/api/handoffs',
    access: 'handoffs:write',
    summary: 'Create a handoff; omitted fields are computed from the known data of the prospect',
    body: schema.NewHandoff,
    example: {
      prospect_id: someId,
      priority: 'high',
      reason: 'Wants to talk about the price',
      next_steps: ['Call today'],
    },
    status: 201,
    response: schema.Handoff,
    handler: (ctx, { body }) => createHandoff(ctx, body),
  }),
  createHandoffFromAppointment: route({
    kind: 'write',
    method: 'POST',
    path: '/api/handoffs/from-appointment',
    access: 'handoffs:write',
    summary: 'Create a handoff from an appointment; 200 with the existing one if it is pending or claimed',
    body: z.object({ appointmentId: text(200).describe('Id of the appointment.') }),
    example: { appointmentId: someId },
    status: 201,
    response: schema.Handoff,
    async handler(ctx, { body }) {
      const { handoff, isNew } = await createHandoffFromAppointment(ctx, body.appointmentId)
      return isNew ? handoff : new JsonResponse(handoff, { status: 200 })
    },
  }),
  getHandoff: route({
    kind: 'read',
    method: 'GET',
    path: '/api/handoffs/:id',
    access: 'handoffs:read',
    summary: 'Get a handoff',
    params: byId,
    response: schema.Handoff,
    handler: (ctx, { params }) => getHandoff(ctx, params.id),
  }),
  ...patchAndPut('Handoff', {
    path: '/api/handoffs/:id',
    access: 'handoffs:write',
    summary: 'Update a pending or claimed handoff; omitted fields keep their values',
    params: byId,
    body: schema.HandoffChanges,
    example: { priority: 'high', next_steps: ['Call before noon'] },
    response: schema.Handoff,
    errors: [409],
    handler: (ctx, { params, body }) => updateHandoff(ctx, params.id, body),
  }),
  claimHandoff: route({
    kind: 'write',
    method: 'POST',
    path: '/api/handoffs/:id/claim',
    access: 'handoffs:write',
    summary: 'Claim a handoff; only one member can',
    params: byId,
    response: schema.Handoff,
    errors: [409],
    handler: (ctx, { params }) => claimHandoff(ctx, params.id),
  }),
  releaseHandoff: route({
    kind: 'write',
    method: 'POST',
    path: '/api/handoffs/:id/release',
    access: 'handoffs:write',
    summary: 'Release a claimed handoff for other members',
    params: byId,
    response: schema.Handoff,
    errors: [409],
    handler: (ctx, { params }) => releaseHandoff(ctx, params.id),
  }),
  completeHandoff: route({
    kind: 'write',
    method: 'POST',
    path: '/api/handoffs/:id/complete',
    access: 'handoffs:write',
    summary: 'Complete a claimed handoff',
    params: byId,
    body: z.object({ outcome: z.string().max(5000).optional().describe('Outcome of the handoff.') }),
    example: { outcome: 'Viewing agreed for Tuesday' },
    response: schema.Handoff,
    errors: [409],
    handler: (ctx, { params, body }) => completeHandoff(ctx, params.id, body.outcome ?? null),
  }),
}
