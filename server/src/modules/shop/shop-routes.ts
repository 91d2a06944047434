import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { id, page, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { changeRole, deleteWorkspace, listMembers, removeMember } from '../identity/index.ts'
import { getConfiguration, updateConfiguration } from './configuration.ts'
import { role } from '../identity/schema.ts'
import { listPlatforms } from '../integrations/index.ts'
import { withData, withSuccess } from './also-returns.ts'
import * as schema from './schema.ts'
import { routeInWorkspace } from '../identity/index.ts'
import { createShop, getShop, listShops, updateShop } from './shops.ts'
import { inviteTeammate } from './team.ts'
import { type ShopRow, toInvitation, toList, toShop, toShopSummary, toTeammate } from './serializers.ts'

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofTeammate = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  userId: id.describe('User id of the member.'),
})

const withPlatforms = async (ctx: Ctx, shop: ShopRow) => toShop(shop, await listPlatforms(ctx))

export const shopProfileRoutes: Record<string, Route> = {
  listShops: route({
    kind: 'read',
    method: 'GET',
    path: '/api/shops',
    access: 'user',
    summary: 'List the shops of the caller',
    query: page(),
    response: schema.listOf(schema.ShopSummary),
    alsoReturns: withSuccess,
    handler: async (ctx, { query }) => toList(await listShops(ctx, query), toShopSummary),
  }),
  createShop: route({
    kind: 'write',
    method: 'POST',
    path: '/api/shops',
    access: 'user',
    summary: 'Open a shop: the first is in the current workspace, a later one is a workspace of its own',
    body: schema.NewShop,
    example: { name: 'Silva Ceramics', description: 'Mugs and bowls from Porto', currency: 'EUR' },
    status: 201,
    response: schema.Shop,
    alsoReturns: withData(schema.Shop),
    errors: [409],
    handler: async (ctx, { body }) => withPlatforms(ctx, await createShop(ctx, body)),
  }),
  getShop: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId',
    access: 'workspace:read',
    summary: 'Get a shop with its team',
    params: ofShop,
    response: schema.Shop,
    alsoReturns: withData(schema.Shop),
    handler: async (ctx) => withPlatforms(ctx, await getShop(ctx)),
  }),
  updateShop: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId',
    access: 'workspace:write',
    summary: 'Update a shop; omitted fields keep their values',
    params: ofShop,
    body: schema.ShopChanges,
    example: { description: 'Mugs, bowls and tiles from Porto' },
    response: schema.Shop,
    alsoReturns: withData(schema.Shop),
    handler: async (ctx, { body }) => withPlatforms(ctx, await updateShop(ctx, body)),
  }),

  deleteShop: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/shops/:shopId',
    access: 'workspace:delete',
    summary: 'Delete a shop with its workspace; its data is removed permanently after 30 days',
    params: ofShop,
    response: success,
    async handler(ctx, { params }) {
      await getShop(ctx)
      await deleteWorkspace(ctx, params.shopId)
      return succeeded
    },
  }),
  getShopConfiguration: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/configuration',
    access: 'workspace:read',
    summary: 'Get what a front-end keeps about the shop: its own settings, texts and lists',
    params: ofShop,
    response: schema.Configuration,
    handler: (ctx) => getConfiguration(ctx),
  }),
  updateShopConfiguration: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/configuration',
    access: 'workspace:write',
    summary: 'Change what a front-end keeps about the shop; omitted keys keep their values, `null` removes one',
    params: ofShop,
    body: schema.Configuration,
    example: { quickNote: 'Order more clay', savedReplies: [{ id: 'r1', name: 'Thanks', text: 'Thank you!' }] },
    response: schema.Configuration,
    errors: [413],
    handler: (ctx, { body }) => updateConfiguration(ctx, body),
  }),

  listShopTeam: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/team',
    access: 'members:read',
    summary: 'List the team of the shop',
    params: ofShop,
    query: page(),
    response: schema.listOf(schema.Teammate),
    alsoReturns: withSuccess,
    handler: async (ctx, { query }) => toList(await listMembers(ctx, query), toTeammate),
  }),
  inviteTeammate: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/team',
    access: 'members:write',
    summary: 'Invite a person by e-mail address, or a colleague by user id; the token is shown only now',
    params: ofShop,
    body: schema.NewTeammate,
    example: { email: 'ben@example.com', role: 'agent' },
    status: 201,
    response: schema.TeamInvitation,
    errors: [409],
    notIdempotent: true,
    handler: async (ctx, { body }) => toInvitation(await inviteTeammate(ctx, body)),
  }),
  changeTeammate: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/team/:userId',
    access: 'members:write',
    summary: "Change a teammate's role; only an owner changes owners",
    params: ofTeammate,
    body: z.object({ role: role.describe('The new role.') }),
    example: { role: 'admin' },
    response: schema.Teammate,
    errors: [409],
    handler: async (ctx, { params, body }) => toTeammate(await changeRole(ctx, params.userId, body.role)),
  }),
  removeTeammate: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/shops/:shopId/team/:userId',
    access: 'members:write',
    summary: 'Remove a teammate',
    params: ofTeammate,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await removeMember(ctx, params.userId)
      return succeeded
    },
  }),
}
