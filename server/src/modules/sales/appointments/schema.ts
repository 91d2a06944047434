import { z } from 'zod'
import { clearable, id, instant, optional, page } from '../../../platform/http/fields.ts'
import { channel, dayOrInstant, longText, moment, shortText } from '../schema.ts'
import { appointmentStatuses } from '../transitions.ts'

export const Appointment = z
  .object({
    id,
    prospect_id: id,
    prospect_name: z.string(),
    property_id: id.nullable(),
    property_name: z.string().nullable(),
    assigned_rep_id: id.nullable(),
    assigned_rep_name: z.string().nullable(),
    scheduled_date: instant,
    duration_minutes: z.int(),
    location: z.string().nullable(),
    status: z.enum(appointmentStatuses),
    notes: z.string().nullable(),
    source_channel: z.string().nullable(),
    conversation_id: id.nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Appointment' })

const durationMinutes = z.int().min(5).max(1440)

export const NewAppointment = z
  .object({
    prospect_id: id,
    property_id: optional(id),
    property_name: optional(shortText),
    /** Default: whoever looks after the prospect. */
    assigned_rep_id: optional(id),
    scheduled_date: moment,
    duration_minutes: optional(durationMinutes),
    location: optional(shortText),
    notes: optional(longText),
    source_channel: optional(channel),
    conversation_id: optional(id),
  })
  .meta({ id: 'NewAppointment' })

export const AppointmentChanges = z
  .object({
    property_id: clearable(id),
    assigned_rep_id: clearable(id),
    /** Another time makes it `rescheduled`. */
    scheduled_date: optional(moment),
    duration_minutes: optional(durationMinutes),
    location: clearable(shortText),
    status: optional(z.enum(appointmentStatuses)),
    notes: clearable(longText),
    /** Kept in the history. */
    reason: optional(z.string().max(1000)),
  })
  .meta({ id: 'AppointmentChanges' })

export const Reschedule = z
  .object({
    scheduled_date: moment,
    duration_minutes: optional(durationMinutes),
    assigned_rep_id: optional(id),
    reason: optional(z.string().max(1000)),
  })
  .meta({ id: 'RescheduleAppointment' })

export const AppointmentQuery = page().extend({
  prospectId: optional(id),
  assignedRepId: optional(id),
  status: optional(z.enum(appointmentStatuses)),
  /** When they take place. Until a time: before it; until a day: to its end. */
  from: optional(dayOrInstant),
  to: optional(dayOrInstant),
})

export const AppointmentChange = z
  .object({
    id,
    status: z.enum(appointmentStatuses),
    scheduled_date: instant,
    duration_minutes: z.int(),
    assigned_rep_id: id.nullable(),
    reason: z.string().nullable(),
    changed_by: id.nullable(),
    created_at: instant,
  })
  .meta({ id: 'AppointmentChange' })

export type Appointment = z.output<typeof Appointment>
export type NewAppointment = z.output<typeof NewAppointment>
export type AppointmentChanges = z.output<typeof AppointmentChanges>
export type AppointmentQuery = z.output<typeof AppointmentQuery>
export type AppointmentChange = z.output<typeof AppointmentChange>
