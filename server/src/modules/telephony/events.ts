import { z } from 'zod'
import { event } from '../../platform/events.ts'

/** A provider was added, changed, switched on or off, or deleted: whoever holds its trunk takes notice. */
export const SipProviderChanged = event('sip_provider.changed', z.object({ sip_provider_id: z.uuid() }), {
  event: 'sip-provider:update',
  scope: 'telephony:read',
})

/** Where to or how much a workspace may call was changed: campaigns take notice. */
export const CallingLimitsChanged = event('calling_limits.changed', z.object({}), {
  event: 'calling-limits:update',
  scope: 'telephony:read',
})
