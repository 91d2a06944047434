import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../../platform/http/fields.ts'
import { confidence, facts, longText } from '../schema.ts'

const detail = {
  id: id.describe('Id of the entry.'),
  conversation_id: id.describe('Id of the conversation.'),
  created_at: instant.describe('When the entry was created.'),
  updated_at: instant.describe('When the entry was last changed.'),
}

export const DetectedEntity = z
  .object({
    ...detail,
    message_id: id.nullable().describe('Id of the message, if any.'),
    type: z.string().describe('Type, such as `budget` or `send_brochure`.'),
    value: z.string().describe('The detected value, such as `500000 EUR`.'),
    confidence: z.number().nullable().describe("The agent's confidence, 0 to 1."),
  })
  .meta({ id: 'DetectedEntity' })
const entity = {
  type: text(100).describe('Type, such as `budget` or `send_brochure`.'),
  value: text(2000).describe('The detected value, such as `500000 EUR`.'),
}
export const NewDetectedEntity = z
  .object({
    ...entity,
    message_id: optional(id).describe('Id of the message, if any.'),
    confidence: optional(confidence).describe("The agent's confidence, 0 to 1."),
  })
  .meta({ id: 'NewDetectedEntity' })
export const DetectedEntityChanges = z
  .object({
    type: optional(entity.type).describe('Type, such as `budget` or `send_brochure`.'),
    value: optional(entity.value).describe('The detected value, such as `500000 EUR`.'),
    confidence: clearable(confidence).describe("The agent's confidence, 0 to 1. `null` clears it."),
  })
  .meta({ id: 'DetectedEntityChanges' })

const actionStatus = z.enum(['pending', 'in_progress', 'completed', 'failed'])
export const AgentAction = z
  .object({
    ...detail,
    type: z.string().describe('Type, such as `budget` or `send_brochure`.'),
    description: z.string().nullable().describe('What the agent did or will do.'),
    status: actionStatus.describe('Progress of the action.'),
    details: z.record(z.string(), z.unknown()).describe('Details, as any JSON.'),
  })
  .meta({ id: 'AgentAction' })
export const NewAgentAction = z
  .object({
    type: text(100).describe('Type, such as `budget` or `send_brochure`.'),
    description: optional(longText).describe('What the agent did or will do.'),
    status: optional(actionStatus).describe('Progress of the action.'),
    details: optional(facts).describe('Details, as any JSON.'),
  })
  .meta({ id: 'NewAgentAction' })
export const AgentActionChanges = z
  .object({
    description: clearable(longText).describe('What the agent did or will do. `null` clears it.'),
    status: optional(actionStatus).describe('Progress of the action.'),
    details: optional(facts).describe('Details, as any JSON.'),
  })
  .meta({ id: 'AgentActionChanges' })

const stepStatus = z.enum(['pending', 'in_progress', 'completed', 'skipped'])
const position = z.int().min(0).max(1_000_000)
export const PlanStep = z
  .object({
    ...detail,
    position: z.int().describe('Position in the plan. Steps are listed in ascending order of it.'),
    description: z.string().describe('What the step consists of.'),
    status: stepStatus.describe('Progress of the step.'),
  })
  .meta({ id: 'PlanStep' })
export const NewPlanStep = z
  .object({
    description: text(2000).describe('What the step consists of.'),
    position: optional(position).describe('Position in the plan. Steps are listed in ascending order of it.'),
    status: optional(stepStatus).describe('Progress of the step.'),
  })
  .meta({ id: 'NewPlanStep' })
export const PlanStepChanges = z
  .object({
    description: optional(text(2000)).describe('What the step consists of.'),
    position: optional(position).describe('Position in the plan. Steps are listed in ascending order of it.'),
    status: optional(stepStatus).describe('Progress of the step.'),
  })
  .meta({ id: 'PlanStepChanges' })

const score = z.int().min(0).max(100)
export const Review = z
  .object({
    ...detail,
    message_id: id.nullable().describe('Id of the message, if any.'),
    note: z.string().nullable().describe("The reviewer's note."),
    score: z.int().nullable().describe("The reviewer's score, 0 to 100."),
    reviewed_by: id.nullable().describe('User id of the reviewer.'),
  })
  .meta({ id: 'ConversationReview' })
export const NewReview = z
  .object({
    message_id: optional(id).describe('Id of the message, if any.'),
    note: optional(longText).describe("The reviewer's note."),
    score: optional(score).describe("The reviewer's score, 0 to 100."),
  })
  .refine((body) => body.note !== undefined || body.score !== undefined, {
    message: 'note or score is required.',
    path: ['note'],
  })
  .meta({ id: 'NewConversationReview' })
export const ReviewChanges = z
  .object({
    note: clearable(longText).describe("The reviewer's note. `null` clears it."),
    score: clearable(score).describe("The reviewer's score, 0 to 100. `null` clears it."),
  })
  .meta({ id: 'ConversationReviewChanges' })

export type DetectedEntity = z.output<typeof DetectedEntity>
export type AgentAction = z.output<typeof AgentAction>
export type PlanStep = z.output<typeof PlanStep>
export type Review = z.output<typeof Review>
