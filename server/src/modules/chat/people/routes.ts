import { z } from 'zod'
import { id, page, pageOf, succeeded, success, text } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { invalidField } from '../../../platform/errors.ts'
import { profileName } from '../../identity/people/schema.ts'
import { blockUser, findPeople, listBlocks, unblockUser } from './people.ts'
import { getMyProfile, getPersonProfile, getPresence, updateMyProfile } from './profiles.ts'
import {
  block,
  blockChoice,
  chatProfile,
  chatProfileChanges,
  person,
  personProfile,
  presence,
  profileQuery,
} from './schema.ts'

/** What the chat front-end of the documents reads in a profile. */
const camelCased = [{ names: { displayName: 'display_name', avatar: 'avatar_url' } }]
/** What the chat and the receptionist front-end read in a profile. */
const named = [...camelCased, { names: profileName }]

export const peopleRoutes: Record<string, Route> = {
  searchPeople: route({
    kind: 'write',
    method: 'GET',
    path: '/api/users/search',
    access: 'user',
    summary: 'Search people by exact e-mail address, phone number or username, and colleagues by name',
    query: z.object({
      q: text(254).describe(
        'An exact e-mail address, telephone number or username; or part of a name, for people who share a workspace with the caller.',
      ),
    }),
    response: pageOf(person),
    handler: async (ctx, { query }) => ({ data: await findPeople(ctx, query.q), next_cursor: null }),
  }),
  getMyProfile: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users/profile',
    access: 'user',
    summary: "Get the caller's profile with status and presence; with `user_id`, what others see of another user",
    query: profileQuery,
    response: z.union([chatProfile, personProfile]),
    alsoReturns: named,
    async handler(ctx, { query }) {
      const { user_id } = await ctx.db.actor()
      const wanted = query.user_id?.toLowerCase() ?? user_id
      return wanted === user_id ? getMyProfile(ctx) : getPersonProfile(ctx, wanted as string)
    },
  }),
  getUserStatus: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users/:id/status',
    access: 'user',
    summary: 'Get whether a user is online, and the text they show about themselves',
    params: z.object({ id: id.describe('Id of the user.') }),
    response: presence,
    alsoReturns: [{ names: { onlineAt: 'last_seen' } }],
    handler: (ctx, { params }) => getPresence(ctx, params.id),
  }),
  updateMyProfile: route({
    kind: 'write',
    method: 'PUT',
    path: '/api/users/profile',
    access: 'user',
    summary: "Update the caller's profile, or set a status for a while",
    body: chatProfileChanges,
    example: { display_name: 'Ana', status: 'In a meeting' },
    accepts: { body: { avatar: 'avatar_url', name: 'full_name' } },
    response: chatProfile,
    alsoReturns: named,
    errors: [409],
    handler: (ctx, { body }) => updateMyProfile(ctx, body),
  }),
  listBlocks: route({
    kind: 'read',
    method: 'GET',
    path: '/api/users/blocks',
    access: 'user',
    summary: 'List the users the caller has blocked',
    query: page(),
    response: pageOf(block),
    handler: (ctx, { query }) => listBlocks(ctx, query),
  }),
  blockUser: route({
    kind: 'write',
    method: 'POST',
    path: '/api/users/blocks',
    access: 'user',
    summary: 'Block a user: no messages, calls or presence between the two',
    body: z.object({ user_id: id.describe('The user to block.') }),
    example: { user_id: '0199ffff-ffff-7fff-bfff-ffffffffffff' },
    status: 201,
    response: block,
    handler: (ctx, { body }) => blockUser(ctx, body.user_id),
  }),
  unblockUser: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/users/blocks',
    access: 'user',
    summary: 'Unblock a user, named in the body or the query',
    query: blockChoice,
    body: blockChoice,
    example: { user_id: '0199ffff-ffff-7fff-bfff-ffffffffffff' },
    response: success,
    async handler(ctx, { query, body }) {
      const userId = body.user_id ?? query.user_id
      if (!userId) throw invalidField('body.user_id', 'user_id is required.')
      await unblockUser(ctx, userId)
      return succeeded
    },
  }),
}
