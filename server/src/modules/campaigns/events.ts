import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { CampaignProgress } from './schema.ts'

/** A campaign was started, paused, resumed, stopped or has ended. */
export const CampaignStatusChanged = event('campaign.status_changed', CampaignProgress, {
  event: 'campaign:progress',
  scope: 'campaigns:read',
})

/** The settings or contacts of a started campaign were changed. */
export const CampaignChanged = event('campaign.changed', z.object({ campaign_id: z.uuid() }))

/** A call of a campaign has ended. */
export const CampaignCallLogged = event(
  'campaign.call_logged',
  z.object({
    campaign_id: z.uuid(),
    /** The target's id, which is the `id` of the campaign's calls. */
    call_id: z.uuid(),
    attempt_id: z.uuid(),
    contact_id: z.uuid().nullable(),
    phone_number: z.string(),
    status: z.string(),
    attempts: z.number().int(),
    /** False when this contact will be called again. */
    final: z.boolean(),
    duration_seconds: z.number().int().nullable(),
    key: z.string().nullable(),
    transferred: z.boolean(),
    cause: z.string().nullable(),
  }),
  { event: 'call:logged', scope: 'campaign-calls:read' },
)

/** A member asked for a test call. The node that holds the trunk makes it. */
export const TestCallRequested = event('campaign.test_call_requested', z.object({ test_call_id: z.uuid() }))
