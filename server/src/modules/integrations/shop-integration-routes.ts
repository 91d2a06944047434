import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { id, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { requireCurrent, routeInWorkspace } from '../identity/index.ts'
import { providerOf, removeCredentials, saveCredentials } from './credentials.ts'
import { isPlatform } from './platforms.ts'
import * as schema from './schema.ts'
import { connectPlatform, disconnectPlatform, listPlatforms } from './shop-integrations.ts'
import { webhookOf } from './webhook.ts'

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofPlatform = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  platform: z.string().max(60).describe('`facebook`, `instagram`, `tiktok`, `telegram`, `viber` or `whatsapp`.'),
})

/** Checks the caller's rights before any error about the platform. */
async function enter(ctx: Ctx, shopId: string): Promise<void> {
  await ctx.db.actor()
  await requireCurrent(ctx, shopId)
}

export const shopIntegrationRoutes: Record<string, Route> = {
  listShopIntegrations: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/integrations',
    access: 'integrations:read',
    summary: 'List the platforms a shop can be connected to, and whether each is connected',
    params: ofShop,
    response: z.object({
      data: z.array(schema.ShopIntegration).describe('The integration list, one page of it.'),
      nextCursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
    }),
    handler: async (ctx) => ({ data: await listPlatforms(ctx), nextCursor: null }),
  }),
  connectIntegration: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops/:shopId/integrations/:platform/connect',
    access: 'integrations:write',
    summary:
      'Connect a platform: telegram, viber and whatsapp at once by a token; for others the response says where to continue',
    params: ofPlatform,
    body: schema.Connect,
    example: { token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw' },
    response: z.object({
      authUrl: z
        .string()
        .optional()
        .describe("The page to open in a browser: the platform's login. Missing when a token was enough."),
      success: z.literal(true).optional().describe('True when a token was enough and it is connected now.'),
      platform: z.string().optional().describe('The connected platform.'),
      accountName: z.string().nullable().optional().describe('Name of the account at the platform.'),
    }),
    errors: [409, 502],
    notIdempotent: true,
    async handler(ctx, { params, body, request }) {
      await enter(ctx, params.shopId)
      return connectPlatform(ctx, params.platform, body, request.headers.origin)
    },
  }),
  disconnectIntegration: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops/:shopId/integrations/:platform/disconnect',
    access: 'integrations:write',
    summary: 'Disconnect a platform and delete its tokens',
    params: ofPlatform,
    response: success,
    async handler(ctx, { params }) {
      await enter(ctx, params.shopId)
      await disconnectPlatform(ctx, params.platform)
      return succeeded
    },
  }),
  saveCredentials: route({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/integrations/:platform/credentials',
    access: 'integrations:write',
    summary:
      "Use the workspace's own app at a platform (clientId, clientSecret), or its account at Stripe (secretKey, webhookSecret) or PayPal (clientId, clientSecret, webhookId)",
    params: ofPlatform,
    body: schema.Credentials,
    example: { clientId: '1234567890', clientSecret: 'a long secret' },
    response: success.extend({
      webhookUrl: z.string().optional().describe('Address to enter as the webhook at the platform.'),
      verifyToken: z.string().optional().describe('Verify token to enter with it.'),
    }),
    async handler(ctx, { params, body }) {
      await enter(ctx, params.shopId)
      const provider = providerOf(params.platform)
      await saveCredentials(ctx, provider, body)
      if (!isPlatform(provider)) return succeeded
      // The values that the owner of the app enters at the platform; the app sends events to this workspace only.
      const { url, verifyToken } = await webhookOf(ctx, provider)
      return { ...succeeded, webhookUrl: url, verifyToken }
    },
  }),
  removeCredentials: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/shops/:shopId/integrations/:platform/credentials',
    access: 'integrations:write',
    summary: "Return to the installation's app or account",
    params: ofPlatform,
    response: success,
    async handler(ctx, { params }) {
      await enter(ctx, params.shopId)
      await removeCredentials(ctx, providerOf(params.platform))
      return succeeded
    },
  }),
}
