import { type Budget, parseBudget } from '../extraction/budget.ts'
import type { Condition, Conditions } from './schema.ts'

/** The values that routing rules compare. */
export interface Lead {
  city: string | null
  channel: string | null
  language: string | null
  budget: Budget | null
  /** Only for handoffs. */
  priority: string | null
  propertyType: string | null
  /** Days until the prospect wants to buy. */
  timelineDays: number | null
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()

/** Returns why the rule matches this lead, or null when a condition does not match. A rule without conditions matches. */
export function reasonsFor(conditions: Conditions, lead: Lead): string[] | null {
  const reasons: string[] = []
  for (const name of ['city', 'channel', 'language', 'priority'] as const) {
    const allowed = conditions[name]
    if (!allowed || allowed.length === 0) continue
    const value = lead[name]
    if (value === null || !allowed.some((one) => same(one, value))) return null
    reasons.push(`${name} is ${value}`)
  }
  for (const condition of conditions.all ?? []) {
    if (!holds(condition, lead)) return null
    reasons.push(`${nouns[condition.field]} ${verbs[condition.operator]} ${condition.value}`)
  }
  const { budget_min, budget_max } = conditions
  if (budget_min === undefined && budget_max === undefined) return reasons
  const spends = spending(conditions, lead.budget)
  if (spends === null) return null
  if (budget_min !== undefined && spends.most < budget_min) return null
  if (budget_max !== undefined && spends.least > budget_max) return null
  reasons.push(`budget is ${formatBounds(budget_min, budget_max)}`)
  return reasons
}

const nouns: Record<Condition['field'], string> = {
  city: 'city',
  budget: 'budget',
  propertyType: 'property type',
  language: 'language',
  urgency: 'urgency',
  channel: 'channel',
}
const verbs: Record<Condition['operator'], string> = {
  equals: 'is',
  contains: 'contains',
  greaterThan: 'is more than',
  lessThan: 'is less than',
}

const urgencies = ['low', 'medium', 'high']

/** Returns the priority of a handoff, otherwise how soon the prospect wants to buy. */
function urgencyOf({ priority, timelineDays }: Lead): string | null {
  if (priority !== null || timelineDays === null) return priority
  return timelineDays <= 30 ? 'high' : timelineDays <= 180 ? 'medium' : 'low'
}

function holds({ field, operator, value }: Condition, lead: Lead): boolean {
  if (field === 'budget') return budgetHolds(operator, value, lead.budget)
  const actual = field === 'urgency' ? urgencyOf(lead) : lead[field]
  if (actual === null) return false
  if (operator === 'equals') return same(actual, value)
  if (operator === 'contains') return actual.toLowerCase().includes(value.toLowerCase())
  const [a, b] = [actual, value].map((text) =>
    field === 'urgency' ? urgencies.indexOf(text.toLowerCase()) : Number(text),
  )
  if (a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b)) return false
  return operator === 'greaterThan' ? a > b : a < b
}

/** Compares the range of a budget: it is more than an amount when its upper end is. */
function budgetHolds(operator: Condition['operator'], value: string, budget: Budget | null): boolean {
  const wanted = parseBudget(value)
  const amount = wanted?.max ?? wanted?.min
  const currency = wanted?.currency ?? undefined
  const spends = spending({ currency }, budget)
  if (spends === null || amount == null) return false
  if (operator === 'greaterThan') return spends.most > amount
  if (operator === 'lessThan') return spends.least < amount
  return spends.least <= amount && amount <= spends.most
}

/** Returns the budget's range, null when its currency is not the rule's. */
function spending(
  { currency }: Pick<Conditions, 'currency'>,
  budget: Budget | null,
): { least: number; most: number } | null {
  if (!budget || (currency && budget.currency && currency !== budget.currency)) return null
  const { min, max } = budget
  return { least: min ?? max ?? 0, most: max ?? Infinity }
}

const formatBounds = (min: number | undefined, max: number | undefined) =>
  [
    min !== undefined && `at least ${min.toLocaleString('en')}`,
    max !== undefined && `at most ${max.toLocaleString('en')}`,
  ]
    .filter((bound) => bound !== false)
    .join(' and ')
