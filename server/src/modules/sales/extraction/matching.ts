import type { Budget } from './budget.ts'

/** Search criteria of a prospect; null or empty when they are not known. */
export interface Criteria {
  city: string | null
  budget: Budget | null
  bedrooms: number | null
  type: string | null
  features: readonly string[]
  /** Properties the prospect asked about. */
  propertyIds: readonly string[]
}

export interface Listing {
  id: string
  name: string
  city: string | null
  /** The price range in major units. */
  price_from: number | null
  price_to: number | null
  currency: string
  bedrooms: number | null
  type: string | null
  status: string
  features: readonly string[]
}

export interface Suggestion {
  property_id: string
  name: string
  reasons: string[]
}

/** A property can exceed the budget by this factor and still be suggested. */
const budgetTolerance = 1.1

const plain = (text: string) => text.trim().toLowerCase()
/** Compares names of places: `Dubai Marina` matches `Dubai`. */
const nearby = (a: string | null, b: string | null) =>
  a !== null && b !== null && (plain(a).includes(plain(b)) || plain(b).includes(plain(a)))

const same = (a: string | null, b: string | null) => a !== null && b !== null && plain(a) === plain(b)

/**
 * Returns the best matching available listings, at most `limit`, each with its reasons. Excludes listings that are too
 * expensive or in another city, unless the prospect asked about them.
 */
export function suggest(criteria: Criteria, offers: readonly Listing[], limit = 5): Suggestion[] {
  return offers
    .filter((offer) => offer.status === 'available')
    .flatMap((offer) => {
      const points = compare(criteria, offer)
      if (points === null || points.length === 0) return []
      return { offer, points, score: points.reduce((sum, [point]) => sum + point, 0) }
    })
    .toSorted((a, b) => b.score - a.score || (a.offer.id < b.offer.id ? 1 : -1))
    .slice(0, limit)
    .map(({ offer, points }) => ({
      property_id: offer.id,
      name: offer.name,
      reasons: points.map(([, reason]) => reason),
    }))
}

/** Returns the points and reasons of a listing; null when it is excluded. */
function compare(criteria: Criteria, offer: Listing): [number, string][] | null {
  const points: [number, string][] = []
  if (criteria.propertyIds.includes(offer.id)) points.push([10, 'They asked about it'])
  const asked = points.length > 0
  if (nearby(criteria.city, offer.city)) points.push([4, `In ${offer.city}`])
  else if (criteria.city !== null && offer.city !== null && !asked) return null
  const money = compareBudget(criteria.budget, offer)
  if (money === 'too expensive' && !asked) return null
  if (money) points.push(money === 'too expensive' ? [0, 'Above the budget'] : money)
  if (criteria.bedrooms !== null && offer.bedrooms !== null) {
    const more = offer.bedrooms - criteria.bedrooms
    if (more === 0) points.push([3, bedrooms(offer.bedrooms)])
    else if (Math.abs(more) === 1)
      points.push([1, `${bedrooms(offer.bedrooms)}, one ${more > 0 ? 'more' : 'fewer'} than requested`])
  }
  if (same(criteria.type, offer.type))
    points.push([3, `Is ${/^[aeiou]/.test(offer.type ?? '') ? 'an' : 'a'} ${offer.type}`])
  const shared = offer.features.filter((feature) => criteria.features.some((wanted) => same(wanted, feature)))
  if (shared.length > 0) points.push([Math.min(3, shared.length), `Has ${shared.join(', ')}`])
  return points
}

function compareBudget(budget: Budget | null, offer: Listing): [number, string] | 'too expensive' | null {
  if (!budget || offer.price_from === null) return null
  if (budget.currency !== null && budget.currency !== offer.currency) return null
  const { min, max } = budget
  if (max !== null && offer.price_from > max * budgetTolerance) return 'too expensive'
  if (max !== null && offer.price_from > max) return [2, 'Slightly above the budget']
  if (min !== null && (offer.price_to ?? offer.price_from) < min) return [1, 'Below the budget']
  return [4, 'Within the budget']
}

const bedrooms = (n: number) => (n === 0 ? 'A studio' : `${n} bedroom${n === 1 ? '' : 's'}`)
