import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { longText } from '../schema.ts'
import type { PartName } from './qualification.ts'

const Part = z.object({ score: z.number(), max: z.number(), reason: z.string() })
const parts = z.object({ budget: Part, timeline: Part, authority: Part, need: Part, engagement: Part })
const grade = z.enum(['hot', 'warm', 'cold'])

export const QualificationScore = z
  .object({
    id,
    prospect_id: id,
    conversation_id: id.nullable(),
    /** 0 to 100: the sum of the parts. */
    total: z.int(),
    grade,
    parts,
    /** Worked out from what is known, or given by somebody. */
    source: z.enum(['computed', 'given']),
    notes: z.string().nullable(),
    scored_by: id.nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'QualificationScore' })

const partOf = (max: number) => z.int().min(0).max(max).optional()
const givenParts = {
  budget: partOf(25),
  timeline: partOf(20),
  authority: partOf(15),
  need: partOf(20),
  engagement: partOf(20),
}
export type GivenParts = Partial<Record<PartName, number | undefined>>

/** Parts that are left out are worked out from what is known. */
export const NewQualificationScore = z
  .object({ conversation_id: optional(id), notes: optional(longText), ...givenParts })
  .meta({ id: 'NewQualificationScore' })

/** Parts that are left out stay as they are. */
export const QualificationScoreChanges = z
  .object({ conversation_id: clearable(id), notes: clearable(longText), ...givenParts })
  .meta({ id: 'QualificationScoreChanges' })

export type QualificationScore = z.output<typeof QualificationScore>
export type NewQualificationScore = z.output<typeof NewQualificationScore>
export type QualificationScoreChanges = z.output<typeof QualificationScoreChanges>
