import type { Budget } from '../extraction/budget.ts'
import type { Conditions } from './schema.ts'

/** The values that routing rules compare. */
export interface Lead {
  city: string | null
  channel: string | null
  language: string | null
  budget: Budget | null
  /** Only for handoffs. */
  priority: string | null
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
  const { budget_min, budget_max } = conditions
  if (budget_min === undefined && budget_max === undefined) return reasons
  const spends = spending(conditions, lead.budget)
  if (spends === null) return null
  if (budget_min !== undefined && spends.most < budget_min) return null
  if (budget_max !== undefined && spends.least > budget_max) return null
  reasons.push(`budget is ${formatBounds(budget_min, budget_max)}`)
  return reasons
}

/** Returns the budget's range, null when its currency is not the rule's. */
function spending({ currency }: Conditions, budget: Budget | null): { least: number; most: number } | null {
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
