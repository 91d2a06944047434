import { z } from 'zod'
import { event } from '../../platform/events.ts'

/** A provider was added, changed, switched on or off, or deleted. The node that holds its trunk applies the change. */
export const SipProviderChanged = event('sip_provider.changed', z.object({ sip_provider_id: z.uuid() }), {
  event: 'sip-provider:update',
  scope: 'telephony:read',
})

/** The calling limits of a workspace were changed. The campaign engines apply them at once. */
export const CallingLimitsChanged = event('calling_limits.changed', z.object({}), {
  event: 'calling-limits:update',
  scope: 'telephony:read',
})
