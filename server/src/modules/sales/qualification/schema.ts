import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { longText } from '../schema.ts'
import type { PartName } from './qualification.ts'

const Part = z.object({
  score: z.number().describe('Points of this part.'),
  max: z.number().describe('Maximum points of this part.'),
  reason: z.string().describe('Reason, in a sentence.'),
})
const parts = z.object({
  budget: Part.describe('How clear the budget is.'),
  timeline: Part.describe('How soon the prospect wants to buy.'),
  authority: Part.describe('Whether the prospect makes the decision.'),
  need: Part.describe("How clear the prospect's needs are."),
  engagement: Part.describe('How actively the prospect engages.'),
})
const grade = z.enum(['hot', 'warm', 'cold'])

export const QualificationScore = z
  .object({
    id: id.describe('Id of the score.'),
    prospect_id: id.describe('Id of the prospect.'),
    conversation_id: id.nullable().describe('Id of the conversation that the score is based on.'),
    total: z.int().describe('Sum of the parts, 0 to 100.'),
    grade: grade.describe('Grade by the total: `hot` from 70, `warm` from 40, otherwise `cold`.'),
    parts: parts.describe('Points and reason of each part.'),
    source: z
      .enum(['computed', 'given'])
      .describe('`computed` from the known data, or `given` when a member set at least one part.'),
    notes: z.string().nullable().describe("The team's notes."),
    scored_by: id.nullable().describe('User id of the member who created it, if any.'),
    created_at: instant.describe('When the score was created.'),
    updated_at: instant.describe('When the score was last changed.'),
  })
  .meta({ id: 'QualificationScore' })

const partOf = (max: number) => z.int().min(0).max(max).optional()
const givenParts = {
  budget: partOf(25).describe('Points for the budget, at most 25.'),
  timeline: partOf(20).describe('Points for the timeline, at most 20.'),
  authority: partOf(15).describe('Points for the authority to decide, at most 15.'),
  need: partOf(20).describe('Points for the clarity of the needs, at most 20.'),
  engagement: partOf(20).describe('Points for the engagement, at most 20.'),
}
export type GivenParts = Partial<Record<PartName, number | undefined>>

/** Omitted parts are computed from the known data. */
export const NewQualificationScore = z
  .object({
    conversation_id: optional(id).describe('Id of the conversation that the score is based on.'),
    notes: optional(longText).describe("The team's notes."),
    ...givenParts,
  })
  .meta({ id: 'NewQualificationScore' })

/** Omitted parts keep their points. */
export const QualificationScoreChanges = z
  .object({
    conversation_id: clearable(id).describe('Id of the conversation that the score is based on. `null` clears it.'),
    notes: clearable(longText).describe("The team's notes. `null` clears them."),
    ...givenParts,
  })
  .meta({ id: 'QualificationScoreChanges' })

export type QualificationScore = z.output<typeof QualificationScore>
export type NewQualificationScore = z.output<typeof NewQualificationScore>
export type QualificationScoreChanges = z.output<typeof QualificationScoreChanges>
