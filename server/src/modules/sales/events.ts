import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { timelineProjection } from '../contacts/index.ts'
import { appointmentStatuses, prospectStatuses } from './transitions.ts'

const prospect = { prospect_id: z.uuid() }
const about = (kind: string, id: string) => ({ kind, id })
/** For the title of a timeline entry; the moment itself is in the details. */
const inWords = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`

export const ProspectCreated = event(
  'prospect.created',
  z.object({ ...prospect, assigned_to: z.uuid().nullable(), assignment_reason: z.string().nullable() }),
  { event: 'prospect:new', scope: 'prospects:read' },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: 'prospect.created',
    title: 'Came into the sales pipeline',
    subject: about('prospect', fact.prospect_id),
    details: { assigned_to: fact.assigned_to, assignment_reason: fact.assignment_reason },
  })),
)

export const ProspectStatusChanged = event(
  'prospect.status_changed',
  z.object({ ...prospect, from: z.enum(prospectStatuses), to: z.enum(prospectStatuses) }),
  { event: 'prospect:update', scope: 'prospects:read' },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: 'prospect.status',
    title: `Went from ${fact.from.replace('_', ' ')} to ${fact.to.replace('_', ' ')}`,
    subject: about('prospect', fact.prospect_id),
    details: { from: fact.from, to: fact.to },
  })),
)

export const PropertyInterestShown = event(
  'property.interest',
  z.object({ ...prospect, property_id: z.uuid(), property_name: z.string(), note: z.string().nullable() }),
  { event: 'prospect:update', scope: 'prospects:read' },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: 'property.interest',
    title: `Interested in ${fact.property_name}`,
    subject: about('property', fact.property_id),
    details: { note: fact.note },
  })),
)

const scoring = (type: string, kind: string, title: string) =>
  event(
    type,
    z.object({ ...prospect, score_id: z.uuid(), total: z.int(), grade: z.string() }),
    { event: 'prospect:update', scope: 'prospects:read' },
    timelineProjection((fact) => ({
      contact_id: fact.prospect_id,
      kind,
      title: `${title}: ${fact.total} of 100, ${fact.grade}`,
      subject: about('qualification_score', fact.score_id),
    })),
  )

export const ProspectScored = scoring('prospect.scored', 'prospect.scored', 'Scored')
export const ScoreChanged = scoring('prospect.score_changed', 'prospect.scored', 'Score corrected')
export const ScoreDeleted = scoring('prospect.score_deleted', 'prospect.scored', 'Score taken back')

const appointment = {
  ...prospect,
  appointment_id: z.uuid(),
  property_name: z.string().nullable(),
  assigned_rep_id: z.uuid().nullable(),
  scheduled_date: z.string(),
  status: z.enum(appointmentStatuses),
}

export const AppointmentBooked = event(
  'appointment.booked',
  z.object(appointment),
  { event: 'appointment:new', scope: 'appointments:read' },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: 'appointment.booked',
    title: `Appointment${fact.property_name ? ` for ${fact.property_name}` : ''} on ${inWords(fact.scheduled_date)}`,
    subject: about('appointment', fact.appointment_id),
    details: { scheduled_date: fact.scheduled_date, assigned_rep_id: fact.assigned_rep_id },
  })),
)

const became: Record<(typeof appointmentStatuses)[number], string> = {
  scheduled: 'Appointment changed',
  rescheduled: 'Appointment moved to',
  completed: 'Came to the appointment of',
  no_show: 'Missed the appointment of',
  cancelled: 'Appointment cancelled, was for',
}

export const AppointmentChanged = event(
  'appointment.changed',
  z.object({ ...appointment, reason: z.string().nullable() }),
  { event: 'appointment:update', scope: 'appointments:read' },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: `appointment.${fact.status}`,
    title: `${became[fact.status]} ${inWords(fact.scheduled_date)}`,
    subject: about('appointment', fact.appointment_id),
    details: { scheduled_date: fact.scheduled_date, reason: fact.reason },
  })),
)

const handoff = { ...prospect, handoff_id: z.uuid(), assigned_to: z.uuid().nullable() }

export const HandoffCreated = event(
  'handoff.created',
  z.object({ ...handoff, prospect_name: z.string(), priority: z.string(), reason: z.string() }),
  {
    event: 'handoff:new',
    scope: 'handoffs:read',
    frame: ({ handoff_id, ...fact }) => ({ id: handoff_id, status: 'pending', ...fact }),
  },
  timelineProjection((fact) => ({
    contact_id: fact.prospect_id,
    kind: 'handoff.created',
    title: `Handed over to a person: ${fact.reason}`,
    subject: about('handoff', fact.handoff_id),
    details: { priority: fact.priority, assigned_to: fact.assigned_to },
  })),
)

const handoffMoved = (status: 'claimed' | 'released' | 'completed' | 'expired', title: string) =>
  event(
    `handoff.${status}`,
    z.object({ ...handoff, by: z.uuid().nullable() }),
    {
      event: 'handoff:update',
      scope: 'handoffs:read',
      frame: ({ handoff_id, ...fact }) => ({
        id: handoff_id,
        status: status === 'released' ? 'pending' : status,
        ...fact,
      }),
    },
    timelineProjection((fact) => ({
      contact_id: fact.prospect_id,
      kind: `handoff.${status}`,
      title,
      subject: about('handoff', fact.handoff_id),
      details: { by: fact.by },
    })),
  )

export const HandoffClaimed = handoffMoved('claimed', 'Somebody looks after the handoff')
export const HandoffReleased = handoffMoved('released', 'The handoff waits for somebody again')
export const HandoffCompleted = handoffMoved('completed', 'The handoff was completed')
export const HandoffExpired = handoffMoved('expired', 'Nobody took the handoff in time')

export const ConversationRecorded = event(
  'sales.conversation_recorded',
  z.object({
    contact_id: z.uuid(),
    conversation_id: z.uuid(),
    channel: z.string(),
    outcome: z.string().nullable(),
    occurred_at: z.string(),
  }),
  undefined,
  timelineProjection((fact) => ({
    contact_id: fact.contact_id,
    kind: 'conversation.recorded',
    title: `Conversation by ${fact.channel}${fact.outcome ? `: ${fact.outcome.replaceAll('_', ' ')}` : ''}`,
    subject: about('conversation', fact.conversation_id),
    occurred_at: fact.occurred_at,
  })),
)

/** The state of a conversation in progress; the agent and the console tell each other. */
export const LiveConversationChanged = event(
  'live_conversation.changed',
  z.object({
    conversation_id: z.uuid(),
    status: z.string(),
    stage: z.string().nullable(),
    next_action: z.string().nullable(),
  }),
  { event: 'conversation:live', scope: 'conversations:read' },
)
