import type { CampaignStatus } from './schema.ts'

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
