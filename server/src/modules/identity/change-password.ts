import { type Ctx, transaction } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { serverContext } from '../../platform/services.ts'
import { audited } from './audit.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import { type Device, announceRevoked, currentSession, revokeOthers } from './sessions.ts'
import { provePassword } from './sign-in.ts'
import { actAs, findMe, setPasswordHash } from './users.ts'

/**
 * Changes the password of who asks and ends their other sessions. Throws 400 when the current one is wrong or the new
 * one not acceptable, 429 after too many wrong ones.
 */
export async function changePassword(
  ctx: Ctx,
  input: { current_password: string; new_password: string },
  device: Device,
): Promise<void> {
  const { services } = ctx
  const { email } = await ctx.db.one(findMe, {})
  requireAcceptablePassword(input.new_password, services.config.signIn.minPasswordLength, 'body.new_password')
  const { user, forgive } = await provePassword(services, email, input.current_password, device)
  if (!user) throw invalidField('body.current_password', 'This is not your current password.')
  const password_hash = await hashPassword(input.new_password)
  await transaction(serverContext(services, { workspaceId: null }), async (server) => {
    const results = await server.db.together([
      forgive,
      actAs.call({ user_id: user.id }),
      setPasswordHash.call({ id: user.id, password_hash }),
      audited({ action: 'password.changed', target: `user:${user.id}`, address: device.address }),
      revokeOthers.call({ keep: currentSession(ctx) }),
    ])
    announceRevoked(server, user.id, results.at(-1) as { id: string }[], 'password_changed')
  })
}
