import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { longText } from '../schema.ts'
import type { PartName } from './qualification.ts'

const Part = z.object({
  score: z.number().describe('Points for this part.'),
  max: z.number().describe('Most points this part can have.'),
  reason: z.string().describe('Why, in a sentence.'),
})
const parts = z.object({
  budget: Part.describe('Whether the budget fits what is offered.'),
  timeline: Part.describe('How soon they want to buy.'),
  authority: Part.describe('Whether they decide themselves.'),
  need: Part.describe('How clear their need is.'),
  engagement: Part.describe('How actively they answer.'),
})
const grade = z.enum(['hot', 'warm', 'cold'])

export const QualificationScore = z
  .object({
    id: id.describe('Id of the score.'),
    prospect_id: id.describe('The prospect.'),
    conversation_id: id.nullable().describe('The conversation it is judged by.'),
    total: z.int().describe('The sum of the parts, 0 to 100.'),
    grade: grade.describe('How promising the prospect is, by the total.'),
    parts: parts.describe('Points and reason for each part.'),
    source: z.enum(['computed', 'given']).describe('`computed` from what is known, or `given` by a member.'),
    notes: z.string().nullable().describe('Remarks of the team.'),
    scored_by: id.nullable().describe('The member who gave it; null when it was computed.'),
    created_at: instant.describe('When the score was created.'),
    updated_at: instant.describe('When the score was last changed.'),
  })
  .meta({ id: 'QualificationScore' })

const partOf = (max: number) => z.int().min(0).max(max).optional()
const givenParts = {
  budget: partOf(25).describe('Points for the budget, at most 25. Left out: worked out from what is known.'),
  timeline: partOf(20).describe(
    'Points for how soon they want to buy, at most 20. Left out: worked out from what is known.',
  ),
  authority: partOf(15).describe(
    'Points for whether they decide themselves, at most 15. Left out: worked out from what is known.',
  ),
  need: partOf(20).describe('Points for how clear their need is, at most 20. Left out: worked out from what is known.'),
  engagement: partOf(20).describe(
    'Points for how actively they answer, at most 20. Left out: worked out from what is known.',
  ),
}
export type GivenParts = Partial<Record<PartName, number | undefined>>

/** Parts that are left out are worked out from what is known. */
export const NewQualificationScore = z
  .object({
    conversation_id: optional(id).describe('The conversation it is judged by.'),
    notes: optional(longText).describe('Remarks of the team.'),
    ...givenParts,
  })
  .meta({ id: 'NewQualificationScore' })

/** Parts that are left out stay as they are. */
export const QualificationScoreChanges = z
  .object({
    conversation_id: clearable(id).describe('The conversation it is judged by. `null` empties it.'),
    notes: clearable(longText).describe('Remarks of the team. `null` empties it.'),
    ...givenParts,
  })
  .meta({ id: 'QualificationScoreChanges' })

export type QualificationScore = z.output<typeof QualificationScore>
export type NewQualificationScore = z.output<typeof NewQualificationScore>
export type QualificationScoreChanges = z.output<typeof QualificationScoreChanges>
