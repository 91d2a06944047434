import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../../platform/http/fields.ts'
import { confidence, facts, longText } from '../schema.ts'

const detail = {
  id: id.describe('Id of the entry.'),
  conversation_id: id.describe('The conversation.'),
  created_at: instant.describe('When the entry was created.'),
  updated_at: instant.describe('When the entry was last changed.'),
}

export const DetectedEntity = z
  .object({
    ...detail,
    message_id: id.nullable().describe('The message it comes from, if any.'),
    type: z.string().describe('What kind it is, like `budget` or `send_brochure`.'),
    value: z.string().describe('What was understood, like `500000 EUR`.'),
    confidence: z.number().nullable().describe('How sure the agent is, 0 to 1.'),
  })
  .meta({ id: 'DetectedEntity' })
const entity = {
  type: text(100).describe('What kind it is, like `budget` or `send_brochure`.'),
  value: text(2000).describe('What was understood, like `500000 EUR`.'),
}
export const NewDetectedEntity = z
  .object({
    ...entity,
    message_id: optional(id).describe('The message it comes from, if any.'),
    confidence: optional(confidence).describe('How sure the agent is, 0 to 1.'),
  })
  .meta({ id: 'NewDetectedEntity' })
export const DetectedEntityChanges = z
  .object({
    type: optional(entity.type).describe('What kind it is, like `budget` or `send_brochure`.'),
    value: optional(entity.value).describe('What was understood, like `500000 EUR`.'),
    confidence: clearable(confidence).describe('How sure the agent is, 0 to 1. `null` empties it.'),
  })
  .meta({ id: 'DetectedEntityChanges' })

const actionStatus = z.enum(['pending', 'in_progress', 'completed', 'failed'])
export const AgentAction = z
  .object({
    ...detail,
    type: z.string().describe('What kind it is, like `budget` or `send_brochure`.'),
    description: z.string().nullable().describe('What was, or is to be, done.'),
    status: actionStatus.describe('How far it is.'),
    details: z.record(z.string(), z.unknown()).describe('More about it, as any JSON.'),
  })
  .meta({ id: 'AgentAction' })
export const NewAgentAction = z
  .object({
    type: text(100).describe('What kind it is, like `budget` or `send_brochure`.'),
    description: optional(longText).describe('What was, or is to be, done.'),
    status: optional(actionStatus).describe('How far it is.'),
    details: optional(facts).describe('More about it, as any JSON.'),
  })
  .meta({ id: 'NewAgentAction' })
export const AgentActionChanges = z
  .object({
    description: clearable(longText).describe('What was, or is to be, done. `null` empties it.'),
    status: optional(actionStatus).describe('How far it is.'),
    details: optional(facts).describe('More about it, as any JSON.'),
  })
  .meta({ id: 'AgentActionChanges' })

const stepStatus = z.enum(['pending', 'in_progress', 'completed', 'skipped'])
const position = z.int().min(0).max(1_000_000)
export const PlanStep = z
  .object({
    ...detail,
    position: z.int().describe('Place in the plan, from 1.'),
    description: z.string().describe('What was, or is to be, done.'),
    status: stepStatus.describe('How far it is.'),
  })
  .meta({ id: 'PlanStep' })
export const NewPlanStep = z
  .object({
    description: text(2000).describe('What was, or is to be, done.'),
    position: optional(position).describe('Place in the plan, from 1.'),
    status: optional(stepStatus).describe('How far it is.'),
  })
  .meta({ id: 'NewPlanStep' })
export const PlanStepChanges = z
  .object({
    description: optional(text(2000)).describe('What was, or is to be, done.'),
    position: optional(position).describe('Place in the plan, from 1.'),
    status: optional(stepStatus).describe('How far it is.'),
  })
  .meta({ id: 'PlanStepChanges' })

const score = z.int().min(0).max(100)
export const Review = z
  .object({
    ...detail,
    message_id: id.nullable().describe('The message it comes from, if any.'),
    note: z.string().nullable().describe('What the reviewer says.'),
    score: z.int().nullable().describe('Marks of the reviewer, 0 to 100.'),
    reviewed_by: id.nullable().describe('The member who reviewed.'),
  })
  .meta({ id: 'ConversationReview' })
export const NewReview = z
  .object({
    message_id: optional(id).describe('The message it comes from, if any.'),
    note: optional(longText).describe('What the reviewer says.'),
    score: optional(score).describe('Marks of the reviewer, 0 to 100.'),
  })
  .refine((body) => body.note !== undefined || body.score !== undefined, {
    message: 'Give a note, a score, or both.',
    path: ['note'],
  })
  .meta({ id: 'NewConversationReview' })
export const ReviewChanges = z
  .object({
    note: clearable(longText).describe('What the reviewer says. `null` empties it.'),
    score: clearable(score).describe('Marks of the reviewer, 0 to 100. `null` empties it.'),
  })
  .meta({ id: 'ConversationReviewChanges' })

export type DetectedEntity = z.output<typeof DetectedEntity>
export type AgentAction = z.output<typeof AgentAction>
export type PlanStep = z.output<typeof PlanStep>
export type Review = z.output<typeof Review>
