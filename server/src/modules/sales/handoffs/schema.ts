import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channel, longText, priorities } from '../schema.ts'
import { handoffStatuses } from '../transitions.ts'

const suggestion = z.object({
  property_id: id.describe('The property.'),
  name: z.string().describe('Name of the property.'),
  reasons: z.array(z.string()).describe('Why it fits, in sentences.'),
})

export const Handoff = z
  .object({
    id: id.describe('Id of the handoff.'),
    conversation_id: id.nullable().describe('The conversation it belongs to, if any.'),
    prospect_id: id.describe('The prospect.'),
    appointment_id: id.nullable().describe('The appointment it belongs to, if any.'),
    prospect_name: z.string().describe("The prospect's name at the moment."),
    prospect_phone: z.string().nullable().describe("The prospect's number in E.164 form."),
    prospect_email: z.string().nullable().describe("The prospect's e-mail address."),
    prospect_whatsapp: z.string().nullable().describe("The prospect's WhatsApp number."),
    timestamp: instant.describe('When it was handed over.'),
    priority: z.enum(priorities).describe('How urgent it is. It decides how long the handoff waits.'),
    reason: z.string().describe('Why a person should take over, in a sentence.'),
    reasons: z.array(z.string()).describe('The same, as separate sentences.'),
    summary: z.string().nullable().describe('What happened so far.'),
    detected_needs: z.array(z.string()).describe('What the prospect wants, as short texts.'),
    suggested_properties: z.array(z.string()).describe('Names of properties that fit.'),
    suggestions: z.array(suggestion).describe('The fitting properties with the reasons for each.'),
    qualification_score: z.record(z.string(), z.unknown()).nullable().describe("The prospect's score and its parts."),
    conversation_context: z.string().nullable().describe('The last words of the conversation.'),
    next_steps: z.array(z.string()).describe('What to do, in order.'),
    status: z
      .enum(handoffStatuses)
      .describe('`pending` until a member claims it; then `claimed`, `completed`, or `expired`.'),
    assigned_to: id.nullable().describe('The member it is meant for.'),
    assigned_to_name: z.string().nullable().describe('Name of that member.'),
    assignment_reason: z.string().nullable().describe('The rule or person that chose the member.'),
    claimed_by: id.nullable().describe('The member who took it.'),
    claimed_by_name: z.string().nullable().describe('Name of that member.'),
    claimed_at: instant.nullable().describe('When it was taken.'),
    completed_at: instant.nullable().describe('When it was done.'),
    outcome: z.string().nullable().describe('How it ended, in words.'),
    expires_at: instant.describe('When it expires unless a member claims it.'),
    source_channel: z.string().nullable().describe('The channel the prospect came by.'),
    suggested_follow_up_channel: z.string().nullable().describe('The channel to answer on.'),
    created_at: instant.describe('When the handoff was created.'),
    updated_at: instant.describe('When the handoff was last changed.'),
  })
  .meta({ id: 'HandoffPackage' })

const lines = z.array(text(500)).max(100)
const expiry = instant.refine((time) => /^20\d\d-/.test(time), 'Give a time of this century.')

export const NewHandoff = z
  .object({
    prospect_id: id.describe('The prospect.'),
    conversation_id: optional(id).describe('The conversation it belongs to, if any.'),
    appointment_id: optional(id).describe('The appointment it belongs to, if any.'),
    priority: optional(z.enum(priorities)).describe('How urgent it is. It decides how long the handoff waits.'),
    reason: optional(z.string().max(1000)).describe('Why a person should take over, in a sentence.'),
    summary: optional(longText).describe('What happened so far.'),
    detected_needs: optional(lines).describe('What the prospect wants, as short texts.'),
    suggested_properties: optional(lines).describe('Names of properties that fit.'),
    qualification_score: optional(z.record(z.string().max(100), z.unknown())).describe(
      "The prospect's score and its parts.",
    ),
    conversation_context: optional(longText).describe('The last words of the conversation.'),
    next_steps: optional(lines).describe('What to do, in order.'),
    source_channel: optional(channel).describe('The channel the prospect came by.'),
    suggested_follow_up_channel: optional(channel).describe('The channel to answer on.'),
    expires_at: optional(expiry).describe('When it expires unless a member claims it. Default: by priority.'),
  })
  .meta({ id: 'NewHandoff' })

export const HandoffChanges = z
  .object({
    priority: optional(z.enum(priorities)).describe('How urgent it is. It decides how long the handoff waits.'),
    reason: optional(z.string().max(1000)).describe('Why a person should take over, in a sentence.'),
    summary: clearable(longText).describe('What happened so far. `null` empties it.'),
    detected_needs: optional(lines).describe('What the prospect wants, as short texts.'),
    suggested_properties: optional(lines).describe('Names of properties that fit.'),
    conversation_context: clearable(longText).describe('The last words of the conversation. `null` empties it.'),
    next_steps: optional(lines).describe('What to do, in order.'),
    assigned_to: clearable(id).describe('The member it is meant for. `null` empties it.'),
    suggested_follow_up_channel: clearable(channel).describe('The channel to answer on. `null` empties it.'),
    expires_at: optional(expiry).describe('When it expires unless a member claims it.'),
  })
  .meta({ id: 'HandoffChanges' })

export const HandoffQuery = page().extend({
  status: optional(z.enum(handoffStatuses)).describe('Only handoffs in this state.'),
  prospectId: optional(id).describe('Only those of this prospect.'),
  assignedTo: optional(id).describe('Only those meant for this member.'),
})

export type Handoff = z.output<typeof Handoff>
export type NewHandoff = z.output<typeof NewHandoff>
export type HandoffChanges = z.output<typeof HandoffChanges>
export type HandoffQuery = z.output<typeof HandoffQuery>

const handoffFrame = z.object({ prospect_id: z.uuid(), assigned_to: z.uuid().nullable() })

/** Frames about handoffs, which say less than the events of the log. */
export const handoffFrames = {
  'handoff:new': handoffFrame.extend({
    id: z.uuid(),
    status: z.literal('pending'),
    prospect_name: z.string(),
    priority: z.string(),
    reason: z.string(),
  }),
  'handoff:update': handoffFrame.extend({
    id: z.uuid(),
    status: z.enum(['pending', 'claimed', 'completed', 'expired']),
    by: z.uuid().nullable(),
  }),
}
