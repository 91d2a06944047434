import type { Budget } from '../extraction/budget.ts'

/** The facts that a prospect's score is computed from. */
export interface ProspectFacts {
  budget: Budget | null
  /** The budget as the prospect wrote it, also when it could not be parsed. */
  budgetText: string | null
  timelineDays: number | null
  timelineText: string | null
  /** True when the prospect decides themselves; null when it is not known. */
  isDecisionMaker: boolean | null
  reachableBy: readonly string[]
  city: string | null
  bedrooms: number | null
  propertyType: string | null
  features: readonly string[]
  interests: number
  conversations: number
  /** Messages that the prospect wrote. */
  messages: number
  lastSentiment: 'positive' | 'neutral' | 'negative' | null
  upcomingAppointments: number
  attendedAppointments: number
  missedAppointments: number
}

export interface Part {
  score: number
  max: number
  reason: string
}

export const partNames = ['budget', 'timeline', 'authority', 'need', 'engagement'] as const
export type PartName = (typeof partNames)[number]
export type Parts = Record<PartName, Part>

export interface Qualification {
  /** 0 to 100: the sum of the parts. */
  total: number
  parts: Parts
}

/** Computes the qualification score, each part with its reason. The same facts give the same score. */
export function qualify(facts: ProspectFacts): Qualification {
  const parts: Parts = {
    budget: scoreBudget(facts),
    timeline: scoreTimeline(facts),
    authority: scoreAuthority(facts),
    need: scoreNeed(facts),
    engagement: scoreEngagement(facts),
  }
  return { total: totalOf(parts), parts }
}

export const totalOf = (parts: Parts): number => partNames.reduce((sum, name) => sum + parts[name].score, 0)

/** Returns the grade of a total. */
export const gradeOf = (total: number): 'hot' | 'warm' | 'cold' => (total >= 70 ? 'hot' : total >= 40 ? 'warm' : 'cold')

function scoreBudget({ budget, budgetText }: ProspectFacts): Part {
  const max = 25
  if (budget?.max != null && budget.min !== null)
    return { score: 25, max, reason: `Gave a budget range: ${budgetText}.` }
  if (budget?.max != null) return { score: 22, max, reason: `Gave a maximum budget: ${budgetText}.` }
  if (budget) return { score: 18, max, reason: `Gave a minimum budget: ${budgetText}.` }
  if (budgetText) return { score: 8, max, reason: `Mentioned a budget without a clear amount: ${budgetText}.` }
  return { score: 0, max, reason: 'The budget is not known.' }
}

const urgency: [withinDays: number, score: number][] = [
  [30, 20],
  [90, 16],
  [180, 12],
  [365, 8],
  [Infinity, 4],
]

function scoreTimeline({ timelineDays, timelineText }: ProspectFacts): Part {
  const max = 20
  if (timelineDays === null) {
    return timelineText
      ? { score: 4, max, reason: `Gave no clear timeline: ${timelineText}.` }
      : { score: 0, max, reason: 'The timeline is not known.' }
  }
  const score = urgency.find(([withinDays]) => timelineDays <= withinDays)?.[1] ?? 0
  return { score, max, reason: timelineDays === 0 ? 'Wants to buy now.' : `Wants to buy within ${timelineDays} days.` }
}

function scoreAuthority({ isDecisionMaker, reachableBy }: ProspectFacts): Part {
  const max = 15
  if (isDecisionMaker === true) return { score: 15, max, reason: 'Makes the decision themselves.' }
  if (isDecisionMaker === false) return { score: 4, max, reason: 'Another person is involved in the decision.' }
  if (reachableBy.length === 0)
    return { score: 0, max, reason: 'The decision maker is not known, and there is no contact channel.' }
  return {
    score: 7,
    max,
    reason: `The decision maker is not known; the prospect can be contacted by ${reachableBy.join(' and ')}.`,
  }
}

function scoreNeed({ city, bedrooms, propertyType, features, interests }: ProspectFacts): Part {
  const max = 20
  const known = [
    city !== null && `city (${city})`,
    bedrooms !== null && 'number of bedrooms',
    propertyType !== null && `type (${propertyType})`,
    features.length > 0 && 'features',
    interests > 0 && 'properties of interest',
  ].filter((what) => what !== false)
  if (known.length === 0) return { score: 0, max, reason: 'The needs are not known.' }
  return { score: known.length * 4, max, reason: `Known: ${known.join(', ')}.` }
}

function scoreEngagement(facts: ProspectFacts): Part {
  const max = 20
  const points: [number, string][] = []
  if (facts.attendedAppointments > 0) points.push([8, 'attended an appointment'])
  if (facts.upcomingAppointments > 0) points.push([8, 'has an appointment'])
  if (facts.conversations > 0)
    points.push([Math.min(4, facts.conversations * 2), count(facts.conversations, 'conversation')])
  if (facts.messages > 0)
    points.push([Math.min(4, Math.ceil(facts.messages / 3)), `wrote ${count(facts.messages, 'message')}`])
  if (facts.lastSentiment === 'positive') points.push([3, 'positive sentiment in the last conversation'])
  if (facts.lastSentiment === 'negative') points.push([-4, 'negative sentiment in the last conversation'])
  if (facts.missedAppointments > 0)
    points.push([-4 * facts.missedAppointments, `missed ${count(facts.missedAppointments, 'appointment')}`])
  if (points.length === 0) return { score: 0, max, reason: 'There has been no contact yet.' }
  const score = Math.max(
    0,
    Math.min(
      max,
      points.reduce((sum, [point]) => sum + point, 0),
    ),
  )
  return { score, max, reason: sentence(points.map(([, what]) => what).join(', ')) }
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
