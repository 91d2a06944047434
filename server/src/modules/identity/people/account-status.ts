import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { type Statement, statement } from '../../../platform/database/statement.ts'
import { publishRevoked } from '../sessions/open-sessions.ts'

// Account changes by administrators. The context is the server's own, without a workspace; call these inside a
// transaction. The trigger `refresh_sessions` updates the account's sessions.

type Change = Statement<{ id: string }, { id: string }>

const suspend: Change = statement(
  'identity.users.suspend',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set suspended_at = coalesce(suspended_at, now())
     where id = ${p.id} and deleted_at is null and not is_admin returning id`,
)
const ban: Change = statement(
  'identity.users.ban',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set suspended_at = coalesce(suspended_at, now()), banned_at = coalesce(banned_at, now())
     where id = ${p.id} and deleted_at is null and not is_admin returning id`,
)
const reinstate: Change = statement(
  'identity.users.reinstate',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set suspended_at = null, banned_at = null
     where id = ${p.id} and deleted_at is null returning id`,
)
const verifyEmail: Change = statement(
  'identity.users.verify_email',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set email_verified = true where id = ${p.id} and deleted_at is null returning id`,
)
const verifyPhone: Change = statement(
  'identity.users.verify_phone',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set phone_verified = true
     where id = ${p.id} and deleted_at is null and phone is not null returning id`,
)

const endSessions = statement(
  'identity.sessions.revoke_all_of',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.sessions set revoked_at = now() where user_id = ${p.id} and revoked_at is null returning id`,
)

/**
 * Suspends or bans a user: their sessions end at once, on every node, and their API keys are refused. Returns false when
 * there is no such user, or when they are an administrator.
 */
export async function lockAccount(ctx: Ctx, id: string, as: 'suspended' | 'banned'): Promise<boolean> {
  if (!(await ctx.db.maybe(as === 'banned' ? ban : suspend, { id }))) return false
  publishRevoked(ctx, id, await ctx.db.all(endSessions, { id }), 'suspended')
  return true
}

/** Ends a suspension or a ban. Returns false when there is no such user. */
export const unlockAccount = (ctx: Ctx, id: string): Promise<boolean> => apply(ctx, reinstate, id)

/** Marks the e-mail address or the phone number as verified. Returns false when there is no such user, or no number. */
export const verifyAccount = (ctx: Ctx, id: string, type: 'email' | 'phone'): Promise<boolean> =>
  apply(ctx, type === 'email' ? verifyEmail : verifyPhone, id)

const apply = async (ctx: Ctx, change: Change, id: string) => (await ctx.db.maybe(change, { id })) !== undefined
