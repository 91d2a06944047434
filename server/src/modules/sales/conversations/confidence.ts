import type { confidenceLevels } from '../../inbox/schema.ts'

type Level = (typeof confidenceLevels)[number]

const levelOf = (score: number): Level => (score >= 0.8 ? 'high' : score >= 0.5 ? 'medium' : 'low')

/** Returns the columns of a given confidence: a word or a number replaces the other, null clears both. */
export const confidenceColumns = (given: Level | number | null | undefined) =>
  given === undefined
    ? {}
    : {
        ai_confidence: typeof given === 'number' ? given : null,
        ai_confidence_level: typeof given === 'string' ? given : null,
      }

/** Returns the word and the number of a stored confidence. A record with a number only gets the word of it. */
export const confidenceFields = (stored: {
  ai_confidence: number | null
  ai_confidence_level: Level | null
}): { ai_confidence: Level | null; ai_confidence_score: number | null } => ({
  ai_confidence: stored.ai_confidence_level ?? (stored.ai_confidence === null ? null : levelOf(stored.ai_confidence)),
  ai_confidence_score: stored.ai_confidence,
})
