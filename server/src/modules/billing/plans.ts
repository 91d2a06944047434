import { readFileSync } from 'node:fs'
import type { Config } from '../../config.ts'
import { type Plan, plans } from './schema.ts'

const defaultPlans = plans.parse([
  {
    id: 'free',
    name: 'Free',
    price: 0,
    limits: { max_clients: 1, max_minutes_per_month: 100, max_calls_per_month: 500, max_contacts_per_campaign: 500 },
  },
  { id: 'starter', name: 'Starter', price: 29, limits: { max_clients: 3, max_minutes_per_month: 500 } },
  { id: 'pro', name: 'Pro', price: 99, limits: { max_clients: 10, max_minutes_per_month: 2500 } },
  { id: 'business', name: 'Business', price: 299, limits: {} },
  {
    id: 'lifetime',
    name: 'Lifetime',
    price: 199,
    interval: 'one_off',
    limits: { max_clients: 3, max_minutes_per_month: 500 },
  },
])

/** Returns the plans of the operator's file (a JSON array), or the default plans. Throws for an invalid file. */
export function readPlans({ plansFile }: Pick<Config, 'plansFile'>): Plan[] {
  if (plansFile === null) return defaultPlans
  try {
    return plans.parse(JSON.parse(readFileSync(plansFile, 'utf8')))
  } catch (cause) {
    throw new Error(`PLANS_FILE ${plansFile} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

const read = new WeakMap<object, Plan[]>()

/** Returns this installation's plans. The file is read once. */
export function plansOf(config: Pick<Config, 'plansFile'>): Plan[] {
  let found = read.get(config)
  if (!found) read.set(config, (found = readPlans(config)))
  return found
}

/** Returns the price in major units; for a yearly plan a twelfth, rounded to cents. Null for a plan that is paid once. */
export const monthlyPrice = ({ price, interval }: Plan): number | null =>
  interval === 'one_off' ? null : interval === 'year' ? Math.round((price / 12) * 100) / 100 : price
