import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { badRequest, invalidField } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { dropResets } from './password-reset.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import { publishRevoked, currentSession, isFreshSession, revokeOthers } from '../sessions/open-sessions.ts'
import { type Device } from '../sessions/device.ts'
import { provePassword } from '../sessions/sign-in.ts'
import { actAs, findMe, setPasswordHash } from '../people/users.ts'

const endRecovery = statement(
  'identity.sessions.end_recovery',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.sessions set recovery_until = null
     where id = ${p.id} and revoked_at is null and recovery_until > now() returning id`,
)

/**
 * Changes the password of the caller and ends their other sessions. Throws 400 when the current one is wrong or the new
 * one not acceptable, 429 after too many wrong ones.
 */
export async function changePassword(
  ctx: Ctx,
  input: { current_password: string; new_password: string },
  device: Device,
): Promise<void> {
  const { services } = ctx
  const { email } = await ctx.db.one(findMe, {})
  requireAcceptablePassword(input.new_password, services.config.signIn, 'body.new_password')
  const { user, forgive } = await provePassword(services, email, input.current_password, device)
  if (!user) throw invalidField('body.current_password', 'This is not your current password.')
  await setPassword(ctx, user.id, input.new_password, device, [forgive])
}

/** Throws 400 when this is not the caller's current password, 429 after too many wrong ones. */
export async function requireCurrentPassword(ctx: Ctx, current_password: string, device: Device): Promise<void> {
  const { email } = await ctx.db.one(findMe, {})
  const { user, forgive } = await provePassword(ctx.services, email, current_password, device)
  if (!user) throw invalidField('body.current_password', 'This is not your current password.')
  await serverContext(ctx.services, { workspaceId: null }).db.together([forgive])
}

/**
 * A Supabase client sends only the new password, and its user cannot enter the old one. A session that began this recently
 * may change it without: its user has just given the password, another provider's account or a mailed code, so asking again
 * would prove little more. An older session can be a stolen one and needs the old password or a mailed code. Our own API
 * always asks.
 */
const freshMinutes = 15

/**
 * Sets the password without the current one: in a session that began within the last 15 minutes, or once, within half an
 * hour, in one that a recovery mail started. Throws 400 for one that is not acceptable, and `current_password_required` in
 * any other session, since a stolen session must not be enough to take over the account. `isProven`: the caller has
 * already given more than the session.
 */
export async function chooseNewPassword(
  ctx: Ctx,
  password: string,
  device: Device,
  { isProven }: { isProven: boolean },
): Promise<void> {
  requireAcceptablePassword(password, ctx.services.config.signIn)
  if (!isProven && !(await mayChoosePassword(ctx))) {
    throw badRequest('current_password_required', 'Send current_password to change the password.')
  }
  const { user_id } = await ctx.db.actor()
  await setPassword(ctx, user_id as string, password, device, [])
}

async function mayChoosePassword(ctx: Ctx): Promise<boolean> {
  const id = currentSession(ctx)
  const server = serverContext(ctx.services, { workspaceId: null })
  return (id !== null && (await server.db.maybe(endRecovery, { id })) !== undefined) || isRecentSession(ctx)
}

/** Returns whether the caller's session began within the last 15 minutes. */
export async function isRecentSession(ctx: Ctx): Promise<boolean> {
  const id = currentSession(ctx)
  return id !== null && isFreshSession(serverContext(ctx.services, { workspaceId: null }), id, freshMinutes)
}

async function setPassword(ctx: Ctx, user_id: string, password: string, device: Device, before: Call[]): Promise<void> {
  const password_hash = await hashPassword(password)
  await transaction(serverContext(ctx.services, { workspaceId: null }), async (server) => {
    const results = await server.db.together([
      ...before,
      actAs.call({ user_id }),
      setPasswordHash.call({ id: user_id, password_hash }),
      dropResets.call({ user_id }),
      audited({ action: 'password.changed', target: `user:${user_id}`, address: device.address }),
      revokeOthers.call({ keep: currentSession(ctx) }),
    ])
    publishRevoked(server, user_id, results.at(-1) as { id: string }[], 'password_changed')
  })
}
