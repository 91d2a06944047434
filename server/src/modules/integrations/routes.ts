import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { id, page, succeeded, success } from '../../platform/http/fields.ts'
import { wrapped } from '../../platform/http/link.ts'
import { validate } from '../../platform/http/parse.ts'
import { Reply, type RouteTable, changes, route } from '../../platform/http/route.ts'
import { asPage, outcomePage, refusalPage } from '../../platform/oauth/pages.ts'
import type { Services } from '../../platform/services.ts'
import { requireCurrent } from '../identity/index.ts'
import {
  deleteIntegration,
  getIntegration,
  listIntegrations,
  listPlatforms,
  saveIntegration,
  updateIntegration,
} from './connections.ts'
import { providerOf, removeCredentials, saveCredentials } from './credentials.ts'
import { cookieOf, finishOAuth, startOAuth } from './oauth.ts'
import { isPlatform } from './platforms.ts'
import * as schema from './schema.ts'
import { connectPlatform, disconnectPlatform } from './shop-integrations.ts'
import { webhookOf } from './webhook.ts'

const byId = z.object({ id })
const ofOne = z.object({ data: schema.Integration })
const ofShop = z.object({ shopId: id })
const ofPlatform = z.object({ shopId: id, platform: z.string().max(60) })

/** Who may not do this hears that before anything about platforms. */
async function enter(ctx: Ctx, shopId: string): Promise<void> {
  await ctx.db.entered()
  await requireCurrent(ctx, shopId)
}

const unknownPlatform = () => refusalPage(404, 'There is no such platform.')

const finish = (services: Services, platform: string, callback: schema.Callback, headers: IncomingHttpHeaders) =>
  asPage(async () => {
    if (!isPlatform(platform)) return unknownPlatform()
    const outcome = await finishOAuth(services, platform, callback, headers)
    return outcomePage(outcome, cookieOf(services, platform).clear(), 'Connected.')
  })

