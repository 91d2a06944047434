import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { getCallingLimits, updateCallingLimits } from './calling-limits.ts'
import * as schema from './schema.ts'

export const callingLimitRoutes: Record<string, Route> = {
  getCallingLimits: route({
    kind: 'read',
    method: 'GET',
    path: '/api/calling-limits',
    access: 'telephony:read',
    summary: 'Get the limits on where and how much the workspace may call, and what it has used',
    response: schema.CallingLimits,
    handler: (ctx) => getCallingLimits(ctx),
  }),
  ...patchAndPut('CallingLimits', {
    path: '/api/calling-limits',
    access: 'telephony:write',
    summary: 'Update the limits on where and how much the workspace may call; omitted fields keep their values',
    body: schema.CallingLimitsChanges,
    example: { allowed_countries: ['US', 'CA'], max_minutes_per_day: 6000 },
    response: schema.CallingLimits,
    handler: (ctx, { body }) => updateCallingLimits(ctx, body),
  }),
}
