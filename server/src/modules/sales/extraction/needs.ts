import { type Budget, parseBudget } from './budget.ts'
import { parseTimeline } from './buying-timeline.ts'
import type { Wishes } from './matching.ts'

/** Something the agent understood in a conversation: `{type: 'bedrooms', value: '3'}`. */
export interface Detected {
  type: string
  value: string
}

/** What somebody looks for, put together from all that is known of them. */
export interface Needs extends Wishes {
  budgetText: string | null
  timelineText: string | null
  timelineDays: number | null
  /** Says of themselves that they decide. */
  decides: boolean | null
}

export interface KnownOfProspect {
  city: string | null
  budget: string | null
  timeline: string | null
}

export interface KnownOfProperty {
  id: string
  city: string | null
  bedrooms: number | null
  type: string | null
  features: readonly string[]
}

/** The names under which agents report the same thing. */
const names: Record<string, readonly string[]> = {
  city: ['city', 'location', 'area'],
  budget: ['budget', 'price', 'price_range'],
  timeline: ['timeline', 'timeframe', 'move_in', 'date'],
  bedrooms: ['bedrooms', 'bedroom', 'beds', 'rooms'],
  type: ['property_type', 'type', 'property'],
  feature: ['feature', 'features', 'amenity', 'amenities', 'preference'],
  authority: ['decision_maker', 'authority', 'decision'],
}

const propertyType = /\b(villa|apartment|penthouse|townhouse)s?\b/i

/**
 * The prospect's own record first, then what was detected (newest first), then the properties they asked about: those say
 * what somebody likes when nothing else does.
 */
export function gatherNeeds(
  prospect: KnownOfProspect,
  detected: readonly Detected[],
  asked: readonly KnownOfProperty[],
): Needs {
  const said = (what: string) =>
    detected.filter(({ type }) => names[what]?.includes(type.trim().toLowerCase())).map(({ value }) => value.trim())
  const first = <T>(values: readonly (T | null)[]): T | null => values.find((value) => value !== null) ?? null
  const budgetText = prospect.budget ?? said('budget')[0] ?? null
  const timelineText = prospect.timeline ?? said('timeline')[0] ?? null
  const features = [
    ...said('feature').flatMap((value) => value.split(/\s*,\s*/)),
    ...asked.flatMap((property) => property.features),
  ]
  return {
    city: prospect.city ?? said('city')[0] ?? first(asked.map(({ city }) => city)),
    budgetText,
    budget: readBudget(budgetText, said('budget')),
    timelineText,
    timelineDays: first(
      [timelineText, ...said('timeline')].map((text) => (text === null ? null : parseTimeline(text))),
    ),
    bedrooms: first([...said('bedrooms').map(countIn), ...asked.map(({ bedrooms }) => bedrooms)]),
    type: first([
      ...said('type').map((text) => propertyType.exec(text)?.[1]?.toLowerCase() ?? null),
      ...asked.map(({ type }) => type),
    ]),
    features: [...new Map(features.filter(Boolean).map((feature) => [feature.toLowerCase(), feature])).values()].slice(
      0,
      20,
    ),
    decides: decidesIn(said('authority')[0]),
    propertyIds: asked.map(({ id }) => id),
  }
}

/** The record's own words where they can be understood, else the newest detected ones that can. */
function readBudget(own: string | null, detected: readonly string[]): Budget | null {
  for (const text of own === null ? detected : [own, ...detected]) {
    const budget = parseBudget(text)
    if (budget) return budget
  }
  return null
}

function countIn(text: string): number | null {
  if (/\bstudio\b/i.test(text)) return 0
  const digits = /\d{1,3}/.exec(text)?.[0]
  return digits === undefined ? null : Number(digits)
}

function decidesIn(text: string | undefined): boolean | null {
  if (text === undefined) return null
  if (/\b(no|not|false|spouse|wife|husband|partner|boss|committee|parents)\b/i.test(text)) return false
  return /\b(yes|true|self|alone|me|myself|owner|decides?)\b/i.test(text) ? true : null
}

/** The needs as lines for a person. */
export function needsInWords(needs: Needs): string[] {
  const { city, budgetText, timelineText, bedrooms, type, features } = needs
  return [
    city !== null && `City: ${city}`,
    budgetText !== null && `Budget: ${budgetText}`,
    timelineText !== null && `Timeline: ${timelineText}`,
    bedrooms !== null && (bedrooms === 0 ? 'Studio' : `Bedrooms: ${bedrooms}`),
    type !== null && `Type: ${type}`,
    features.length > 0 && `Features: ${features.join(', ')}`,
  ].filter((line) => line !== false)
}