export const integrationRoutes: RouteTable = {
  tag: 'Integrations',
  routes: {
    listIntegrations: route({
      kind: 'read',
      method: 'GET',
      path: '/api/integrations',
      access: 'public',
      summary:
        "The workspace's connections to outside systems; without a login those of the public workspace, in brief",
      query: page(),
      answer: z.object({ data: z.array(schema.Integration) }),
      handler: async (ctx, { query, request }) => wrapped(await listIntegrations(ctx, query), request.url),
    }),
    saveIntegration: route({
      kind: 'write',
      method: 'POST',
      path: '/api/integrations',
      access: 'integrations:write',
      summary: 'Add a connection to an outside system, or change it',
      body: schema.SaveIntegration,
      example: { name: 'HubSpot', type: 'crm', status: 'connected', settings: { region: 'eu1' } },
      status: 201,
      answer: ofOne,
      async handler(ctx, { body }) {
        const { connection, isNew } = await saveIntegration(ctx, body)
        return new Reply({ data: connection }, { status: isNew ? 201 : 200 })
      },
    }),
    getIntegration: route({
      kind: 'read',
      method: 'GET',
      path: '/api/integrations/:id',
      access: 'integrations:read',
      summary: 'One connection',
      params: byId,
      answer: ofOne,
      handler: async (ctx, { params }) => ({ data: await getIntegration(ctx, params.id) }),
    }),
    ...changes('Integration', {
      path: '/api/integrations/:id',
      access: 'integrations:write',
      summary: 'Change a connection; what is not sent stays',
      params: byId,
      body: schema.IntegrationChanges,
      example: { name: 'Our CRM', settings: { region: 'us1' } },
      answer: ofOne,
      handler: async (ctx, { params, body }) => ({ data: await updateIntegration(ctx, params.id, body) }),
    }),
    deleteIntegration: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/integrations/:id',
      access: 'integrations:write',
      summary: 'Delete a connection, its token too; a platform is to be disconnected first',
      params: byId,
      answer: success,
      errors: [409],
      async handler(ctx, { params }) {
        await deleteIntegration(ctx, params.id)
        return succeeded
      },
    }),
    listShopIntegrations: route({
      kind: 'read',
      method: 'GET',
      path: '/api/shops/:shopId/integrations',
      access: 'integrations:read',
      summary: 'The platforms a shop can be connected to, and whether it is',
      params: ofShop,
      answer: z.object({ data: z.array(schema.ShopIntegration), nextCursor: z.string().nullable() }),
      async handler(ctx, { params }) {
        await requireCurrent(ctx, params.shopId)
        return { data: await listPlatforms(ctx), nextCursor: null }
      },
    }),
    connectIntegration: route({
      kind: 'outside',
      method: 'POST',
      path: '/api/shops/:shopId/integrations/:platform/connect',
      access: 'integrations:write',
      summary:
        'Connect a platform: telegram, viber and whatsapp at once by a token; otherwise the answer says where to go on',
      params: ofPlatform,
      body: schema.Connect,
      example: { token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw' },
      answer: z.object({
        authUrl: z.string().optional(),
        success: z.literal(true).optional(),
        platform: z.string().optional(),
        accountName: z.string().nullable().optional(),
      }),
      errors: [409, 502],
      notIdempotent: true,
      async handler(ctx, { params, body, request }) {
        await enter(ctx, params.shopId)
        return connectPlatform(ctx, params.platform, body, request.headers.origin)
      },
    }),
    disconnectIntegration: route({
      kind: 'outside',
      method: 'POST',
      path: '/api/shops/:shopId/integrations/:platform/disconnect',
      access: 'integrations:write',
      summary: 'Disconnect a platform and forget its tokens',
      params: ofPlatform,
      answer: success,
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
        "Use the workspace's own app at a platform (clientId, clientSecret) or account at stripe (secretKey, webhookSecret) or paypal (clientId, clientSecret, webhookId)",
      params: ofPlatform,
      body: schema.Credentials,
      example: { clientId: '1234567890', clientSecret: 'a long secret' },
      answer: success.extend({ webhookUrl: z.string().optional(), verifyToken: z.string().optional() }),
      async handler(ctx, { params, body }) {
        await enter(ctx, params.shopId)
        const provider = providerOf(params.platform)
        await saveCredentials(ctx, provider, body)
        if (!isPlatform(provider)) return succeeded
        // What its owner enters at the platform: the app posts to this workspace alone.
        const { url, verifyToken } = await webhookOf(ctx, provider)
        return { ...succeeded, webhookUrl: url, verifyToken }
      },
    }),
    removeCredentials: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/shops/:shopId/integrations/:platform/credentials',
      access: 'integrations:write',
      summary: "Use the installation's app or account again",
      params: ofPlatform,
      answer: success,
      async handler(ctx, { params }) {
        await enter(ctx, params.shopId)
        await removeCredentials(ctx, providerOf(params.platform))
        return succeeded
      },
    }),
    startOAuth: route({
      kind: 'outside',
      method: 'GET',
      path: '/oauth/:platform/start',
      access: 'public',
      summary: 'Sends a browser on to the login of a platform',
      hidden: true,
      params: z.object({ platform: z.string() }),
      query: z.object({ ticket: z.string().max(200).default('') }),
      answer: z.any(),
      handler: ({ services }, { params: { platform }, query }) =>
        asPage(async () => (isPlatform(platform) ? startOAuth(services, platform, query.ticket) : unknownPlatform())),
    }),
    finishOAuth: route({
      kind: 'outside',
      method: 'GET',
      path: '/oauth/:platform/callback',
      access: 'public',
      summary: 'Where a browser comes back from the login of a platform',
      hidden: true,
      params: z.object({ platform: z.string() }),
      query: schema.Callback,
      answer: z.any(),
      handler: ({ services }, { params, query, request }) => finish(services, params.platform, query, request.headers),
    }),
    finishTokenForm: route({
      kind: 'outside',
      method: 'POST',
      path: '/oauth/:platform/callback',
      access: 'public',
      summary: 'Where our form for the token of a bot goes',
      hidden: true,
      rawBody: true,
      notIdempotent: true,
      params: z.object({ platform: z.string() }),
      answer: z.any(),
      async handler({ services }, { params, request }) {
        const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '')
        return finish(
          services,
          params.platform,
          validate(schema.Callback, Object.fromEntries(form), 'body'),
          request.headers,
        )
      },
    }),
  },
}
