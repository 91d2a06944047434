import { sql } from 'kysely'
import { type CampaignStatus, statuses } from './schema.ts'

/** The actions on a campaign. Only the engine completes one, when no contact is left. */
export const actions = ['start', 'pause', 'resume', 'stop', 'complete'] as const
export type CampaignAction = (typeof actions)[number]

/**
 * The status that each action leads to. A missing pair is refused with 409. Repeating an action has no effect, so a second
 * click or a retried request is harmless.
 */
export const transitions: Record<CampaignStatus, Partial<Record<CampaignAction, CampaignStatus>>> = {
  pending: { start: 'active' },
  active: { start: 'active', pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  paused: { pause: 'paused', resume: 'active', stop: 'stopped', complete: 'completed' },
  completed: { complete: 'completed' },
  stopped: { stop: 'stopped' },
}

/** Returns SQL that is true when `column` is a status that the action changes. */
export function statusesBefore(action: CampaignAction, column: string) {
  const from = statuses.filter((status) => (transitions[status][action] ?? status) !== status)
  return sql`${sql.ref(column)} in (${sql.join(from.map((status) => sql.lit(status)))})`
}
