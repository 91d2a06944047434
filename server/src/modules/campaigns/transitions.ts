import { sql } from 'kysely'
import { type CampaignStatus, statuses } from './schema.ts'

/** What is done to a campaign. `complete` is the engine's own: no contact is left. */
export const actions = ['start', 'pause', 'resume', 'stop', 'complete'] as const
export type CampaignAction = (typeof actions)[number]

/**
 * Where an action leads from a status; what is not here is refused. Doing again what has been done changes nothing, so
 * that a second click or a repeated request is harmless.
 */
export const transitions: Record<CampaignStatus, Partial<Record<CampaignAction, CampaignStatus>>> = {
  pending: { start: 'active' },
  active: { start: 'active', pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  paused: { pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  completed: { complete: 'completed' },
  stopped: { stop: 'stopped' },
}

/** SQL: `column` is a status that the action changes. */
export function statusesBefore(action: CampaignAction, column: string) {
  const from = statuses.filter((status) => (transitions[status][action] ?? status) !== status)
  return sql`${sql.ref(column)} in (${sql.join(from.map((status) => sql.lit(status)))})`
}
