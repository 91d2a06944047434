import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError, badRequest } from '../../platform/errors.ts'
import { accountOf } from './accounts.ts'
import type { NewAccount } from './channels/channel.ts'
import { channels } from './channels/channels.ts'
import { choosePage } from './channels/messenger.ts'
import { connectTo } from './connect.ts'
import { type Connection, connectionColumns, type ConnectionStatus, disconnected } from './connections.ts'
import { credentialsOf, notConfigured } from './credentials.ts'
import { beginOAuth } from './oauth/oauth.ts'
import { hasApp, type PlatformName, platformNames, platformOf, platforms } from './platforms.ts'
import type { Connect } from './schema.ts'

const ofPlatforms = statement(
  'integrations.of_platforms',
  (_, p: { platforms: string[] }) => sql<Connection>`
    select ${connectionColumns} from integrations.connections where platform = any (${p.platforms})`,
)

export interface PlatformState {
  platform: PlatformName
  name: string
  type: 'social' | 'messaging'
  isConnected: boolean
  status: ConnectionStatus
  /** The account at the platform: a page, a bot. */
  accountId: string | null
  accountName: string | null
  error: string | null
  expiresAt: string | null
  lastSync: string | null
}

/** Returns all platforms, connected or not. */
export async function listPlatforms(ctx: Ctx): Promise<PlatformState[]> {
  const rows = await ctx.db.all(ofPlatforms, { platforms: platformNames })
  return platformNames.map((platform) => {
    const row = rows.find((row) => row.platform === platform)
    return {
      platform,
      ...platforms[platform],
      isConnected: row?.status === 'connected',
      status: row?.status ?? 'disconnected',
      accountId: row?.account_id ?? null,
      accountName: row?.account_name ?? null,
      error: row?.error ?? null,
      expiresAt: row?.expires_at ?? null,
      lastSync: row?.last_sync ?? null,
    }
  })
}

type Connecting = { authUrl: string } | { success: true; platform: string; accountName: string | null }

/** Connects with a token, or returns the URL where the browser has to continue. Throws 404, 400, 409 and 502. */
export async function connectPlatform(
  ctx: Ctx,
  name: string,
  input: Connect,
  origin: string | undefined,
): Promise<Connecting> {
  const platform = platformOf(name)
  // The login of this code was begun in a page, with a state that nothing ties to the caller, so it could be another's.
  if (input.code !== undefined) {
    throw badRequest(
      'code_not_accepted',
      'A code from a login that this server did not begin is not accepted. Connect without a code and open authUrl.',
    )
  }
  if (hasApp(platform) && !(await credentialsOf(ctx, platform))) throw notConfigured(platforms[platform].name)
  const made = await identifyAccount(ctx, platform, input)
  if (!made) return { authUrl: await beginOAuth(ctx, platform, origin) }
  const { account_name } = await connectTo(ctx, platform, made)
  return { success: true, platform, accountName: account_name }
}

async function identifyAccount(ctx: Ctx, platform: PlatformName, input: Connect): Promise<NewAccount | null> {
  const { identify } = channels[platform]
  if (identify && input.token) return identify(ctx, { ...input, token: input.token })
  const account = platform === 'facebook' && input.pageId ? await accountOf(ctx, platform) : null
  return account && input.pageId ? choosePage(ctx, account, input.pageId) : null
}

/** Deletes our copy of the token and removes the webhook, unless the platform cannot be reached. */
export async function disconnectPlatform(ctx: Ctx, name: string): Promise<void> {
  const platform = platformOf(name)
  const account = await accountOf(ctx, platform)
  await disconnected(ctx, platform)
  if (!account) return
  try {
    await channels[platform].unregister(ctx, account)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    ctx.log.warn({ err: error, platform }, 'The webhook could not be removed from a disconnected platform.')
  }
}
