import { type Part, type Parts, partNames } from '../qualification/qualification.ts'
import type { Handoff } from './schema.ts'

const isComputed = (score: Record<string, unknown>): score is { total: number; parts: Parts } =>
  typeof score.total === 'number' && typeof score.parts === 'object' && score.parts !== null

const percent = ({ score, max }: Part) => Math.round((100 * score) / max)

/** Adds the names that the sales front-end reads to a computed score. A score that a client gave stays as it is. */
export function withScoreNames(handoff: Handoff): Handoff {
  const score = handoff.qualification_score
  if (!score || !isComputed(score)) return handoff
  const { parts } = score
  if (!partNames.every((name) => parts[name])) return handoff
  const hurry = percent(parts.timeline)
  return {
    ...handoff,
    qualification_score: {
      ...score,
      overallScore: score.total,
      intentScore: percent(parts.engagement),
      budgetFitScore: percent(parts.budget),
      propertyMatchConfidence: percent(parts.need),
      urgency: hurry >= 80 ? 'high' : hurry >= 40 ? 'medium' : 'low',
      // A part with less than a third of its points is what can make the sale fail.
      riskFlags: partNames.filter((name) => percent(parts[name]) < 33).map((name) => parts[name].reason),
    },
  }
}
