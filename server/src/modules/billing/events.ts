import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { subscriptionStatus } from './schema.ts'

export const SubscriptionChanged = event(
  'subscription.changed',
  z.object({ subscription_id: z.uuid(), plan_id: z.string(), status: subscriptionStatus }),
)
