import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { type Statement, statement, variants } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { announceRevoked, audited, eraseUser } from '../identity/index.ts'
import { asAdministrator } from './administrator.ts'
import type { ManagedUser } from './schema.ts'

const columns = sql`u.id, u.email, coalesce(u.full_name, u.display_name, u.username) as name, u.username, u.phone,
  u.is_admin, u.email_verified, u.phone_verified, u.suspended_at is not null as suspended,
  u.banned_at is not null as banned, u.suspended_at, u.banned_at, u.last_active_at, u.created_at`

const list = variants(
  'administration.users.list',
  (_, p: { q: string; before: string | null; limit: number }, shape: { searched: boolean }) => sql<ManagedUser>`
    select ${columns} from identity.users u
     where u.id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') and u.deleted_at is null
       ${
         shape.searched
           ? sql`and app.words_of_user(u.email, u.full_name, u.display_name, u.username) @@ to_tsquery('simple', ${p.q})`
           : sql``
       }
     order by u.id desc limit ${p.limit}`,
)

/** Every word is the beginning of one: `ana ex` finds ana@example.com. */
const toQuery = (q: string) => (q.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `'${word}':*`).join(' & ')

export async function listManagedUsers(ctx: Ctx, page: { q?: string | undefined; limit: number; cursor?: string }) {
  const q = toQuery(page.q ?? '')
  // Nothing but punctuation is nobody's name.
  if (page.q && !q) return { data: [], next_cursor: null }
  const before = readCursor(page.cursor)
  const admin = await asAdministrator(ctx)
  const rows = await admin.db.all(list({ searched: q !== '' }), { q, before, limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

const find = statement(
  'administration.users.find',
  (_, p: { id: string }) =>
    sql<ManagedUser>`select ${columns} from identity.users u where u.id = ${p.id} and u.deleted_at is null`,
)

const suspend = statement(
  'administration.users.suspend',
  (_, p: { id: string }) => sql<ManagedUser>`
    update identity.users u set suspended_at = coalesce(u.suspended_at, now())
     where u.id = ${p.id} and u.deleted_at is null and not u.is_admin returning ${columns}`,
)
const ban = statement(
  'administration.users.ban',
  (_, p: { id: string }) => sql<ManagedUser>`
    update identity.users u
       set suspended_at = coalesce(u.suspended_at, now()), banned_at = coalesce(u.banned_at, now())
     where u.id = ${p.id} and u.deleted_at is null and not u.is_admin returning ${columns}`,
)
const release = statement(
  'administration.users.release',
  (_, p: { id: string }) => sql<ManagedUser>`
    update identity.users u set suspended_at = null, banned_at = null where u.id = ${p.id} and u.deleted_at is null returning ${columns}`,
)
const verifyEmail = statement(
  'administration.users.verify_email',
  (_, p: { id: string }) => sql<ManagedUser>`
    update identity.users u set email_verified = true where u.id = ${p.id} and u.deleted_at is null returning ${columns}`,
)
const verifyPhone = statement(
  'administration.users.verify_phone',
  (_, p: { id: string }) => sql<ManagedUser>`
    update identity.users u set phone_verified = true where u.id = ${p.id} and u.deleted_at is null and u.phone is not null returning ${columns}`,
)

const endSessions = statement(
  'administration.users.end_sessions',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.sessions set revoked_at = now() where user_id = ${p.id} and revoked_at is null returning id`,
)

/** Locks the user out at once, on every node, with API keys too. Throws 404, 409 for an administrator. */
export const suspendUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> =>
  lockOut(ctx, id, suspend, { action: 'user.suspended', reason })

/** The same, for good. */
export const banUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> =>
  lockOut(ctx, id, ban, { action: 'user.banned', reason })

async function lockOut(
  ctx: Ctx,
  id: string,
  change: Statement<{ id: string }, ManagedUser>,
  { action, reason }: { action: string; reason: string | undefined },
): Promise<ManagedUser> {
  return transaction(await asAdministrator(ctx), async (ctx) => {
    const user = await ctx.db.maybe(change, { id })
    if (!user) {
      if (!(await ctx.db.maybe(find, { id }))) missing('user')
      throw conflict('is_admin', 'An administrator cannot be locked out. Remove their administrator role first.')
    }
    const details = reason === undefined ? {} : { reason }
    const [sessions] = await ctx.db.together([
      endSessions.call({ id }),
      audited({ action, target: `user:${id}`, details }),
    ])
    announceRevoked(ctx, id, sessions as { id: string }[], 'suspended')
    return user
  })
}

/** Lets the user in again, whether they were suspended or banned. Throws 404. */
export const unsuspendUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> =>
  change(ctx, release, id, 'user.unsuspended', reason === undefined ? {} : { reason })

/**
 * Deletes somebody's account, as they could themselves. Throws 404, 409 for an administrator, or for the only owner of a
 * workspace with other members.
 */
export async function deleteUser(ctx: Ctx, id: string): Promise<void> {
  const admin = await asAdministrator(ctx)
  const user = (await admin.db.maybe(find, { id })) ?? missing('user')
  if (user.is_admin) {
    throw conflict('is_admin', 'An administrator cannot be deleted. Remove their administrator role first.')
  }
  await eraseUser(ctx.services, id)
  await admin.db.together([audited({ action: 'user.deleted', target: `user:${id}` })])
}

/** Vouches for an e-mail address or telephone without a code. Throws 404, also when there is no number. */
export const verifyUser = (ctx: Ctx, id: string, type: 'email' | 'phone'): Promise<ManagedUser> =>
  change(ctx, type === 'email' ? verifyEmail : verifyPhone, id, `user.${type}_verified`, { by: 'administrator' })

async function change(
  ctx: Ctx,
  statement: Statement<{ id: string }, ManagedUser>,
  id: string,
  action: string,
  details: Record<string, unknown>,
): Promise<ManagedUser> {
  return transaction(await asAdministrator(ctx), async (ctx) => {
    const user = (await ctx.db.maybe(statement, { id })) ?? missing('user')
    await ctx.db.together([audited({ action, target: `user:${id}`, details })])
    return user
  })
}
