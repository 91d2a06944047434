import { type Ctx, transaction } from '../../../platform/context.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { codeLimits, requireAdmitted } from '../throttle.ts'
import { actAs, findForSignIn } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { currentSession, isFreshSession } from '../sessions/open-sessions.ts'
import { provePassword } from '../sessions/sign-in.ts'
import { redeemTotp, wrongCode } from './authenticator-app.ts'

/** Proves that the user changes their second factors, and not another person with access to an open session. */
export interface Proof {
  password?: string | undefined
  /** A code of the authenticator app. */
  code?: string | undefined
}

/** Limits wrong codes of one user, over all sign-ins and sessions. */
export const guessesOf = (userId: string) => codeLimits(`two-factor ${userId}`)

/**
 * Checks the password or a code of the app. A user without a password may instead have signed in within the last ten
 * minutes.
 * Throws 400, 403 `sign_in_again`, 429.
 */
export async function requireProof(ctx: Ctx, user: { id: string; email: string }, proof: Proof, device: Device) {
  const server = serverContext(ctx.services, { workspaceId: null })
  if (proof.password !== undefined) {
    const { user: proven, forgive } = await provePassword(ctx.services, user.email, proof.password, device)
    if (!proven) throw invalidField('body.password', 'This is not your password.')
    await server.db.together([forgive])
    return
  }
  if (proof.code !== undefined) return requireCode(ctx, user.id, (server) => redeemTotp(server, proof.code as string))
  const account = await server.db.one(findForSignIn, { email: user.email })
  if (account.password_hash !== null) {
    throw invalidField('body.password', 'Send your password, or a code of your authenticator app.')
  }
  const session = currentSession(ctx)
  if (session === null || !(await isFreshSession(server, session))) {
    throw new AppError(403, 'sign_in_again', 'Sign in again, and change your second factors within ten minutes.')
  }
}

/** Counts an attempt, unless `redeem` accepts the code. Throws 400 for a wrong code, 429 after too many. */
export async function requireCode(ctx: Ctx, userId: string, redeem: (server: Ctx) => Promise<boolean>): Promise<void> {
  const outside = serverContext(ctx.services, { workspaceId: null })
  const guessing = guessesOf(userId)
  const [admitted] = await outside.db.together([guessing.admit])
  requireAdmitted(admitted, 'enter a code')
  const right = await transaction(outside, async (server) => {
    await server.db.together([actAs.call({ user_id: userId })])
    if (!(await redeem(server))) return false
    await server.db.together([guessing.forgive])
    return true
  })
  if (!right) throw wrongCode()
}
