import { only } from '../../../platform/database/scope.ts'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { codeLimits, requireAdmitted, resetLimit } from '../throttle.ts'
import { redeemCode } from '../codes/codes.ts'
import { linkLifeMinutes, proveMailbox, recoveryCode, takeReset } from './password-reset.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { type Device } from '../sessions/device.ts'
import { requireSignedIn, startSessionOrAsk } from '../two-factor/pending-sign-ins.ts'
import { actAs, findForSignIn } from '../people/users.ts'

/** From a recovery mail: the token of its link, or its code. */
type Proof = { token: string } | { email: string; code: string }

interface Recovered {
  signedIn: SignedIn
  /** Only the client that has the verifier of this challenge gets the session (RFC 7636, S256). */
  codeChallenge: string | null
}

/**
 * Signs in the recipient of the mail, who may choose a password without the old one for half an hour. Throws 403
 * `otp_expired` for an invalid proof and `two_factor_required` when the user has a second factor, 429 after too many
 * attempts.
 */
export async function recover(services: Services, proof: Proof, device: Device): Promise<Recovered> {
  const server = serverContext(services, { workspaceId: null })
  const guessing = 'code' in proof ? codeLimits(`recovery ${proof.email}`) : undefined
  const admitted = await server.db.together([resetLimit(device.address), ...(guessing ? [guessing.admit] : [])])
  for (const rows of admitted) requireAdmitted(rows, 'get back in')
  const recovered = await transaction(server, async (ctx) => {
    const proven = await redeem(ctx, proof)
    // Returns instead of throwing, so that the transaction commits and the attempt is counted.
    if (!proven) return undefined
    const { user_id, code_challenge: codeChallenge } = proven
    const forgive = guessing ? [guessing.forgive] : []
    const before = [...forgive, actAs.call({ user_id }), proveMailbox.call({ user_id })]
    const outcome = await startSessionOrAsk(ctx, before, device, { recoveryMinutes: linkLifeMinutes })
    return { outcome, codeChallenge }
  })
  if (!recovered) {
    throw new AppError(403, 'otp_expired', 'This link or code is invalid or has expired. Request a new one.')
  }
  return { signedIn: requireSignedIn(recovered.outcome), codeChallenge: recovered.codeChallenge }
}

async function redeem(ctx: Ctx, proof: Proof) {
  if ('token' in proof) return takeReset(ctx, proof.token)
  const user = await ctx.db.maybe(findForSignIn, { email: proof.email })
  if (!user || user.suspended_at) return undefined
  const [, redeemed] = await ctx.db.together([
    actAs.call({ user_id: user.id }),
    redeemCode(ctx.services, { ...recoveryCode(user), code: proof.code }),
  ])
  return only(redeemed).right ? { user_id: user.id, code_challenge: null } : undefined
}
