import type { Budget } from './budget.ts'

/** What somebody looks for; null or empty where nothing is known. */
export interface Wishes {
  city: string | null
  budget: Budget | null
  bedrooms: number | null
  type: string | null
  features: readonly string[]
  /** Properties they asked about themselves. */
  propertyIds: readonly string[]
}

export interface Offer {
  id: string
  name: string
  city: string | null
  /** The range of prices asked, in major units. */
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

/** A little over the budget is still worth a look. */
const stretch = 1.1

const plain = (text: string) => text.trim().toLowerCase()
/** Dubai Marina is in Dubai. */
const nearby = (a: string | null, b: string | null) =>
  a !== null && b !== null && (plain(a).includes(plain(b)) || plain(b).includes(plain(a)))

const same = (a: string | null, b: string | null) => a !== null && b !== null && plain(a) === plain(b)

/**
 * The available ones that fit best, at most `limit`, each with its reasons. What is clearly too dear or in
 * another city is left out, unless they asked about it.
 */
export function suggest(wishes: Wishes, offers: readonly Offer[], limit = 5): Suggestion[] {
  return offers
    .filter((offer) => offer.status === 'available')
    .flatMap((offer) => {
      const points = compare(wishes, offer)
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

/** Null: out of reach. */
function compare(wishes: Wishes, offer: Offer): [number, string][] | null {
  const points: [number, string][] = []
  if (wishes.propertyIds.includes(offer.id)) points.push([10, 'They asked about it'])
  const asked = points.length > 0
  if (nearby(wishes.city, offer.city)) points.push([4, `In ${offer.city}`])
  else if (wishes.city !== null && offer.city !== null && !asked) return null
  const money = compareBudget(wishes.budget, offer)
  if (money === 'too dear' && !asked) return null
  if (money) points.push(money === 'too dear' ? [0, 'Above the budget'] : money)
  if (wishes.bedrooms !== null && offer.bedrooms !== null) {
    const more = offer.bedrooms - wishes.bedrooms
    if (more === 0) points.push([3, bedrooms(offer.bedrooms)])
    else if (Math.abs(more) === 1)
      points.push([1, `${bedrooms(offer.bedrooms)}, one ${more > 0 ? 'more' : 'fewer'} than wished`])
  }
  if (same(wishes.type, offer.type))
    points.push([3, `Is ${/^[aeiou]/.test(offer.type ?? '') ? 'an' : 'a'} ${offer.type}`])
  const shared = offer.features.filter((feature) => wishes.features.some((wish) => same(wish, feature)))
  if (shared.length > 0) points.push([Math.min(3, shared.length), `Has ${shared.join(', ')}`])
  return points
}

function compareBudget(budget: Budget | null, offer: Offer): [number, string] | 'too dear' | null {
  if (!budget || offer.price_from === null) return null
  if (budget.currency !== null && budget.currency !== offer.currency) return null
  const { min, max } = budget
  if (max !== null && offer.price_from > max * stretch) return 'too dear'
  if (max !== null && offer.price_from > max) return [2, 'Slightly above the budget']
  if (min !== null && (offer.price_to ?? offer.price_from) < min) return [1, 'Below the budget']
  return [4, 'Within the budget']
}

const bedrooms = (n: number) => (n === 0 ? 'A studio' : `${n} bedroom${n === 1 ? '' : 's'}`)
