import { sql } from 'kysely'
import { type Role, scopes } from '../../../platform/access.ts'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, invalidField, missing } from '../../../platform/errors.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { apiKeyPrefix, hashApiKey, newApiKey } from './api-key-format.ts'
import { audited } from '../audit.ts'
import type { NewApiKey } from './schema.ts'

export interface ApiKey {
  id: string
  name: string
  prefix: string
  scopes: string[]
  created_by: string
  created_at: string
  expires_at: string | null
  last_used_at: string | null
}

const columns = sql`id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at`

const insert = statement(
  'identity.api_keys.insert',
  (
    _,
    p: { id: string; name: string; key_hash: Buffer; prefix: string; scopes: string[]; expires_at: string | null },
  ) => sql<ApiKey>`
    insert into identity.api_keys (id, name, key_hash, prefix, scopes, expires_at)
    values (${p.id}, ${p.name}, ${p.key_hash}, ${p.prefix}, ${p.scopes}::text[], ${p.expires_at}::timestamptz)
    returning ${columns}`,
)

const list = statement(
  'identity.api_keys.list',
  (_, p: { before: string | null; limit: number }) => sql<ApiKey>`
    select ${columns} from identity.api_keys
     where workspace_id = app.workspace_id() and revoked_at is null
       and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

const revoke = statement(
  'identity.api_keys.revoke',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.api_keys set revoked_at = now()
     where workspace_id = app.workspace_id() and id = ${p.id} and revoked_at is null returning id`,
)

/** Enough for one key per integration, and few enough to review. */
const maxKeys = 50

// Serializes creation in a workspace, so that concurrent requests cannot exceed the limit.
const lock = statement(
  'identity.api_keys.lock',
  () => sql`select pg_advisory_xact_lock(hashtextextended('identity.api_keys/' || app.workspace_id(), 0))`,
)

const countKeys = statement(
  'identity.api_keys.count',
  () => sql<{ count: number }>`
    select count(*) from identity.api_keys
     where workspace_id = app.workspace_id() and revoked_at is null and (expires_at is null or expires_at > now())`,
)

/**
 * Creates a key. The key itself is in this response and nowhere else. Throws 403 for a scope that the role of its creator
 * does not have, 409 past 50 keys.
 */
export async function createApiKey(ctx: Ctx, input: NewApiKey): Promise<ApiKey & { key: string }> {
  if (input.expires_at && Date.parse(input.expires_at) <= ctx.now().getTime()) {
    throw invalidField('body.expires_at', 'This is in the past.')
  }
  const role = (await ctx.db.actor()).role as Role
  const beyond = input.scopes.filter((scope) => !(scopes[scope] as readonly Role[]).includes(role))
  if (beyond.length > 0)
    throw forbidden(`Your role does not have the scope ${beyond.join(', ')}, so no key of yours can.`)
  const [, counted] = await ctx.db.together([lock.call({}), countKeys.call({})])
  if (only(counted).count >= maxKeys) {
    throw conflict('too_many_api_keys', `A workspace has at most ${maxKeys} API keys. Revoke an unused one first.`)
  }
  const id = newId()
  const key = newApiKey()
  const row = {
    id,
    name: input.name,
    key_hash: hashApiKey(key),
    prefix: key.slice(0, apiKeyPrefix.length + 4),
    scopes: [...new Set(input.scopes)],
    expires_at: input.expires_at ?? null,
  }
  const line = audited({ action: 'api_key.created', target: `api_key:${id}`, details: { scopes: row.scopes } })
  const [inserted] = await ctx.db.together([insert.call(row), line], { commit: true })
  return { ...only(inserted), key }
}

export async function listApiKeys(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Revokes a key, which stops working at once. Throws 404. */
export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  const line = audited({ action: 'api_key.revoked', target: `api_key:${id}` })
  const [revoked] = await ctx.db.together([revoke.call({ id }), line])
  if (revoked.length === 0) missing('API key')
}
