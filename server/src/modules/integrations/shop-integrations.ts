import type { Ctx } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { connectBot, disconnectBot } from './bots.ts'
import { connected, disconnected, secretsOf } from './connections.ts'
import { beginOAuth } from './oauth.ts'
import { isOAuthPlatform, platformOf } from './platforms.ts'
import type { Connect } from './schema.ts'

/** Connects at once where a token is enough, else says where the browser has to go. Throws 404, 400 and 409. */
export async function connectPlatform(
  ctx: Ctx,
  name: string,
  input: Connect,
  origin: string | undefined,
): Promise<{ authUrl: string } | { success: true; platform: string; accountName: string | null }> {
  const platform = platformOf(name)
  if (isOAuthPlatform(platform)) return { authUrl: await beginOAuth(ctx, platform, origin) }
  const { account_name } = await connected(ctx, platform, await connectBot(ctx, platform, input))
  return { success: true, platform, accountName: account_name }
}

/** The platform is told where it can be; when it cannot be reached, our copy of the token goes all the same. */
export async function disconnectPlatform(ctx: Ctx, name: string): Promise<void> {
  const platform = platformOf(name)
  const secrets = await secretsOf(ctx, platform)
  await disconnected(ctx, platform)
  if (isOAuthPlatform(platform) || !secrets?.token) return
  try {
    await disconnectBot(ctx, platform, secrets.token)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    ctx.log.warn({ err: error, platform }, 'A platform could not be told that it was disconnected.')
  }
}
