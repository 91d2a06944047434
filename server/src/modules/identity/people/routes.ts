import { z } from 'zod'
import { id, message } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { becomeAffiliate, getProfile, updateProfile } from './profiles.ts'
import { profile, profileChanges, profileName } from './schema.ts'

const params = z.object({ userId: id.describe('The user.') })

export const profileRoutes: Record<string, Route> = {
  getProfile: route({
    kind: 'read',
    method: 'GET',
    path: '/api/profiles/:userId',
    access: 'user',
    summary: "Get the caller's profile; for owners and admins also a member's",
    params,
    response: profile,
    alsoReturns: [{ names: profileName }],
    handler: (ctx, { params }) => getProfile(ctx, params.userId),
  }),

  updateProfile: route({
    kind: 'write',
    method: 'PATCH',
    path: '/api/profiles/:userId',
    access: 'user',
    summary: "Update the caller's profile",
    params,
    body: profileChanges,
    example: { full_name: 'Ana Silva', company_name: 'Silva Lda' },
    accepts: { body: { name: 'full_name' } },
    response: profile,
    alsoReturns: [{ names: profileName }],
    errors: [409],
    handler: (ctx, { params, body }) => updateProfile(ctx, params.userId, body),
  }),

  becomeAffiliate: route({
    kind: 'write',
    method: 'POST',
    path: '/api/profiles/:userId/affiliate',
    access: 'user',
    summary: 'Become an affiliate',
    params,
    response: message,
    async handler(ctx, { params }) {
      await becomeAffiliate(ctx, params.userId)
      return { message: 'You are an affiliate now.' }
    },
  }),
}
