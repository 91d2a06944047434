import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { badRequest, invalidField } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { dropResets } from './password-reset.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import { publishRevoked, currentSession, revokeOthers } from '../sessions/open-sessions.ts'
import { type Device } from '../sessions/device.ts'
import { provePassword } from '../sessions/sign-in.ts'
import { actAs, findMe, setPasswordHash } from '../people/users.ts'

const endRecovery = statement(
  'identity.sessions.end_recovery',
  (_, p: { id: string }) => sql<{ user_id: string }>`
    update identity.sessions set recovery_until = null
     where id = ${p.id} and revoked_at is null and recovery_until > now() returning user_id`,
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

/**
 * Sets the password without the current one: once, within half an hour, in a session that a recovery mail started. Throws
 * 400 for one that is not acceptable, and `current_password_required` in any other session, since a stolen session must
 * not be enough to take over the account.
 */
export async function chooseNewPassword(ctx: Ctx, password: string, device: Device): Promise<void> {
  requireAcceptablePassword(password, ctx.services.config.signIn)
  const id = currentSession(ctx)
  const session = id
    ? await serverContext(ctx.services, { workspaceId: null }).db.maybe(endRecovery, { id })
    : undefined
  if (!session) throw badRequest('current_password_required', 'Send current_password to change the password.')
  await setPassword(ctx, session.user_id, password, device, [])
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
