import { z } from 'zod'
import { clampedPage, clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { channel, dayOrInstant, longText, moment, shortText } from '../schema.ts'
import { appointmentStatuses } from '../transitions.ts'

export const Appointment = z
  .object({
    id: id.describe('Id of the appointment.'),
    prospect_id: id.describe('Id of the prospect.'),
    prospect_name: z.string().describe("The prospect's name."),
    property_id: id.nullable().describe('Id of the property, if any.'),
    property_name: z
      .string()
      .nullable()
      .describe('Name of the property. It can be any text when there is no `property_id`.'),
    assigned_rep_id: id.nullable().describe('User id of the sales representative.'),
    assigned_rep_name: z.string().nullable().describe('Name of that member.'),
    scheduled_date: instant.describe('Start time.'),
    duration_minutes: z.int().describe('Duration in minutes.'),
    location: z.string().nullable().describe('Meeting place.'),
    status: z.enum(appointmentStatuses).describe('`rescheduled` after a change of time. `cancelled` frees the slot.'),
    notes: z.string().nullable().describe("The team's notes."),
    source_channel: z.string().nullable().describe('Channel on which it was booked, such as `phone` or `whatsapp`.'),
    conversation_id: id.nullable().describe('Id of the conversation, if any.'),
    created_at: instant.describe('When the appointment was created.'),
    updated_at: instant.describe('When the appointment was last changed.'),
  })
  .meta({ id: 'Appointment' })

const durationMinutes = z.int().min(5).max(1440)

export const NewAppointment = z
  .object({
    prospect_id: id.describe('Id of the prospect.'),
    property_id: optional(id).describe('Id of the property, if any.'),
    property_name: optional(shortText).describe(
      'Name of the property. It can be any text when there is no `property_id`.',
    ),
    assigned_rep_id: optional(id).describe(
      'User id of the sales representative. Default: the member the prospect is assigned to.',
    ),
    scheduled_date: moment.describe('Start time.'),
    duration_minutes: optional(durationMinutes).describe('Duration in minutes.'),
    status: optional(z.enum(appointmentStatuses)).describe(
      'Default: `scheduled`. One that is `completed`, `no_show` or `cancelled` can have a start time in the past.',
    ),
    location: optional(shortText).describe('Meeting place.'),
    notes: optional(longText).describe("The team's notes."),
    source_channel: optional(channel).describe('Channel on which it was booked, such as `phone` or `whatsapp`.'),
    conversation_id: optional(id).describe('Id of the conversation, if any.'),
  })
  .meta({ id: 'NewAppointment' })

export const AppointmentChanges = z
  .object({
    property_id: clearable(id).describe('Id of the property, if any. `null` clears it.'),
    assigned_rep_id: clearable(id).describe('User id of the sales representative. `null` clears it.'),
    scheduled_date: optional(moment).describe('Start time. A new time sets the status to `rescheduled`.'),
    duration_minutes: optional(durationMinutes).describe('Duration in minutes.'),
    location: clearable(shortText).describe('Meeting place. `null` clears it.'),
    status: optional(z.enum(appointmentStatuses)).describe(
      '`rescheduled` after a change of time. `cancelled` frees the slot.',
    ),
    notes: clearable(longText).describe("The team's notes. `null` clears them."),
    reason: optional(z.string().max(1000)).describe('Reason for the change, stored in the history.'),
  })
  .meta({ id: 'AppointmentChanges' })

export const Reschedule = z
  .object({
    scheduled_date: moment.describe('Start time.'),
    duration_minutes: optional(durationMinutes).describe('Duration in minutes.'),
    assigned_rep_id: optional(id).describe('User id of the sales representative.'),
    reason: optional(z.string().max(1000)).describe('Reason for the change, stored in the history.'),
  })
  .meta({ id: 'RescheduleAppointment' })

export const AppointmentQuery = clampedPage().extend({
  prospectId: optional(id).describe('Only appointments with this prospect.'),
  assignedRepId: optional(id).describe('Only appointments of this representative.'),
  status: optional(z.enum(appointmentStatuses)).describe('Only appointments with this status.'),
  from: optional(dayOrInstant).describe('Only appointments that start at or after this date or time.'),
  to: optional(dayOrInstant).describe(
    'Only appointments that start before this time, or up to and including this date.',
  ),
})

export const AppointmentChange = z
  .object({
    id: id.describe('Id of the change.'),
    status: z.enum(appointmentStatuses).describe('The status after the change.'),
    scheduled_date: instant.describe('Start time.'),
    duration_minutes: z.int().describe('Duration in minutes.'),
    assigned_rep_id: id.nullable().describe('User id of the sales representative.'),
    reason: z.string().nullable().describe('Reason for the change, stored in the history.'),
    changed_by: id.nullable().describe('User id of the member who made the change. Null for the server.'),
    created_at: instant.describe('When the change was made.'),
  })
  .meta({ id: 'AppointmentChange' })

export type Appointment = z.output<typeof Appointment>
export type NewAppointment = z.output<typeof NewAppointment>
export type AppointmentChanges = z.output<typeof AppointmentChanges>
export type AppointmentQuery = z.output<typeof AppointmentQuery>
export type AppointmentChange = z.output<typeof AppointmentChange>
