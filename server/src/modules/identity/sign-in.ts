import { transaction } from '../../platform/context.ts'
import { AppError, unauthorized } from '../../platform/errors.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { requireAdmitted, signInLimits } from './attempts.ts'
import { audited } from './audit.ts'
import { hashPassword, isOutdated, isPassword } from './passwords.ts'
import type { SignedIn } from './schema.ts'
import { type Device, startSession } from './sessions.ts'
import { actAs, findForSignIn, setPasswordHash } from './users.ts'

interface Found {
  id: string
  email: string
  password_hash: string | null
  suspended_at: string | null
}

/**
 * Signs somebody in. Throws 401 for an unknown e-mail and a wrong password alike, after the same work; 403 when the user
 * is suspended, told only to who knows the password; 429 after too many failures.
 */
export async function signIn(
  services: Services,
  { email, password }: { email: string; password: string },
  device: Device,
): Promise<SignedIn> {
  const server = serverContext(services, { workspaceId: null })
  const { user, forgive } = await provePassword(services, email, password, device)
  if (user.suspended_at) throw new AppError(403, 'account_suspended', 'This account is suspended.')
  const isOld = isOutdated(user.password_hash as string)
  const renewing = isOld ? [setPasswordHash.call({ id: user.id, password_hash: await hashPassword(password) })] : []
  return transaction(server, (ctx) =>
    startSession(ctx, [forgive, actAs.call({ user_id: user.id }), ...renewing], device),
  )
}

/** Finds the user whose password it is. Counts as an attempt to sign in until `forgive` is sent. Throws 401 or 429. */
export async function provePassword(services: Services, email: string, password: string, device: Device) {
  const { db } = serverContext(services, { workspaceId: null })
  const limits = signInLimits(services.config, email, device.address)
  const [admitted, found] = await db.together([limits.admit, findForSignIn.call({ email })])
  requireAdmitted(admitted, 'sign in')
  const user = found?.[0] as unknown as Found | undefined
  if (!(await isPassword(password, user?.password_hash ?? null))) {
    // The user at work is the one they tried to be, if there is one, so that it shows in that workspace's audit log.
    const line = audited({ action: 'session.refused', address: device.address })
    await db.together([actAs.call({ user_id: user?.id ?? null }), line])
    throw unauthorized('The e-mail address or the password is wrong.')
  }
  return { user: user as Found, forgive: limits.forgive }
}
