import { createHmac } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { AppError, forbidden } from '../../platform/errors.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { accountOf, workspacesOf } from './accounts.ts'
import { readBody } from './channels/body.ts'
import type { Delivery, ChannelEvent, Webhook } from './channels/channel.ts'
import { channels } from './channels/channels.ts'
import { isSame } from './channels/signature.ts'
import { credentialsOf, installationCredentials, notConfigured, ownCredentials } from './credentials.ts'
import { hasApp, type PlatformName, platforms } from './platforms.ts'

/** The events of one workspace. */
export interface WorkspaceEvents {
  workspaceId: string
  events: ChannelEvent[]
}

/** `unclaimed`: events for accounts without a connection. They are accepted, because platforms disable failing webhooks. */
export interface VerifiedDelivery {
  claimed: WorkspaceEvents[]
  unclaimed: number
}

/**
 * Verifies a webhook request and returns its events by workspace. `shopId`: the request came to the webhook of that
 * workspace, and is only for it. Throws 409 `not_configured`, 401 `invalid_signature` and 400.
 */
export async function verifyDelivery(
  services: Services,
  platform: PlatformName,
  shopId: string | undefined,
  delivery: Delivery,
): Promise<VerifiedDelivery> {
  const channel = channels[platform]
  const ctx = shopId ? serverContext(services, { workspaceId: shopId }) : null
  const account = ctx && (await accountOf(ctx, platform))
  const secret =
    channel.signedWith === 'app' ? await appSecretOf(services, ctx, platform) : account?.secrets[channel.signedWith]
  if (secret === undefined) return { claimed: [], unclaimed: 1 }
  if (!channel.hasValidSignature(delivery, secret, services.now())) {
    throw new AppError(401, 'invalid_signature', `The signature of ${platforms[platform].name} is missing or wrong.`)
  }
  const parts = await Promise.all(
    channel.read(readBody(delivery.body)).map(async ({ account: id, events }) => {
      if (ctx) return id === null || id === account?.id ? [{ workspaceId: shopId as string, events }] : []
      return (await workspacesOf(services, platform, id ?? '')).map((workspaceId) => ({ workspaceId, events }))
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
 * Meta's verification of a webhook URL: returns the challenge (developers.facebook.com/docs/graph-api/webhooks). Throws 403
 * for a wrong token, 409 when no token is configured.
 */
export function verifyChallenge(
  services: Services,
  shopId: string | undefined,
  query: { mode?: string | undefined; token?: string | undefined; challenge?: string | undefined },
): string {
  const expected = shopId ? verifyTokenOf(services, shopId) : services.config.metaVerifyToken
  if (!expected) throw notConfigured('META_VERIFY_TOKEN')
  if (query.mode !== 'subscribe' || !isSame(query.token, expected)) throw forbidden('The verify token is wrong.')
  return query.challenge ?? ''
}

/** The verify token that a workspace enters at Meta for its own app. */
const verifyTokenOf = ({ secrets }: Services, workspaceId: string) =>
  createHmac('sha256', secrets.derive('integrations/verify-token')).update(workspaceId).digest('base64url')

/** Returns the webhook of this workspace at a platform. */
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
