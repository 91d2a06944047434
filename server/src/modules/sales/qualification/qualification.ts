import type { Budget } from '../extraction/budget.ts'

/** What is known about a prospect when they are scored. */
export interface ProspectFacts {
  budget: Budget | null
  /** Said something about money that could not be understood. */
  budgetText: string | null
  timelineDays: number | null
  timelineText: string | null
  /** Says of themselves that they decide; null: nothing known. */
  decides: boolean | null
  reachableBy: readonly string[]
  city: string | null
  bedrooms: number | null
  propertyType: string | null
  features: readonly string[]
  interests: number
  conversations: number
  /** Messages they wrote themselves. */
  messages: number
  lastSentiment: 'positive' | 'neutral' | 'negative' | null
  upcomingAppointments: number
  keptAppointments: number
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

/** How well a prospect qualifies by what is known, each part with its reason. The same facts give the same score. */
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

/** The word for a total: what a person reads first. */
export const gradeOf = (total: number): 'hot' | 'warm' | 'cold' => (total >= 70 ? 'hot' : total >= 40 ? 'warm' : 'cold')

function scoreBudget({ budget, budgetText }: ProspectFacts): Part {
  const max = 25
  if (budget?.max != null && budget.min !== null) return { score: 25, max, reason: `Named a range: ${budgetText}.` }
  if (budget?.max != null) return { score: 22, max, reason: `Named what they would pay: ${budgetText}.` }
  if (budget) return { score: 18, max, reason: `Named what they would pay at least: ${budgetText}.` }
  if (budgetText) return { score: 8, max, reason: `Spoke of a budget without a clear amount: ${budgetText}.` }
  return { score: 0, max, reason: 'No budget is known.' }
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
      ? { score: 4, max, reason: `Gave no clear time: ${timelineText}.` }
      : { score: 0, max, reason: 'It is not known when they want to buy.' }
  }
  const score = urgency.find(([withinDays]) => timelineDays <= withinDays)?.[1] ?? 0
  return { score, max, reason: timelineDays === 0 ? 'Wants to buy now.' : `Wants to buy within ${timelineDays} days.` }
}

function scoreAuthority({ decides, reachableBy }: ProspectFacts): Part {
  const max = 15
  if (decides === true) return { score: 15, max, reason: 'Decides themselves.' }
  if (decides === false) return { score: 4, max, reason: 'Somebody else decides too.' }
  if (reachableBy.length === 0) return { score: 0, max, reason: 'Not known who decides, and no way to reach them.' }
  return { score: 7, max, reason: `Not known who decides; can be reached by ${reachableBy.join(' and ')}.` }
}

function scoreNeed({ city, bedrooms, propertyType, features, interests }: ProspectFacts): Part {
  const max = 20
  const known = [
    city !== null && `where (${city})`,
    bedrooms !== null && 'how many bedrooms',
    propertyType !== null && `what kind (${propertyType})`,
    features.length > 0 && 'which features',
    interests > 0 && 'which properties they like',
  ].filter((what) => what !== false)
  if (known.length === 0) return { score: 0, max, reason: 'Not known what they look for.' }
  return { score: known.length * 4, max, reason: `Known: ${known.join(', ')}.` }
}

function scoreEngagement(facts: ProspectFacts): Part {
  const max = 20
  const points: [number, string][] = []
  if (facts.keptAppointments > 0) points.push([8, 'came to an appointment'])
  if (facts.upcomingAppointments > 0) points.push([8, 'has an appointment'])
  if (facts.conversations > 0)
    points.push([Math.min(4, facts.conversations * 2), count(facts.conversations, 'conversation')])
  if (facts.messages > 0)
    points.push([Math.min(4, Math.ceil(facts.messages / 3)), `wrote ${count(facts.messages, 'message')}`])
  if (facts.lastSentiment === 'positive') points.push([3, 'spoke warmly last time'])
  if (facts.lastSentiment === 'negative') points.push([-4, 'negative sentiment last time'])
  if (facts.missedAppointments > 0)
    points.push([-4 * facts.missedAppointments, `missed ${count(facts.missedAppointments, 'appointment')}`])
  if (points.length === 0) return { score: 0, max, reason: 'Nothing has happened with them yet.' }
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
