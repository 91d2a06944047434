import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { integrationStatuses } from './schema.ts'

export const IntegrationChanged = event(
  'integration.changed',
  z.object({ integration_id: z.uuid(), platform: z.string(), status: z.enum(integrationStatuses) }),
  { event: 'integration:update', scope: 'integrations:read' },
)
