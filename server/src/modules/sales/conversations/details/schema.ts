import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../../platform/http/fields.ts'
import { confidence, facts, longText } from '../schema.ts'

const detail = { id, conversation_id: id, created_at: instant, updated_at: instant }

export const DetectedEntity = z
  .object({
    ...detail,
    message_id: id.nullable(),
    type: z.string(),
    value: z.string(),
    confidence: z.number().nullable(),
  })
  .meta({ id: 'DetectedEntity' })
const entity = { type: text(100), value: text(2000) }
export const NewDetectedEntity = z
  .object({ ...entity, message_id: optional(id), confidence: optional(confidence) })
  .meta({ id: 'NewDetectedEntity' })
export const DetectedEntityChanges = z
  .object({ type: optional(entity.type), value: optional(entity.value), confidence: clearable(confidence) })
  .meta({ id: 'DetectedEntityChanges' })

const actionStatus = z.enum(['pending', 'in_progress', 'completed', 'failed'])
export const AgentAction = z
  .object({
    ...detail,
    type: z.string(),
    description: z.string().nullable(),
    status: actionStatus,
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AgentAction' })
export const NewAgentAction = z
  .object({
    type: text(100),
    description: optional(longText),
    status: optional(actionStatus),
    details: optional(facts),
  })
  .meta({ id: 'NewAgentAction' })
export const AgentActionChanges = z
  .object({ description: clearable(longText), status: optional(actionStatus), details: optional(facts) })
  .meta({ id: 'AgentActionChanges' })

const stepStatus = z.enum(['pending', 'in_progress', 'completed', 'skipped'])
const position = z.int().min(0).max(1_000_000)
export const PlanStep = z
  .object({ ...detail, position: z.int(), description: z.string(), status: stepStatus })
  .meta({ id: 'PlanStep' })
export const NewPlanStep = z
  .object({ description: text(2000), position: optional(position), status: optional(stepStatus) })
  .meta({ id: 'NewPlanStep' })
export const PlanStepChanges = z
  .object({ description: optional(text(2000)), position: optional(position), status: optional(stepStatus) })
  .meta({ id: 'PlanStepChanges' })

const score = z.int().min(0).max(100)
export const Review = z
  .object({
    ...detail,
    message_id: id.nullable(),
    note: z.string().nullable(),
    score: z.int().nullable(),
    reviewed_by: id.nullable(),
  })
  .meta({ id: 'ConversationReview' })
export const NewReview = z
  .object({ message_id: optional(id), note: optional(longText), score: optional(score) })
  .refine((body) => body.note !== undefined || body.score !== undefined, {
    message: 'Give a note, a score, or both.',
    path: ['note'],
  })
  .meta({ id: 'NewConversationReview' })
export const ReviewChanges = z
  .object({ note: clearable(longText), score: clearable(score) })
  .meta({ id: 'ConversationReviewChanges' })

export type DetectedEntity = z.output<typeof DetectedEntity>
export type AgentAction = z.output<typeof AgentAction>
export type PlanStep = z.output<typeof PlanStep>
export type Review = z.output<typeof Review>
