import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { id } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { listAppointments } from './appointment-list.ts'
import { bookAppointment, changeAppointment, getAppointment, listChanges } from './appointments.ts'
import * as schema from './schema.ts'
import { dataOf, listOf } from '../schema.ts'

const byId = z.object({ id: id.describe('Id of the appointment.') })
const DataResponse = dataOf(schema.Appointment)
const someId = '0199aaaa-0000-7000-8000-000000000001'

export const appointmentRoutes: Record<string, Route> = {
  listAppointments: route({
    kind: 'read',
    method: 'GET',
    path: '/api/appointments',
    access: 'appointments:read',
    summary: 'List appointments, newest booking first; with `from` or `to`, in the order of their start times',
    query: schema.AppointmentQuery,
    response: listOf(schema.Appointment),
    handler: async (ctx, { query, request }) => wrapped(await listAppointments(ctx, query), request.url),
  }),
  createAppointment: route({
    kind: 'write',
    method: 'POST',
    path: '/api/appointments',
    access: 'appointments:write',
    summary: 'Book an appointment; a representative or prospect cannot have two at the same time',
    body: schema.NewAppointment,
    example: {
      prospect_id: someId,
      property_id: someId,
      scheduled_date: '2040-12-01T10:00:00Z',
      duration_minutes: 60,
      location: 'Palm Residence, gate 2',
      notes: 'Comes with her husband',
      source_channel: 'phone',
    },
    status: 201,
    response: DataResponse,
    errors: [409],
    // The names are those of the prospect and of the member, and are returned as such.
    ignores: { body: ['prospect_name', 'prospectName', 'assigned_rep_name', 'assignedRepName'] },
    handler: async (ctx, { body }) => ({ data: await bookAppointment(ctx, body) }),
  }),
  getAppointment: route({
    kind: 'read',
    method: 'GET',
    path: '/api/appointments/:id',
    access: 'appointments:read',
    summary: 'Get an appointment',
    params: byId,
    response: DataResponse,
    handler: async (ctx, { params }) => ({ data: await getAppointment(ctx, params.id) }),
  }),
  ...patchAndPut('Appointment', {
    path: '/api/appointments/:id',
    access: 'appointments:write',
    summary: 'Update an appointment; a new time sets its status to rescheduled',
    params: byId,
    body: schema.AppointmentChanges,
    example: { status: 'completed', notes: 'Liked the garden, wants to bring her sister' },
    response: DataResponse,
    errors: [409],
    handler: async (ctx, { params, body }) => ({ data: await changeAppointment(ctx, params.id, body) }),
  }),
  rescheduleAppointment: route({
    kind: 'write',
    method: 'POST',
    path: '/api/appointments/:id/reschedule',
    access: 'appointments:write',
    summary: 'Reschedule an appointment; its history records the change',
    params: byId,
    body: schema.Reschedule,
    example: { scheduled_date: '2040-12-02T15:00:00Z', reason: 'She is travelling on the first' },
    response: DataResponse,
    errors: [409],
    handler: async (ctx, { params, body }) => ({
      data: await changeAppointment(ctx, params.id, { ...body, status: 'rescheduled' }),
    }),
  }),
  cancelAppointment: route({
    kind: 'write',
    method: 'POST',
    path: '/api/appointments/:id/cancel',
    access: 'appointments:write',
    summary: 'Cancel an appointment; its slot becomes free',
    params: byId,
    body: z.object({
      reason: z.string().max(1000).optional().describe('Reason for the change, stored in the history.'),
    }),
    example: { reason: 'Found something else' },
    response: DataResponse,
    errors: [409],
    handler: async (ctx, { params, body }) => ({
      data: await changeAppointment(ctx, params.id, { ...body, status: 'cancelled' }),
    }),
  }),
  listAppointmentChanges: route({
    kind: 'read',
    method: 'GET',
    path: '/api/appointments/:id/history',
    access: 'appointments:read',
    summary: 'List the history of an appointment, oldest change first',
    params: byId,
    response: listOf(schema.AppointmentChange),
    handler: async (ctx, { params }) => ({ data: await listChanges(ctx, params.id) }),
  }),
}
