import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { conflict, invalidField, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { publicReader } from '../../platform/public-reader.ts'
import { audited } from '../identity/index.ts'
import { IntegrationChanged } from './events.ts'
import { type PlatformName, platforms } from './platforms.ts'
import { secretSettingsOf, splitSettings, withSecretSettings } from './secret-settings.ts'
import type { ConnectionSecrets, NewAccount } from './channels/channel.ts'
import type { IntegrationChanges, integrationStatuses, integrationTypes, SaveIntegration } from './schema.ts'

export type ConnectionStatus = (typeof integrationStatuses)[number]

export interface Connection {
  id: string
  platform: string
  type: (typeof integrationTypes)[number]
  name: string
  status: ConnectionStatus
  error: string | null
  account_id: string | null
  account_name: string | null
  expires_at: string | null
  icon: string | null
  settings: Record<string, unknown>
  secret_settings: string[]
  last_sync: string | null
  created_at: string
  updated_at: string
}

export const connectionColumns = sql`id, platform, type, name, status, error, account_id, account_name, expires_at, icon,
  settings, secret_settings, last_sync, created_at, updated_at`

const list = variants(
  'integrations.list',
  (_, p: { before: string | null; limit: number }, shape: { continued: boolean }) => sql<Connection>`
    select ${connectionColumns} from integrations.connections
     ${shape.continued ? sql`where id < ${p.before}` : sql``} order by id desc limit ${p.limit}`,
)

// Settings that were stored before secrets were separated from them.
const shown = (connection: Connection): Connection => ({
  ...connection,
  settings: splitSettings(connection.settings).open,
})

/**
 * Members see the connections of their workspace. Anonymous users see name, type and status of those of the installation's
 * public workspace, if there is one.
 */
export async function listIntegrations(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const before = readCursor(query.cursor)
  const reader = publicReader(ctx, 'integrations:read')
  if (!reader) return { data: [], next_cursor: null }
  const rows = await reader.db.all(list({ continued: before !== null }), { before, limit: query.limit + 1 })
  const { data, next_cursor } = toPage(rows, query.limit)
  const isAnonymous = ctx.principal.kind === 'public'
  return {
    data: isAnonymous ? data.map(({ name, type, status }) => ({ name, type, status })) : data.map(shown),
    next_cursor,
  }
}

const lock = statement(
  'integrations.lock',
  (_, p: { id: string | null; platform: string | null }) => sql<Connection & { secrets_sealed: string | null }>`
    select ${connectionColumns}, secrets_sealed from integrations.connections where id = ${p.id}::uuid or platform = ${p.platform}::text for update`,
)

interface Saved {
  id: string
  platform: string
  type: string
  name: string
  status: ConnectionStatus
  /** Undefined: keep it. */
  icon?: string | null | undefined
  has_icon: boolean
  settings: string
  account_id: string | null
  account_name: string | null
  secrets_sealed: string | null
  secret_settings: string[] | null
  expires_at: string | null
  last_sync: string | null
}

const save = statement(
  'integrations.save',
  (_, p: Saved) => sql<Connection & { is_new: boolean }>`
    insert into integrations.connections as c
      (id, platform, type, name, status, icon, settings, account_id, account_name, secrets_sealed, secret_settings, expires_at, last_sync)
    values (${p.id}, ${p.platform}, ${p.type}, ${p.name}, ${p.status}, ${p.icon}, ${p.settings}::jsonb, ${p.account_id},
            ${p.account_name}, ${p.secrets_sealed}, coalesce(${p.secret_settings}::text[], '{}'), ${p.expires_at}::timestamptz,
            ${p.last_sync}::timestamptz)
    on conflict (workspace_id, platform) do update
      set (type, name, status, error, icon, settings, account_id, account_name, secrets_sealed, secret_settings, expires_at, last_sync)
        = (excluded.type, excluded.name, excluded.status, case when excluded.status = 'error' then c.error end,
           case when ${p.has_icon}::boolean then excluded.icon else c.icon end, c.settings || excluded.settings,
           coalesce(excluded.account_id, c.account_id), coalesce(excluded.account_name, c.account_name),
           coalesce(excluded.secrets_sealed, c.secrets_sealed), coalesce(${p.secret_settings}::text[], c.secret_settings),
           case when excluded.secrets_sealed is null then c.expires_at else excluded.expires_at end,
           coalesce(excluded.last_sync, c.last_sync))
    returning ${connectionColumns}`,
)

const slugOf = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'other'

/** Creates a connection, or updates the one with this id or platform. Throws 404 for an unknown id. */
export function saveIntegration(ctx: Ctx, input: SaveIntegration): Promise<{ connection: Connection; isNew: boolean }> {
  return transaction(ctx, async (ctx) => {
    const wanted = input.id ? null : (input.platform ?? slugOf(input.name))
    const known = await ctx.db.maybe(lock, { id: input.id ?? null, platform: wanted })
    if (input.id && !known) missing('integration')
    const id = known?.id ?? newId()
    const platform = known?.platform ?? (wanted as string)
    // The server sets the status of the platforms that it connects to.
    const isOurs = Object.hasOwn(platforms, platform)
    const status = (isOurs ? undefined : input.status) ?? known?.status ?? 'disconnected'
    const { open, secrets } = splitSettings(input.settings ?? {})
    if (isOurs && Object.keys(secrets).length > 0)
      throw invalidField('body.settings', `${input.name} gets its secrets when it is connected: leave them out here.`)
    const hasSecrets = !isOurs && (Boolean(input.token) || Object.keys(secrets).length > 0)
    const kept = hasSecrets && known?.secrets_sealed ? decryptSecrets(ctx, id, known.secrets_sealed) : {}
    const stored = withSecretSettings({ ...kept, ...(input.token && { token: input.token }) }, secrets)
    const began = status === 'connected' && known?.status !== 'connected' ? ctx.now().toISOString() : null
    const connection = await ctx.db.one(save, {
      id,
      platform,
      type: input.type,
      name: input.name,
      status,
      icon: input.icon,
      has_icon: input.icon !== undefined,
      settings: JSON.stringify(open),
      account_id: null,
      account_name: null,
      secrets_sealed: hasSecrets ? encryptSecrets(ctx, id, stored) : null,
      secret_settings: hasSecrets ? secretSettingsOf(stored) : null,
      expires_at: null,
      last_sync: (isOurs ? undefined : input.last_sync) ?? began,
    })
    await publishChange(ctx, connection)
    return { connection: shown(connection), isNew: !known }
  })
}

const find = statement(
  'integrations.find',
  (_, p: { id: string }) => sql<Connection>`
    select ${connectionColumns} from integrations.connections where id = ${p.id}`,
)

export const getIntegration = async (ctx: Ctx, id: string): Promise<Connection> =>
  shown((await ctx.db.maybe(find, { id })) ?? missing('integration'))

/** Updates the given fields. */
export function updateIntegration(ctx: Ctx, id: string, changes: IntegrationChanges): Promise<Connection> {
  return transaction(ctx, async (ctx) => {
    const { name, type } = await getIntegration(ctx, id)
    return (await saveIntegration(ctx, { ...changes, id, name: changes.name ?? name, type: changes.type ?? type }))
      .connection
  })
}

const remove = statement(
  'integrations.delete',
  (_, p: { id: string }) => sql<{ id: string }>`delete from integrations.connections where id = ${p.id} returning id`,
)

/** Throws 409 for a connected platform, because its webhook has to be removed first. */
export function deleteIntegration(ctx: Ctx, id: string): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const connection = (await ctx.db.maybe(lock, { id, platform: null })) ?? missing('integration')
    const { platform, name, status } = connection
    if (Object.hasOwn(platforms, platform) && status !== 'disconnected') {
      throw conflict('still_connected', `${name} is still connected. Disconnect it first.`)
    }
    await ctx.db.all(remove, { id })
    await publishChange(ctx, { ...connection, status: 'disconnected' })
  })
}

