import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { timelineProjection } from '../contacts/index.ts'
import { appointmentStatuses, prospectStatuses } from './transitions.ts'

const prospect = { prospect_id: z.uuid() }
const about = (kind: string, id: string) => ({ kind, id })
/** Formats a time for the title of a timeline entry. The details have the exact time. */
const formatTime = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`

export const ProspectCreated = event(
  'prospect.created',
  z.object({ ...prospect, assigned_to: z.uuid().nullable(), assignment_reason: z.string().nullable() }),
  { event: 'prospect:new', scope: 'prospects:read' },
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: 'prospect.created',
    title: 'Added to the sales pipeline',
    subject: about('prospect', data.prospect_id),
    details: { assigned_to: data.assigned_to, assignment_reason: data.assignment_reason },
  })),
)

export const ProspectStatusChanged = event(
  'prospect.status_changed',
  z.object({ ...prospect, from: z.enum(prospectStatuses), to: z.enum(prospectStatuses) }),
  { event: 'prospect:update', scope: 'prospects:read' },
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: 'prospect.status',
    title: `Status changed from ${data.from.replace('_', ' ')} to ${data.to.replace('_', ' ')}`,
    subject: about('prospect', data.prospect_id),
    details: { from: data.from, to: data.to },
  })),
)

export const PropertyInterestShown = event(
  'property.interest',
  z.object({ ...prospect, property_id: z.uuid(), property_name: z.string(), note: z.string().nullable() }),
  { event: 'prospect:update', scope: 'prospects:read' },
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: 'property.interest',
    title: `Interested in ${data.property_name}`,
    subject: about('property', data.property_id),
    details: { note: data.note },
  })),
)

const scoring = (type: string, kind: string, title: string) =>
  event(
    type,
    z.object({ ...prospect, score_id: z.uuid(), total: z.int(), grade: z.string() }),
    { event: 'prospect:update', scope: 'prospects:read' },
    timelineProjection((data) => ({
      contact_id: data.prospect_id,
      kind,
      title: `${title}: ${data.total} of 100, ${data.grade}`,
      subject: about('qualification_score', data.score_id),
    })),
  )

export const ProspectScored = scoring('prospect.scored', 'prospect.scored', 'Scored')
export const ScoreChanged = scoring('prospect.score_changed', 'prospect.scored', 'Score corrected')
export const ScoreDeleted = scoring('prospect.score_deleted', 'prospect.scored', 'Score deleted')

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
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: 'appointment.booked',
    title: `Appointment${data.property_name ? ` for ${data.property_name}` : ''} on ${formatTime(data.scheduled_date)}`,
    subject: about('appointment', data.appointment_id),
    details: { scheduled_date: data.scheduled_date, assigned_rep_id: data.assigned_rep_id },
  })),
)

const titles: Record<(typeof appointmentStatuses)[number], string> = {
  scheduled: 'Appointment changed:',
  rescheduled: 'Appointment rescheduled to',
  completed: 'Attended the appointment on',
  no_show: 'Missed the appointment on',
  cancelled: 'Appointment cancelled:',
}

export const AppointmentChanged = event(
  'appointment.changed',
  z.object({ ...appointment, reason: z.string().nullable() }),
  { event: 'appointment:update', scope: 'appointments:read' },
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: `appointment.${data.status}`,
    title: `${titles[data.status]} ${formatTime(data.scheduled_date)}`,
    subject: about('appointment', data.appointment_id),
    details: { scheduled_date: data.scheduled_date, reason: data.reason },
  })),
)

const handoff = { ...prospect, handoff_id: z.uuid(), assigned_to: z.uuid().nullable() }

export const HandoffCreated = event(
  'handoff.created',
  z.object({ ...handoff, prospect_name: z.string(), priority: z.string(), reason: z.string() }),
  {
    event: 'handoff:new',
    scope: 'handoffs:read',
    frame: ({ handoff_id, ...data }) => ({ id: handoff_id, status: 'pending', ...data }),
  },
  timelineProjection((data) => ({
    contact_id: data.prospect_id,
    kind: 'handoff.created',
    title: `Handed off to a member: ${data.reason}`,
    subject: about('handoff', data.handoff_id),
    details: { priority: data.priority, assigned_to: data.assigned_to },
  })),
)

const handoffEvent = (status: 'claimed' | 'released' | 'completed' | 'expired', title: string) =>
  event(
    `handoff.${status}`,
    z.object({ ...handoff, by: z.uuid().nullable() }),
    {
      event: 'handoff:update',
      scope: 'handoffs:read',
      frame: ({ handoff_id, ...data }) => ({
        id: handoff_id,
        status: status === 'released' ? 'pending' : status,
        ...data,
      }),
    },
    timelineProjection((data) => ({
      contact_id: data.prospect_id,
      kind: `handoff.${status}`,
      title,
      subject: about('handoff', data.handoff_id),
      details: { by: data.by },
    })),
  )

export const HandoffClaimed = handoffEvent('claimed', 'The handoff was claimed')
export const HandoffReleased = handoffEvent('released', 'The handoff was released')
export const HandoffCompleted = handoffEvent('completed', 'The handoff was completed')
export const HandoffExpired = handoffEvent('expired', 'The handoff expired')

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
  timelineProjection((data) => ({
    contact_id: data.contact_id,
    kind: 'conversation.recorded',
    title: `Conversation by ${data.channel}${data.outcome ? `: ${data.outcome.replaceAll('_', ' ')}` : ''}`,
    subject: about('conversation', data.conversation_id),
    occurred_at: data.occurred_at,
  })),
)

/** The state of a conversation in progress, exchanged between the agent and the console. */
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
