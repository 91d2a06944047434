import { readFileSync } from 'node:fs'
import type { Config } from '../../config.ts'
import { type Plan, plans } from './schema.ts'

const defaultPlans = plans.parse([
  { id: 'free', name: 'Free', price: 0, limits: { max_clients: 1, max_minutes_per_month: 100 } },
  { id: 'starter', name: 'Starter', price: 29, limits: { max_clients: 3, max_minutes_per_month: 500 } },
  { id: 'pro', name: 'Pro', price: 99, limits: { max_clients: 10, max_minutes_per_month: 2500 } },
  { id: 'business', name: 'Business', price: 299, limits: {} },
])

/** The plans of the operator's file (a JSON array), or ours. Throws a sentence that names the file and what is wrong. */
export function readPlans({ plansFile }: Pick<Config, 'plansFile'>): Plan[] {
  if (plansFile === null) return defaultPlans
  try {
    return plans.parse(JSON.parse(readFileSync(plansFile, 'utf8')))
  } catch (cause) {
    throw new Error(`PLANS_FILE ${plansFile} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

const read = new WeakMap<object, Plan[]>()

/** This installation's plans; the file is read once. */
export function plansOf(config: Pick<Config, 'plansFile'>): Plan[] {
  let found = read.get(config)
  if (!found) read.set(config, (found = readPlans(config)))
  return found
}

/** In major units; a twelfth of a yearly price, rounded to cents. */
export const monthlyPrice = ({ price, interval }: Plan): number =>
  interval === 'year' ? Math.round((price / 12) * 100) / 100 : price
