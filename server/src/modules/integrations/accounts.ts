import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext, type Services } from '../../platform/services.ts'
import { notify } from '../notifications/index.ts'
import type { Account, ConnectionSecrets } from './channels/channel.ts'
import { publishChange, type Connection, connectionColumns, encryptSecrets, decryptSecrets } from './connections.ts'
import { type PlatformName, platforms } from './platforms.ts'

const find = statement(
  'integrations.find_account',
  (_, p: { platform: string }) => sql<{
    id: string
    workspace_id: string
    account_id: string
    account_name: string | null
    secrets_sealed: string
    settings: Record<string, unknown>
  }>`
    select id, workspace_id, account_id, account_name, secrets_sealed, settings from integrations.connections
     where platform = ${p.platform} and status <> 'disconnected' and secrets_sealed is not null and account_id is not null`,
)

/** Returns the workspace's account at a platform, or null if it is not connected. */
export async function accountOf(ctx: Ctx, platform: PlatformName): Promise<Account | null> {
  const row = await ctx.db.maybe(find, { platform })
  if (!row) return null
  return {
    connectionId: row.id,
    workspaceId: row.workspace_id,
    id: row.account_id,
    name: row.account_name,
    secrets: decryptSecrets(ctx, row.id, row.secrets_sealed),
    settings: row.settings,
  }
}

const findWorkspaces = statement(
  'integrations.workspaces_of_account.system',
  (_, p: { platform: string; account_id: string }) => sql<{ workspace_id: string }>`
    select workspace_id from integrations.connections
     where platform = ${p.platform} and account_id = ${p.account_id} and status <> 'disconnected' limit 100`,
)

/** Returns all workspaces that are connected to this account of a platform. */
export async function workspacesOf(services: Services, platform: PlatformName, accountId: string): Promise<string[]> {
  const { db } = serverContext(services, { workspaceId: null })
  return (await db.all(findWorkspaces, { platform, account_id: accountId })).map(({ workspace_id }) => workspace_id)
}

const mark = statement(
  'integrations.mark_broken',
  (_, p: { platform: string; error: string }) => sql<Connection>`
    update integrations.connections set status = 'error', error = ${p.error}
     where platform = ${p.platform} and status = 'connected' returning ${connectionColumns}`,
)

/** Marks a connection whose token the platform refuses, and sends one notification to connect again. */
export function needsAttention(ctx: Ctx, platform: PlatformName, error: string): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const broken = await ctx.db.maybe(mark, { platform, error })
    if (!broken) return
    await publishChange(ctx, broken)
    const title = `${platforms[platform].name} has to be reconnected`
    await notify(ctx, { title, message: error, type: 'error', scope: 'integrations:write' })
  })
}

const renew = statement(
  'integrations.renew',
  (_, p: { id: string; secrets_sealed: string; expires_at: string | null }) => sql`
    update integrations.connections
       set secrets_sealed = ${p.secrets_sealed}, expires_at = ${p.expires_at}::timestamptz, last_sync = now()
     where id = ${p.id} and status <> 'disconnected'`,
)

/** Stores renewed tokens. */
export async function storeRenewed(
  ctx: Ctx,
  account: Account,
  made: { secrets: ConnectionSecrets; expiresAt?: Date | undefined },
): Promise<void> {
  await ctx.db.all(renew, {
    id: account.connectionId,
    secrets_sealed: encryptSecrets(ctx, account.connectionId, { ...account.secrets, ...made.secrets }),
    expires_at: made.expiresAt?.toISOString() ?? null,
  })
}
