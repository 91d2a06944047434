import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { timelineProjection } from '../contacts/index.ts'

export const ReceptionistCallLogged = event(
  'receptionist.call_logged',
  z.object({
    call_id: z.uuid(),
    client_id: z.uuid(),
    contact_id: z.uuid().nullable(),
    caller_phone: z.string().nullable(),
    caller_name: z.string().nullable(),
    duration_seconds: z.number(),
    sentiment: z.enum(['positive', 'neutral', 'negative']).nullable(),
    started_at: z.string(),
  }),
  { event: 'call:logged', scope: 'calls:read' },
  timelineProjection((call) => ({
    contact_id: call.contact_id,
    kind: 'call.answered',
    title: `Called the receptionist, ${Math.round(call.duration_seconds)} s`,
    subject: { kind: 'call', id: call.call_id },
    details: { client_id: call.client_id, sentiment: call.sentiment },
    occurred_at: call.started_at,
  })),
)
