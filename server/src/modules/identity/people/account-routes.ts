import { z } from 'zod'
import { invalidField } from '../../../platform/errors.ts'
import { id, page, pageOf } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { findColleague, listColleagues } from './colleagues.ts'
import { updateProfile } from './profiles.ts'
import { alwaysTrue, colleague, me, namedUser, profile, profileChanges, profileName, userNames } from './schema.ts'
import { findMe } from './users.ts'

// Users as front-ends ask for them that wrap each response in `success` and `data`.

const colleagueNames = { displayName: 'display_name', avatar: 'avatar_url', avatarUrl: 'avatar_url' }
const namedColleague = colleague.extend({
  displayName: colleague.shape.display_name,
  avatar: colleague.shape.avatar_url,
  avatarUrl: colleague.shape.avatar_url,
})
const self = (user: object) => user
const wrapped = (schema: z.ZodType) => ({
  names: { success: alwaysTrue, data: { schema: schema.describe('The same once more.'), from: self } },
})
const namedProfile = profile.extend({ name: profileName.name.schema, avatarUrl: profile.shape.avatar_url })

export const accountListRoutes: Record<string, Route> = {
  ensureProfile: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/ensure-profile',
    access: 'user',
    summary: 'Get the signed-in user, whose profile always exists',
    response: me,
    alsoReturns: [{ names: userNames }, wrapped(namedUser)],
    notIdempotent: true,
    handler: (ctx) => ctx.db.one(findMe, {}),
  }),

  listColleagues: route({
    kind: 'read',
    method: 'GET',
    path: '/api/auth/users',
    access: 'user',
    summary: "List the members of all of the caller's workspaces",
    query: page(),
    response: pageOf(colleague),
    alsoReturns: [{ at: 'data[]', names: colleagueNames }, { names: { success: alwaysTrue } }],
    handler: (ctx, { query }) => listColleagues(ctx, query),
  }),

  findColleague: route({
    kind: 'read',
    method: 'GET',
    path: '/api/auth/users/:username',
    access: 'user',
    summary: "Get the caller or a member of one of the caller's workspaces by exact username",
    params: z.object({ username: z.string().max(200).describe('The username, without `@`.') }),
    response: colleague,
    alsoReturns: [{ names: colleagueNames }, wrapped(namedColleague)],
    handler: (ctx, { params }) => findColleague(ctx, params.username),
  }),

  updateOwnUser: route({
    kind: 'write',
    method: 'PUT',
    path: '/api/auth/users/:id',
    access: 'user',
    summary: "Update the caller's own profile",
    params: z.object({ id: id.describe('Id of the caller.') }),
    body: profileChanges.extend({
      password_hash: z.unknown().optional().describe('Refused: use `POST /api/auth/password`.'),
    }),
    example: { username: 'ana.silva' },
    accepts: { body: { name: 'full_name', avatar: 'avatar_url' } },
    response: profile,
    alsoReturns: [{ names: { ...profileName, avatarUrl: 'avatar_url' } }, wrapped(namedProfile)],
    errors: [409],
    async handler(ctx, { params, body: { password_hash, ...changes } }) {
      if (password_hash !== undefined) {
        throw invalidField('body.password_hash', 'Change the password with POST /api/auth/password.')
      }
      return updateProfile(ctx, params.id, changes)
    },
  }),
}
