import { createHmac } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { AppError, forbidden } from '../../platform/errors.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { accountOf, workspacesOf } from './accounts.ts'
import { readBody } from './channels/body.ts'
import type { Delivery, News, Webhook } from './channels/channel.ts'
import { channels } from './channels/channels.ts'
import { isSame } from './channels/signature.ts'
import { credentialsOf, installationCredentials, notConfigured, ownCredentials } from './credentials.ts'
import { hasApp, type PlatformName, platforms } from './platforms.ts'

/** What a platform told a workspace. */
export interface WorkspaceNews {
  workspaceId: string
  news: News[]
}

/** For whom a delivery was that nobody is connected to: taken, because platforms give up webhooks that answer errors. */
export interface OpenedDelivery {
  claimed: WorkspaceNews[]
  unclaimed: number
}

/**
 * Verifies what was posted to a platform's webhook and says for whom it is. `shopId`: it came to the webhook of that
 * workspace, and can be for nobody else. Throws 409 `not_configured`, 401 `invalid_signature` and 400.
 */
export async function openDelivery(
  services: Services,
  platform: PlatformName,
  shopId: string | undefined,
  delivery: Delivery,
): Promise<OpenedDelivery> {
  const channel = channels[platform]
  const ctx = shopId ? serverContext(services, { workspaceId: shopId }) : null
  const account = ctx && (await accountOf(ctx, platform))
  const secret =
    channel.signedWith === 'app' ? await appSecretOf(services, ctx, platform) : account?.secrets[channel.signedWith]
  if (secret === undefined) return { claimed: [], unclaimed: 1 }
  if (!channel.isGenuine(delivery, secret, services.now())) {
    throw new AppError(401, 'invalid_signature', `This was not signed as ${platforms[platform].name} signs.`)
  }
  const parts = await Promise.all(
    channel.read(readBody(delivery.body)).map(async ({ account: id, news }) => {
      if (ctx) return id === null || id === account?.id ? [{ workspaceId: shopId as string, news }] : []
      return (await workspacesOf(services, platform, id ?? '')).map((workspaceId) => ({ workspaceId, news }))
    }),
  )
  return { claimed: parts.flat(), unclaimed: parts.filter((claims) => claims.length === 0).length }
}

async function appSecretOf(services: Services, ctx: Ctx | null, platform: PlatformName): Promise<string> {
  const app = !hasApp(platform)
    ? null
    : await (ctx ? credentialsOf(ctx, platform) : installationCredentials(services.config, platform))
  if (!app) throw notConfigured(platforms[platform].name)
  return app.clientSecret
}

/**
 * Meta's check that an address is ours: answers what to echo (developers.facebook.com/docs/graph-api/webhooks).
 * Throws 403 for a wrong token, 409 when there is none to compare with.
 */
export function answerChallenge(
  services: Services,
  shopId: string | undefined,
  query: { mode?: string | undefined; token?: string | undefined; challenge?: string | undefined },
): string {
  const expected = shopId ? verifyTokenOf(services, shopId) : services.config.metaVerifyToken
  if (!expected) throw notConfigured('META_VERIFY_TOKEN')
  if (query.mode !== 'subscribe' || !isSame(query.token, expected)) throw forbidden('This is not our verify token.')
  return query.challenge ?? ''
}

/** What a workspace enters at Meta as the verify token of its own app. */
const verifyTokenOf = ({ secrets }: Services, workspaceId: string) =>
  createHmac('sha256', secrets.derive('integrations/verify-token')).update(workspaceId).digest('base64url')

/** Where a platform has to post for this workspace. */
export async function webhookOf(ctx: Ctx, platform: PlatformName): Promise<Webhook> {
  const { workspace_id } = await ctx.db.actor()
  const shopId = workspace_id as string
  const app = hasApp(platform) ? await credentialsOf(ctx, platform) : null
  const isOwn =
    channels[platform].webhookOf === 'account' || (hasApp(platform) && (await ownCredentials(ctx, platform)) !== null)
  return {
    url: `${ctx.services.config.publicUrl}/webhook/${platform}${isOwn ? `?shopId=${shopId}` : ''}`,
    verifyToken: verifyTokenOf(ctx.services, shopId),
    app,
  }
}