/** Stores a connection with its encrypted secrets. */
export function connected(ctx: Ctx, platform: PlatformName, made: NewAccount): Promise<Connection> {
  return transaction(ctx, async (ctx) => {
    const known = await ctx.db.maybe(lock, { id: null, platform })
    const id = known?.id ?? newId()
    const connection = await ctx.db.one(save, {
      id,
      platform,
      type: platforms[platform].type,
      name: platforms[platform].name,
      status: 'connected',
      has_icon: false,
      settings: JSON.stringify(made.settings ?? {}),
      account_id: made.accountId,
      account_name: made.accountName ?? null,
      secrets_sealed: encryptSecrets(ctx, id, made.secrets),
      secret_settings: null,
      expires_at: made.expiresAt?.toISOString() ?? null,
      last_sync: ctx.now().toISOString(),
    })
    await publishChange(ctx, connection)
    return connection
  })
}

export const encryptSecrets = (ctx: Ctx, id: string, secrets: ConnectionSecrets) =>
  ctx.services.secrets.seal(JSON.stringify(secrets), secretsContext(id))
const secretsContext = (id: string) => `integrations.connections/secrets/${id}`

export const decryptSecrets = (ctx: Ctx, id: string, secrets: string): ConnectionSecrets =>
  JSON.parse(ctx.services.secrets.open(secrets, secretsContext(id)))

export async function publishChange(ctx: Ctx, { id, platform, status }: Connection): Promise<void> {
  emit(ctx, IntegrationChanged, { integration_id: id, platform, status })
  await ctx.db.together([audited({ action: `integration.${status}`, target: `platform:${platform}` })])
}

const forget = statement(
  'integrations.forget',
  (_, p: { platform: string }) => sql<Connection>`
    update integrations.connections
       set status = 'disconnected', error = null, secrets_sealed = null, secret_settings = '{}', expires_at = null
     where platform = ${p.platform} returning ${connectionColumns}`,
)

/** Marks a connection as disconnected and deletes its secrets. */
export function disconnected(ctx: Ctx, platform: PlatformName): Promise<void> {
  return transaction(ctx, async (ctx) => {
    const connection = await ctx.db.maybe(forget, { platform })
    if (connection) await publishChange(ctx, connection)
  })
}
