import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { patch, statement } from '../../../platform/database/statement.ts'
import { conflict, invalidField, missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { parseInput } from '../../../platform/http/parse.ts'
import { getConversation } from '../../inbox/index.ts'
import { AppointmentBooked, AppointmentChanged } from '../events.ts'
import { recordInterest } from '../prospects/interests.ts'
import { getProperty } from '../properties/properties.ts'
import { nameOf } from '../prospects/prospect-columns.ts'
import { advanceProspect, getProspect } from '../prospects/prospects.ts'
import { type Appointment, type AppointmentChange, AppointmentChanges, NewAppointment } from './schema.ts'
import { type AppointmentStatus, appointmentTransitions } from '../transitions.ts'

/** Selects from `sales.appointments a`. */
export const selectAppointments = sql`
  select a.id, a.prospect_id, trim(c.first_name || ' ' || c.last_name) as prospect_name, a.property_id,
         coalesce(p.name, a.property_name) as property_name, a.assigned_rep_id, ${nameOf('u')} as assigned_rep_name, a.scheduled_date,
         a.duration_minutes, a.location, a.status, a.notes, a.source_channel, a.conversation_id, a.created_at, a.updated_at
    from sales.appointments a
    join contacts.contacts c on c.workspace_id = a.workspace_id and c.id = a.prospect_id
    left join sales.properties p on p.workspace_id = a.workspace_id and p.id = a.property_id
    left join identity.users u on u.id = a.assigned_rep_id`

const find = statement(
  'sales.find_appointment',
  (_, p: { id: string }) => sql<Appointment>`${selectAppointments} where a.id = ${p.id}`,
)

export async function getAppointment(ctx: Ctx, id: string): Promise<Appointment> {
  return (await ctx.db.maybe(find, { id })) ?? missing('appointment')
}

const history = statement(
  'sales.list_appointment_changes',
  (_, p: { appointment_id: string }) =>
    sql<AppointmentChange>`
    select id, status, scheduled_date, duration_minutes, assigned_rep_id, reason, changed_by, created_at
      from sales.appointment_changes where appointment_id = ${p.appointment_id} order by id limit 1000`,
)

/** Returns the history of an appointment, oldest change first. Throws 404. */
export async function listChanges(ctx: Ctx, id: string): Promise<AppointmentChange[]> {
  const appointment = await getAppointment(ctx, id)
  return ctx.db.all(history, { appointment_id: appointment.id })
}

// Serializes concurrent bookings of a representative: one gets the slot, the others get a 409. With the exclusion
// constraint alone they could deadlock.
const lockRep = statement(
  'sales.lock_representative',
  (_, p: { user_id: string }) =>
    sql<{ user_id: string }>`select user_id from identity.members where user_id = ${p.user_id} for no key update`,
)

async function requireRep(ctx: Ctx, user_id: string): Promise<void> {
  if (await ctx.db.maybe(lockRep, { user_id })) return
  throw invalidField('body.assigned_rep_id', 'This is not a member of this workspace.')
}

interface Insert {
  id: string
  prospect_id: string
  property_id: string | null
  property_name: string | null
  assigned_rep_id: string | null
  scheduled_date: string
  duration_minutes: number
  location: string | null
  notes: string | null
  source_channel: string | null
  conversation_id: string | null
  campaign_id: string | null
  status: AppointmentStatus
}
const insert = statement(
  'sales.insert_appointment',
  (_, p: Insert) =>
    sql`
    insert into sales.appointments (id, prospect_id, property_id, property_name, assigned_rep_id, scheduled_date, duration_minutes,
                                    location, notes, source_channel, conversation_id, campaign_id, status)
    values (${p.id}, ${p.prospect_id}, ${p.property_id}::uuid, ${p.property_name}, ${p.assigned_rep_id}::uuid, ${p.scheduled_date}::timestamptz,
            ${p.duration_minutes}, ${p.location}, ${p.notes}, ${p.source_channel}, ${p.conversation_id}::uuid,
            (select id from campaigns.campaigns where id = ${p.campaign_id}::uuid), ${p.status})`,
)

const recordChange = statement(
  'sales.record_appointment_change',
  (_, p: { id: string; appointment_id: string; reason: string | null }) =>
    sql`
    insert into sales.appointment_changes (id, appointment_id, status, scheduled_date, duration_minutes, assigned_rep_id, reason)
    select ${p.id}::uuid, a.id, a.status, a.scheduled_date, a.duration_minutes, a.assigned_rep_id, ${p.reason}
      from sales.appointments a where a.id = ${p.appointment_id}`,
)

const lockProspect = statement(
  'sales.lock_prospect_to_book',
  (_, p: { id: string }) => sql`
    select contact_id from sales.prospects where contact_id = ${p.id} for no key update`,
)
const findOverlap = statement(
  'sales.find_overlapping_appointment',
  (_, p: { id: string; prospect_id: string }) => sql<{ scheduled_date: string }>`
    select other.scheduled_date from sales.appointments a
      join sales.appointments other on other.prospect_id = a.prospect_id and other.id <> a.id and other.slot && a.slot
     where a.id = ${p.id} and a.prospect_id = ${p.prospect_id} and a.status in ('scheduled', 'rescheduled')
       and other.status in ('scheduled', 'rescheduled') limit 1`,
)

/** Call after the appointment is written. The lock serializes concurrent bookings of one prospect. Throws 409. */
async function requireProspectFree(ctx: Ctx, id: string, prospect_id: string): Promise<void> {
  const [, [overlap]] = await ctx.db.together([
    lockProspect.call({ id: prospect_id }),
    findOverlap.call({ id, prospect_id }),
  ])
  if (overlap)
    throw conflict(
      'prospect_busy',
      `The prospect has another appointment at ${overlap.scheduled_date}. Choose another time, or reschedule that one.`,
    )
}

function requireFuture(ctx: Ctx, scheduled_date: string): void {
  if (Date.parse(scheduled_date) < ctx.now().getTime())
    throw invalidField('body.scheduled_date', 'Must be in the future.')
}

/**
 * Books an appointment, or records one that is over. Defaults: 60 minutes, and the member the prospect is assigned to. Throws
 * 400 for a time in the past, 409 when the representative (`slot_taken`) or the prospect (`prospect_busy`) has another appointment at that time,
 * 404 for an unknown prospect, property or conversation.
 */
export async function bookAppointment(ctx: Ctx, given: NewAppointment): Promise<Appointment> {
  const input = parseInput(NewAppointment, given)
  const status = input.status ?? 'scheduled'
  const isOpen = status === 'scheduled' || status === 'rescheduled'
  if (isOpen) requireFuture(ctx, input.scheduled_date)
  const prospect = await getProspect(ctx, input.prospect_id)
  const property = input.property_id ? await getProperty(ctx, input.property_id) : null
  const conversation = input.conversation_id ? await getConversation(ctx, input.conversation_id) : null
  const assigned_rep_id = input.assigned_rep_id ?? prospect.assigned_to
  if (assigned_rep_id) await requireRep(ctx, assigned_rep_id)
  const id = newId()
  await mapConflicts(
    ctx.db.together([
      insert.call({
        id,
        prospect_id: prospect.id,
        property_id: property?.id ?? null,
        property_name: property?.name ?? input.property_name ?? null,
        assigned_rep_id,
        scheduled_date: input.scheduled_date,
        duration_minutes: input.duration_minutes ?? 60,
        location: input.location ?? null,
        notes: input.notes ?? null,
        source_channel: input.source_channel ?? conversation?.channel ?? null,
        conversation_id: conversation?.id ?? null,
        campaign_id: conversation?.campaign_id ?? null,
        status,
      }),
      recordChange.call({ id: newId(), appointment_id: id, reason: null }),
    ]),
  )
  if (isOpen) {
    await requireProspectFree(ctx, id, prospect.id)
    await advanceProspect(ctx, prospect.id, 'appointment_set')
  }
  if (property) await recordInterest(ctx, prospect.id, property.id, null)
  const appointment = await getAppointment(ctx, id)
  emit(ctx, AppointmentBooked, eventData(appointment))
  return appointment
}

const lock = statement(
  'sales.lock_appointment',
  (_, p: { id: string }) =>
    sql<{
      prospect_id: string
      status: AppointmentStatus
      scheduled_date: string
      duration_minutes: number
      assigned_rep_id: string | null
    }>`
    select prospect_id, status, scheduled_date, duration_minutes, assigned_rep_id from sales.appointments where id = ${p.id} for no key update`,
)

const update = statement(
  'sales.update_appointment',
  (_, p: { id: string; changes: string }) =>
    sql`
    update sales.appointments a
       set ${patch('a', ['property_id', 'property_name', 'assigned_rep_id', 'scheduled_date', 'duration_minutes', 'location', 'status', 'notes'], p.changes)}
     where id = ${p.id}`,
)

/**
 * Updates the given fields. A new time sets the status to `rescheduled`, and each change is added to the history. Throws
 * like `bookAppointment`, and 409 for a status that `appointmentTransitions` does not allow.
 */
export async function changeAppointment(ctx: Ctx, id: string, given: AppointmentChanges): Promise<Appointment> {
  const input = parseInput(AppointmentChanges, given)
  const { assigned_rep_id: rep } = input
  if (rep) await requireRep(ctx, rep)
  const current = (await ctx.db.maybe(lock, { id })) ?? missing('appointment')
  const property = input.property_id ? await getProperty(ctx, input.property_id) : null
  const moved =
    (input.scheduled_date !== undefined && Date.parse(input.scheduled_date) !== Date.parse(current.scheduled_date)) ||
    (input.duration_minutes !== undefined && input.duration_minutes !== current.duration_minutes)
  if (moved && input.scheduled_date !== undefined) requireFuture(ctx, input.scheduled_date)
  // Front-ends that do not know `rescheduled` send `scheduled` with a new time.
  const status =
    moved && (input.status ?? 'scheduled') === 'scheduled' ? 'rescheduled' : (input.status ?? current.status)
  requireTransition(current.status, status, moved)
  const { reason = null, ...fields } = input
  const changes = { ...fields, status, ...(property && { property_name: property.name }) }
  const isStep = changes.status !== current.status || moved || (rep !== undefined && rep !== current.assigned_rep_id)
  await mapConflicts(
    ctx.db.together([
      update.call({ id, changes: JSON.stringify(changes) }),
      ...(isStep ? [recordChange.call({ id: newId(), appointment_id: id, reason })] : []),
    ]),
  )
  if (moved) await requireProspectFree(ctx, id, current.prospect_id)
  const appointment = await getAppointment(ctx, id)
  if (isStep) emit(ctx, AppointmentChanged, { ...eventData(appointment), reason })
  return appointment
}

function requireTransition(from: AppointmentStatus, to: AppointmentStatus, moved: boolean): void {
  if (moved ? appointmentTransitions[from].includes(to) : from === to || appointmentTransitions[from].includes(to))
    return
  const allowed = appointmentTransitions[from].join(', ')
  const hint = allowed ? `Possible: ${allowed}.` : 'Book another one.'
  throw conflict('wrong_status', `An appointment with status ${from} cannot become ${to}. ${hint}`)
}

async function mapConflicts<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (violates(error, 'appointments_no_overlap')) {
      throw conflict(
        'slot_taken',
        'The representative has another appointment at that time. Choose another time or another representative.',
      )
    }
    if (violates(error, 'appointments_conversation_fkey')) throw notFound('conversation')
    throw error
  }
}

const eventData = ({ id, prospect_id, property_name, assigned_rep_id, scheduled_date, status }: Appointment) => ({
  appointment_id: id,
  prospect_id,
  property_name,
  assigned_rep_id,
  scheduled_date,
  status,
})
