import { type Budget, parseBudget } from './budget.ts'
import { parseTimeline } from './buying-timeline.ts'
import type { Criteria } from './matching.ts'

/** An entity that the agent detected in a conversation: `{type: 'bedrooms', value: '3'}`. */
export interface Detected {
  type: string
  value: string
}

/** The needs of a prospect, collected from all known data. */
export interface Needs extends Criteria {
  budgetText: string | null
  timelineText: string | null
  timelineDays: number | null
  /** True when the prospect said that they decide themselves; null when it is not known. */
  isDecisionMaker: boolean | null
}

export interface ProspectRecord {
  city: string | null
  budget: string | null
  timeline: string | null
  budget_min?: number | null
  budget_max?: number | null
  budget_currency?: string | null
  beds_min?: number | null
  property_type_pref?: string | null
}

export interface PropertyRecord {
  id: string
  city: string | null
  bedrooms: number | null
  type: string | null
  features: readonly string[]
}

/** The entity types that agents use for each need. */
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
 * Collects the needs of a prospect: first from the prospect's record, then from the detected entities (newest first), then
 * from the properties they asked about.
 */
export function gatherNeeds(
  prospect: ProspectRecord,
  detected: readonly Detected[],
  asked: readonly PropertyRecord[],
): Needs {
  const valuesOf = (what: string) =>
    detected.filter(({ type }) => names[what]?.includes(type.trim().toLowerCase())).map(({ value }) => value.trim())
  const first = <T>(values: readonly (T | null)[]): T | null => values.find((value) => value !== null) ?? null
  const stated = statedBudget(prospect)
  const budgetText = prospect.budget ?? (stated && inWords(stated)) ?? valuesOf('budget')[0] ?? null
  const timelineText = prospect.timeline ?? valuesOf('timeline')[0] ?? null
  const features = [
    ...valuesOf('feature').flatMap((value) => value.split(/\s*,\s*/)),
    ...asked.flatMap((property) => property.features),
  ]
  return {
    city: prospect.city ?? valuesOf('city')[0] ?? first(asked.map(({ city }) => city)),
    budgetText,
    budget: stated ?? readBudget(budgetText, valuesOf('budget')),
    timelineText,
    timelineDays: first(
      [timelineText, ...valuesOf('timeline')].map((text) => (text === null ? null : parseTimeline(text))),
    ),
    bedrooms: first([
      prospect.beds_min ?? null,
      ...valuesOf('bedrooms').map(countIn),
      ...asked.map(({ bedrooms }) => bedrooms),
    ]),
    type: first([
      ...[prospect.property_type_pref ?? '', ...valuesOf('type')].map(
        (text) => propertyType.exec(text)?.[1]?.toLowerCase() ?? null,
      ),
      ...asked.map(({ type }) => type),
    ]),
    features: [...new Map(features.filter(Boolean).map((feature) => [feature.toLowerCase(), feature])).values()].slice(
      0,
      20,
    ),
    isDecisionMaker: isDecisionMakerIn(valuesOf('authority')[0]),
    propertyIds: asked.map(({ id }) => id),
  }
}

/** Returns the budget that the record holds in numbers, parsed from its text or given as such. */
const statedBudget = ({
  budget_min = null,
  budget_max = null,
  budget_currency = null,
}: ProspectRecord): Budget | null =>
  budget_min === null && budget_max === null ? null : { min: budget_min, max: budget_max, currency: budget_currency }

const inWords = ({ min, max, currency }: Budget) =>
  [
    currency,
    [min, max]
      .filter((amount) => amount !== null)
      .map((amount) => amount.toLocaleString('en'))
      .join(' to '),
  ]
    .filter(Boolean)
    .join(' ')

/** Returns the budget of the record if it can be parsed, otherwise the newest detected budget that can. */
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

function isDecisionMakerIn(text: string | undefined): boolean | null {
  if (text === undefined) return null
  if (/\b(no|not|false|spouse|wife|husband|partner|boss|committee|parents)\b/i.test(text)) return false
  return /\b(yes|true|self|alone|me|myself|owner|isDecisionMaker?)\b/i.test(text) ? true : null
}

/** Formats the needs as lines of text. */
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
