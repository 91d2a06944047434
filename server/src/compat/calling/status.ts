import { conflict } from '../../platform/errors.ts'
import type { CallOperation } from '../composite.ts'

/** The statuses of campaigns that this front-end knows by other words. */
export const statusWords: Readonly<Record<string, string>> = {
  draft: 'pending',
  active: 'running',
  stopped: 'cancelled',
}

/** Its versions have had several words for the same. */
const otherWords: Readonly<Record<string, string>> = { in_progress: 'running', canceled: 'cancelled', ready: 'pending' }

export const settableStatuses = ['running', 'paused', 'cancelled'] as const
type Settable = (typeof settableStatuses)[number]

/** Returns the front-end's word for a status: ours, or one of its own. */
export const toWord = (status: string): string => statusWords[status] ?? otherWords[status] ?? status

export const statusOperations = ['startCampaign', 'pauseCampaign', 'resumeCampaign', 'stopCampaign'] as const

/** A campaign as the API returns it. */
export interface ApiCampaign {
  id: string
  status: string
}

/** Starts, pauses, resumes or stops. Throws 409 when the status of the campaign does not allow it. */
export async function setStatus<Campaign extends ApiCampaign>(
  call: CallOperation<(typeof statusOperations)[number]>,
  campaign: Campaign,
  wanted: Settable,
): Promise<Campaign> {
  if (toWord(campaign.status) === wanted) return campaign
  const verbs = {
    running: campaign.status === 'paused' ? 'resumeCampaign' : 'startCampaign',
    paused: 'pauseCampaign',
    cancelled: 'stopCampaign',
  } as const
  return call(verbs[wanted], { params: { id: campaign.id } })
}

/** The server sets the other statuses: a campaign begins as pending and is completed when all its contacts are. */
export const notSettable = (status: string) =>
  conflict('wrong_status', `The status ${status} cannot be set. Set running, paused or cancelled.`)
