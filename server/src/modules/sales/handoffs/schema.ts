import { z } from 'zod'
import { clampedPage, clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { channel, longText, priorities, shortText } from '../schema.ts'
import { handoffStatuses } from '../transitions.ts'

const suggestion = z.object({
  property_id: id.describe('Id of the property.'),
  name: z.string().describe('Name of the property.'),
  reasons: z.array(z.string()).describe('Why the property matches.'),
})

export const Handoff = z
  .object({
    id: id.describe('Id of the handoff.'),
    conversation_id: id.nullable().describe('Id of the conversation, if any.'),
    prospect_id: id.describe('Id of the prospect.'),
    appointment_id: id.nullable().describe('Id of the appointment, if any.'),
    prospect_name: z.string().describe("The prospect's name when the handoff was created."),
    prospect_phone: z.string().nullable().describe("The prospect's number in E.164 form."),
    prospect_email: z.string().nullable().describe("The prospect's e-mail address."),
    prospect_whatsapp: z.string().nullable().describe("The prospect's WhatsApp number."),
    timestamp: instant.describe('When the handoff was created.'),
    priority: z.enum(priorities).describe('Urgency. It determines when the handoff expires.'),
    reason: z.string().describe('Why a member should take over, in a sentence.'),
    reasons: z.array(z.string()).describe('All reasons, as separate sentences.'),
    summary: z.string().nullable().describe('What has happened so far.'),
    detected_needs: z.array(z.string()).describe("The prospect's needs, as short texts."),
    suggested_properties: z.array(z.string()).describe('Names of matching properties.'),
    suggestions: z.array(suggestion).describe('The matching properties with the reasons for each.'),
    qualification_score: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        "The prospect's score and its parts. A computed score has `total`, `grade` and `parts`, and the same in the words of the sales front-end: `overallScore`, `intentScore`, `budgetFitScore` and `propertyMatchConfidence` from 0 to 100, `urgency`, `riskFlags`.",
      ),
    conversation_context: z
      .string()
      .describe('The end of the conversation, or a sentence about it when no word of it was recorded.'),
    next_steps: z.array(z.string()).describe('Next steps, in order.'),
    status: z
      .enum(handoffStatuses)
      .describe('`pending` until a member claims it; then `claimed`, `completed`, or `expired`.'),
    assigned_to: id.nullable().describe('User id of the member it is assigned to.'),
    assigned_to_name: z.string().nullable().describe('Name of that member.'),
    assignment_reason: z.string().nullable().describe('Why this member was chosen.'),
    claimed_by: id.nullable().describe('User id of the member who claimed it.'),
    claimed_by_name: z.string().nullable().describe('Name of that member.'),
    claimed_at: instant.nullable().describe('When it was claimed.'),
    completed_at: instant.nullable().describe('When it was completed.'),
    outcome: z.string().nullable().describe('Outcome of the handoff.'),
    expires_at: instant.describe('When the handoff expires if it is not claimed.'),
    source_channel: z.string().nullable().describe('Channel by which the prospect made contact.'),
    suggested_follow_up_channel: z.string().nullable().describe('Recommended channel for the follow-up.'),
    created_at: instant.describe('When the handoff was created.'),
    updated_at: instant.describe('When the handoff was last changed.'),
  })
  .meta({ id: 'HandoffPackage' })

const number = z.string().trim().min(3).max(50)
const lines = z.array(text(500)).max(100)
const expiry = instant.refine((time) => /^20\d\d-/.test(time), 'Must be a time between 2000 and 2099.')

export const NewHandoff = z
  .object({
    prospect_id: id.describe('Id of the prospect.'),
    prospect_name: optional(shortText).describe("The name in the handoff. Default: the prospect's."),
    prospect_phone: optional(number).describe(
      "The number in the handoff, in any common format. Default: the prospect's.",
    ),
    prospect_email: optional(z.email().max(255)).describe("The address in the handoff. Default: the prospect's."),
    prospect_whatsapp: optional(number).describe("The WhatsApp number in the handoff. Default: the prospect's."),
    conversation_id: optional(id).describe('Id of the conversation, if any.'),
    appointment_id: optional(id).describe('Id of the appointment, if any.'),
    priority: optional(z.enum(priorities)).describe('Urgency. It determines when the handoff expires.'),
    reason: optional(z.string().max(1000)).describe('Why a member should take over, in a sentence.'),
    summary: optional(longText).describe('What has happened so far.'),
    detected_needs: optional(lines).describe("The prospect's needs, as short texts."),
    suggested_properties: optional(lines).describe('Names of matching properties.'),
    qualification_score: optional(z.record(z.string().max(100), z.unknown())).describe(
      "The prospect's score and its parts.",
    ),
    conversation_context: optional(longText).describe('The end of the conversation.'),
    next_steps: optional(lines).describe('Next steps, in order.'),
    source_channel: optional(channel).describe('Channel by which the prospect made contact.'),
    suggested_follow_up_channel: optional(channel).describe('Recommended channel for the follow-up.'),
    expires_at: optional(expiry).describe(
      'When the handoff expires if it is not claimed. Default: 4, 24 or 72 hours from now for priority high, medium or low.',
    ),
  })
  .meta({ id: 'NewHandoff' })

export const HandoffChanges = z
  .object({
    priority: optional(z.enum(priorities)).describe('Urgency. It determines when the handoff expires.'),
    reason: optional(z.string().max(1000)).describe('Why a member should take over, in a sentence.'),
    summary: clearable(longText).describe('What has happened so far. `null` clears it.'),
    detected_needs: optional(lines).describe("The prospect's needs, as short texts."),
    suggested_properties: optional(lines).describe('Names of matching properties.'),
    conversation_context: clearable(longText).describe('The end of the conversation. `null` clears it.'),
    next_steps: optional(lines).describe('Next steps, in order.'),
    assigned_to: clearable(id).describe('User id of the member to assign it to. `null` removes the assignment.'),
    suggested_follow_up_channel: clearable(channel).describe(
      'Recommended channel for the follow-up. `null` clears it.',
    ),
    expires_at: optional(expiry).describe('When the handoff expires if it is not claimed.'),
  })
  .meta({ id: 'HandoffChanges' })

export const HandoffQuery = clampedPage().extend({
  status: optional(z.enum(handoffStatuses)).describe('Only handoffs with this status.'),
  prospectId: optional(id).describe('Only handoffs of this prospect.'),
  assignedTo: optional(id).describe('Only handoffs assigned to this member.'),
})

export type Handoff = z.output<typeof Handoff>
export type NewHandoff = z.output<typeof NewHandoff>
export type HandoffChanges = z.output<typeof HandoffChanges>
export type HandoffQuery = z.output<typeof HandoffQuery>

const handoffFrame = z.object({ prospect_id: z.uuid(), assigned_to: z.uuid().nullable() })

/** The frames about handoffs. They contain fewer fields than the events. */
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
