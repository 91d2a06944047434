import type { Ctx } from '../../../platform/context.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { findForSignIn, findMe } from '../people/users.ts'
import type { Device } from './device.ts'
import { currentSession, isFreshSession } from './open-sessions.ts'
import { provePassword } from './sign-in.ts'

/**
 * Checks the password of the caller before a change that a stolen session must not be enough for. Throws 400 without it or
 * when it is wrong, 403 `sign_in_again` when the user has no password and signed in more than ten minutes ago, 429.
 * `what`: `delete your account`.
 */
export async function proveOwner(
  ctx: Ctx,
  password: string | undefined,
  device: Device,
  what: string,
): Promise<{ id: string; email: string }> {
  const { services } = ctx
  const { id, email } = await ctx.db.one(findMe, {})
  const server = serverContext(services, { workspaceId: null })
  const account = await server.db.one(findForSignIn, { email })
  if (account.password_hash !== null) {
    if (password === undefined) throw invalidField('body.password', `Send your password to ${what}.`)
    const { user, forgive } = await provePassword(services, email, password, device)
    if (!user) throw invalidField('body.password', 'This is not your password.')
    await server.db.together([forgive])
  } else if (!(await isFreshSession(server, currentSession(ctx) as string))) {
    throw new AppError(403, 'sign_in_again', `Sign in again, and ${what} within ten minutes.`)
  }
  return { id, email }
}
