import { z } from 'zod'
import { clearable, id, instant, optional, page } from '../../../platform/http/fields.ts'
import { channel, dayOrInstant, longText, moment, shortText } from '../schema.ts'
import { appointmentStatuses } from '../transitions.ts'

export const Appointment = z
  .object({
    id: id.describe('Id of the appointment.'),
    prospect_id: id.describe('The prospect.'),
    prospect_name: z.string().describe("The prospect's name at the moment."),
    property_id: id.nullable().describe('The property to visit, if any.'),
    property_name: z.string().nullable().describe('Name of the property; for one that is not in the list, any text.'),
    assigned_rep_id: id.nullable().describe('The member who keeps the appointment.'),
    assigned_rep_name: z.string().nullable().describe('Name of that member.'),
    scheduled_date: instant.describe('When it begins.'),
    duration_minutes: z.int().describe('How long it takes; 60 by default. A member cannot have two at once.'),
    location: z.string().nullable().describe('Where to meet, in words.'),
    status: z.enum(appointmentStatuses).describe('`rescheduled` after a change of time; `cancelled` frees the time.'),
    notes: z.string().nullable().describe('Remarks of the team.'),
    source_channel: z.string().nullable().describe('The channel it was agreed on, like `phone` or `whatsapp`.'),
    conversation_id: id.nullable().describe('The conversation it belongs to, if any.'),
    created_at: instant.describe('When the appointment was created.'),
    updated_at: instant.describe('When the appointment was last changed.'),
  })
  .meta({ id: 'Appointment' })

const durationMinutes = z.int().min(5).max(1440)

export const NewAppointment = z
  .object({
    prospect_id: id.describe('The prospect.'),
    property_id: optional(id).describe('The property to visit, if any.'),
    property_name: optional(shortText).describe('Name of the property; for one that is not in the list, any text.'),
    assigned_rep_id: optional(id).describe(
      'The member who keeps the appointment. Default: the one the prospect is assigned to.',
    ),
    scheduled_date: moment.describe('When it begins.'),
    duration_minutes: optional(durationMinutes).describe(
      'How long it takes; 60 by default. A member cannot have two at once.',
    ),
    location: optional(shortText).describe('Where to meet, in words.'),
    notes: optional(longText).describe('Remarks of the team.'),
    source_channel: optional(channel).describe('The channel it was agreed on, like `phone` or `whatsapp`.'),
    conversation_id: optional(id).describe('The conversation it belongs to, if any.'),
  })
  .meta({ id: 'NewAppointment' })

export const AppointmentChanges = z
  .object({
    property_id: clearable(id).describe('The property to visit, if any. `null` empties it.'),
    assigned_rep_id: clearable(id).describe('The member who keeps the appointment. `null` empties it.'),
    scheduled_date: optional(moment).describe('When it begins. Another time makes it `rescheduled`.'),
    duration_minutes: optional(durationMinutes).describe(
      'How long it takes; 60 by default. A member cannot have two at once.',
    ),
    location: clearable(shortText).describe('Where to meet, in words. `null` empties it.'),
    status: optional(z.enum(appointmentStatuses)).describe(
      '`rescheduled` after a change of time; `cancelled` frees the time.',
    ),
    notes: clearable(longText).describe('Remarks of the team. `null` empties it.'),
    reason: optional(z.string().max(1000)).describe('Why; kept in the history.'),
  })
  .meta({ id: 'AppointmentChanges' })

export const Reschedule = z
  .object({
    scheduled_date: moment.describe('When it begins.'),
    duration_minutes: optional(durationMinutes).describe(
      'How long it takes; 60 by default. A member cannot have two at once.',
    ),
    assigned_rep_id: optional(id).describe('The member who keeps the appointment.'),
    reason: optional(z.string().max(1000)).describe('Why; kept in the history.'),
  })
  .meta({ id: 'RescheduleAppointment' })

export const AppointmentQuery = page().extend({
  prospectId: optional(id).describe('Only those of this prospect.'),
  assignedRepId: optional(id).describe('Only those of this member.'),
  status: optional(z.enum(appointmentStatuses)).describe('Only appointments in this state.'),
  from: optional(dayOrInstant).describe('When they take place. Until a time: before it; until a day: to its end.'),
  to: optional(dayOrInstant).describe('Only those that begin before this time; a day counts to its end.'),
})

export const AppointmentChange = z
  .object({
    id: id.describe('Id of the change.'),
    status: z.enum(appointmentStatuses).describe('The state after the change.'),
    scheduled_date: instant.describe('When it begins.'),
    duration_minutes: z.int().describe('How long it takes; 60 by default. A member cannot have two at once.'),
    assigned_rep_id: id.nullable().describe('The member who keeps the appointment.'),
    reason: z.string().nullable().describe('Why; kept in the history.'),
    changed_by: id.nullable().describe('The member who changed it; null for the server.'),
    created_at: instant.describe('When it was changed.'),
  })
  .meta({ id: 'AppointmentChange' })

export type Appointment = z.output<typeof Appointment>
export type NewAppointment = z.output<typeof NewAppointment>
export type AppointmentChanges = z.output<typeof AppointmentChanges>
export type AppointmentQuery = z.output<typeof AppointmentQuery>
export type AppointmentChange = z.output<typeof AppointmentChange>
