import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError } from '../../platform/errors.ts'
import { job } from '../../platform/jobs.ts'
import { serverContext } from '../../platform/services.ts'
import { accountOf, needsAttention, storeRenewed } from './accounts.ts'
import { channels } from './channels/channels.ts'
import { credentialsOf } from './credentials.ts'
import { hasApp, type PlatformName, platformNames } from './platforms.ts'

const due = statement(
  'integrations.due_for_renewal.system',
  (_, p: { platform: string; before_seconds: number }) => sql<{ workspace_id: string }>`
    select workspace_id from integrations.connections
     where status = 'connected' and platform = ${p.platform}
       and expires_at < now() + make_interval(secs => ${p.before_seconds}) limit 500`,
)

/** Renews tokens before they expire. A refused renewal marks the connection; after an outage it is retried. */
export const renewTokens = job({
  name: 'integrations.renew_tokens',
  input: z.object({}),
  schedule: '*/15 * * * *',
  async run(ctx) {
    for (const platform of platformNames) {
      const { renewBeforeSeconds } = channels[platform]
      if (renewBeforeSeconds === undefined) continue
      for (const { workspace_id } of await ctx.db.all(due, { platform, before_seconds: renewBeforeSeconds })) {
        await renewOne(serverContext(ctx.services, { workspaceId: workspace_id }), platform)
      }
    }
  },
})

async function renewOne(ctx: Ctx, platform: PlatformName): Promise<void> {
  const account = await accountOf(ctx, platform)
  const app = hasApp(platform) ? await credentialsOf(ctx, platform) : null
  const { renew } = channels[platform]
  if (!account || !app || !renew) return
  try {
    await storeRenewed(ctx, account, await renew(ctx, app, account))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.status === 502) ctx.log.warn({ err: error, platform }, 'A token could not be storeRenewed; trying again.')
    else await needsAttention(ctx, platform, error.message)
  }
}
