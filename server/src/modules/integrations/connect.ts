import { randomBytes } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { accountOf, needsAttention } from './accounts.ts'
import type { NewAccount } from './channels/channel.ts'
import { channels } from './channels/channels.ts'
import { type Connection, connected } from './connections.ts'
import type { PlatformName } from './platforms.ts'
import { webhookOf } from './webhook.ts'

/**
 * Stores the account, then registers our webhook: some platforms send a signed request to the webhook before they respond.
 * Throws with the platform's error message when it refuses, and stores that message in the connection.
 */
export async function connectTo(ctx: Ctx, platform: PlatformName, made: NewAccount): Promise<Connection> {
  const channel = channels[platform]
  const fresh = channel.signedWith === 'webhookSecret' && { webhookSecret: randomBytes(32).toString('base64url') }
  const connection = await connected(ctx, platform, { ...made, secrets: { ...made.secrets, ...fresh } })
  const account = await accountOf(ctx, platform)
  try {
    if (account) await channel.register(ctx, account, await webhookOf(ctx, platform))
    return connection
  } catch (error) {
    if (error instanceof AppError) await needsAttention(ctx, platform, error.message)
    throw error
  }
}
