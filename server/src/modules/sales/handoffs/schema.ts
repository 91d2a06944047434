import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channel, longText, priorities } from '../schema.ts'
import { handoffStatuses } from '../transitions.ts'

const suggestion = z.object({ property_id: id, name: z.string(), reasons: z.array(z.string()) })

export const Handoff = z
  .object({
    id,
    conversation_id: id.nullable(),
    prospect_id: id,
    appointment_id: id.nullable(),
    prospect_name: z.string(),
    prospect_phone: z.string().nullable(),
    prospect_email: z.string().nullable(),
    prospect_whatsapp: z.string().nullable(),
    timestamp: instant,
    priority: z.enum(priorities),
    reason: z.string(),
    reasons: z.array(z.string()),
    summary: z.string().nullable(),
    detected_needs: z.array(z.string()),
    suggested_properties: z.array(z.string()),
    suggestions: z.array(suggestion),
    qualification_score: z.record(z.string(), z.unknown()).nullable(),
    conversation_context: z.string().nullable(),
    next_steps: z.array(z.string()),
    status: z.enum(handoffStatuses),
    assigned_to: id.nullable(),
    assigned_to_name: z.string().nullable(),
    assignment_reason: z.string().nullable(),
    claimed_by: id.nullable(),
    claimed_by_name: z.string().nullable(),
    claimed_at: instant.nullable(),
    completed_at: instant.nullable(),
    outcome: z.string().nullable(),
    expires_at: instant,
    source_channel: z.string().nullable(),
    suggested_follow_up_channel: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'HandoffPackage' })

const lines = z.array(text(500)).max(100)
const expiry = instant.refine((time) => /^20\d\d-/.test(time), 'Give a time of this century.')

export const NewHandoff = z
  .object({
    prospect_id: id,
    conversation_id: optional(id),
    appointment_id: optional(id),
    priority: optional(z.enum(priorities)),
    reason: optional(z.string().max(1000)),
    summary: optional(longText),
    detected_needs: optional(lines),
    suggested_properties: optional(lines),
    qualification_score: optional(z.record(z.string().max(100), z.json())),
    conversation_context: optional(longText),
    next_steps: optional(lines),
    source_channel: optional(channel),
    suggested_follow_up_channel: optional(channel),
    /** Default: by priority. */
    expires_at: optional(expiry),
  })
  .meta({ id: 'NewHandoff' })

export const HandoffChanges = z
  .object({
    priority: optional(z.enum(priorities)),
    reason: optional(z.string().max(1000)),
    summary: clearable(longText),
    detected_needs: optional(lines),
    suggested_properties: optional(lines),
    conversation_context: clearable(longText),
    next_steps: optional(lines),
    assigned_to: clearable(id),
    suggested_follow_up_channel: clearable(channel),
    expires_at: optional(expiry),
  })
  .meta({ id: 'HandoffChanges' })

export const HandoffQuery = page().extend({
  status: optional(z.enum(handoffStatuses)),
  prospectId: optional(id),
  assignedTo: optional(id),
})

export type Handoff = z.output<typeof Handoff>
export type NewHandoff = z.output<typeof NewHandoff>
export type HandoffChanges = z.output<typeof HandoffChanges>
export type HandoffQuery = z.output<typeof HandoffQuery>
