import { transaction } from '../../../platform/context.ts'
import type { Call } from '../../../platform/database/statement.ts'
import { AppError, unauthorized } from '../../../platform/errors.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { requireAdmitted, signInLimits } from '../throttle.ts'
import { audited } from '../audit.ts'
import { hashPassword, isOutdated, isPassword } from '../passwords/passwords.ts'
import type { SignedIn } from './schema.ts'
import { type Device } from './device.ts'
import { requireSignedIn, startSessionOrAsk } from '../two-factor/pending-sign-ins.ts'
import { actAs, findForSignIn, setPasswordHash } from '../people/users.ts'

interface Found {
  id: string
  email: string
  password_hash: string | null
  suspended_at: string | null
}
type Proven = Found & { password_hash: string }

/**
 * Signs a user in. Throws 401 for an unknown e-mail address or a wrong password, after the same work; 403 when the
 * password is right but the user is suspended, and `two_factor_required` when the user has a second factor; 429 after too
 * many failures.
 */
export async function signIn(
  services: Services,
  { email, password }: { email: string; password: string },
  device: Device,
): Promise<SignedIn> {
  const { user, forgive } = await provePassword(services, email, password, device)
  if (!user) throw unauthorized('The e-mail address or the password is wrong.')
  if (user.suspended_at) throw new AppError(403, 'account_suspended', 'This account is suspended.')
  const isOld = isOutdated(user.password_hash)
  const renewing = isOld ? [setPasswordHash.call({ id: user.id, password_hash: await hashPassword(password) })] : []
  const outcome = await transaction(serverContext(services, { workspaceId: null }), (ctx) =>
    startSessionOrAsk(ctx, [forgive, actAs.call({ user_id: user.id }), ...renewing], device),
  )
  return requireSignedIn(outcome)
}

/**
 * Returns the user with this e-mail address and password. Counts as a failed attempt until `forgive` is sent. Failed
 * attempts are written to the audit log. Throws 429 after too many of them.
 */
export async function provePassword(
  services: Services,
  email: string,
  password: string,
  device: Device,
): Promise<{ user: Proven | undefined; forgive: Call }> {
  const { db } = serverContext(services, { workspaceId: null })
  const limits = signInLimits(services.config, email, device.address, device.knownAs)
  const [admitted, [user]] = await db.together([limits.admit, findForSignIn.call({ email })])
  requireAdmitted(admitted, 'sign in')
  if (await isPassword(password, user?.password_hash ?? null)) return { user: user as Proven, forgive: limits.forgive }
  // Written for the user of this e-mail address, if there is one, so that it is in the log of that workspace.
  const line = audited({ action: 'session.refused', address: device.address })
  await db.together([actAs.call({ user_id: user?.id ?? null }), line])
  return { user: undefined, forgive: limits.forgive }
}
