import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { audited, eraseUser, lockAccount, unlockAccount, verifyAccount } from '../identity/index.ts'
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

/** Words match by their beginning: `ana ex` finds ana@example.com. */
const toQuery = (q: string) => (q.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `'${word}':*`).join(' & ')

export async function listManagedUsers(ctx: Ctx, page: { q?: string | undefined; limit: number; cursor?: string }) {
  const q = toQuery(page.q ?? '')
  // A search without letters or digits returns nothing.
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

/** Suspends the user and their API keys immediately, on all nodes. Throws 404, 409 for an administrator. */
export const suspendUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> =>
  lock(ctx, id, 'suspended', reason)

/** Bans the user, which is a permanent suspension. Throws 404, 409 for an administrator. */
export const banUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> => lock(ctx, id, 'banned', reason)

async function lock(
  ctx: Ctx,
  id: string,
  as: 'suspended' | 'banned',
  reason: string | undefined,
): Promise<ManagedUser> {
  return transaction(await asAdministrator(ctx), async (ctx) => {
    const isLocked = await lockAccount(ctx, id, as)
    const user = (await ctx.db.maybe(find, { id })) ?? missing('user')
    if (!isLocked) {
      throw conflict(
        'is_admin',
        'An administrator cannot be suspended or banned. Remove their administrator role first.',
      )
    }
    await ctx.db.together([audited({ action: `user.${as}`, target: `user:${id}`, details: given(reason) })])
    return user
  })
}

/** Ends a suspension or a ban. Throws 404. */
export const unsuspendUser = (ctx: Ctx, id: string, reason?: string): Promise<ManagedUser> =>
  change(ctx, id, (ctx) => unlockAccount(ctx, id), 'user.unsuspended', given(reason))

/**
 * Deletes a user's account, like `deleteOwnAccount`. Throws 404, 409 for an administrator, or for the only owner of a
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

/** Marks an e-mail address or phone number as verified without a code. Throws 404 for an unknown user or a missing number. */
export const verifyUser = (ctx: Ctx, id: string, type: 'email' | 'phone'): Promise<ManagedUser> =>
  change(ctx, id, (ctx) => verifyAccount(ctx, id, type), `user.${type}_verified`, { by: 'administrator' })

async function change(
  ctx: Ctx,
  id: string,
  apply: (ctx: Ctx) => Promise<boolean>,
  action: string,
  details: Record<string, unknown>,
): Promise<ManagedUser> {
  return transaction(await asAdministrator(ctx), async (ctx) => {
    if (!(await apply(ctx))) missing('user')
    const user = (await ctx.db.maybe(find, { id })) ?? missing('user')
    await ctx.db.together([audited({ action, target: `user:${id}`, details })])
    return user
  })
}

const given = (reason: string | undefined) => (reason === undefined ? {} : { reason })
