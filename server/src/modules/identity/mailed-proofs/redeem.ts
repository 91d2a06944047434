import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import type { Call } from '../../../platform/database/statement.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { UserVerified } from '../events.ts'
import { proveMailbox } from '../passwords/password-reset.ts'
import { newAccount } from '../people/schema.ts'
import { newUser, startAccount, takenOr } from '../people/sign-up.ts'
import { actAs, findForSignIn } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { publishRevoked, revokeOthers } from '../sessions/open-sessions.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { codeLimits, requireAdmitted, resetLimit, signUpLimit } from '../throttle.ts'
import { type TwoFactorRequired, startSessionOrAsk } from '../two-factor/pending-sign-ins.ts'
import { answerEmailChange } from './email-change.ts'
import { type GivenProof, type MailedProof, type Purpose, takeProof } from './mailed-proofs.ts'

/** What was proven has been done. `outcome`: the session, or `awaiting` when the other mail is still to be answered. */
export interface Redeemed {
  purpose: Purpose
  outcome: SignedIn | TwoFactorRequired | 'awaiting'
  /** Only the client that has the verifier of this challenge gets the session (RFC 7636, S256). */
  codeChallenge: string | null
}

const dropPassword = statement(
  'identity.users.drop_password',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users set password_hash = null where id = ${p.id} and not email_verified returning id`,
)

/**
 * Does what the mail is for, and signs its reader in. Throws 403 `otp_expired` for an invalid proof, 409 when the new
 * address is taken, 429 after too many attempts.
 */
export async function redeemProof(
  services: Services,
  purposes: Purpose[],
  given: GivenProof,
  device: Device,
): Promise<Redeemed> {
  const server = serverContext(services, { workspaceId: null })
  const guessing = 'code' in given ? codeLimits(`mailed ${given.email}`) : undefined
  const admitted = await server.db.together([resetLimit(device.address), ...(guessing ? [guessing.admit] : [])])
  for (const rows of admitted) requireAdmitted(rows, 'use a mail')
  const forgive = guessing ? [guessing.forgive] : []
  const redeemed = await transaction(server, async (ctx) => {
    const proof = await takeProof(ctx, purposes, given)
    // Returns instead of throwing, so that the transaction commits and the attempt is counted.
    const outcome = proof && (await redeem(ctx, proof, forgive, device))
    return outcome && { purpose: proof.purpose, outcome, codeChallenge: proof.code_challenge }
  }).catch((error: unknown) => {
    throw takenOr(error)
  })
  if (!redeemed) {
    throw new AppError(403, 'otp_expired', 'This link or code is invalid or has expired. Request a new one.')
  }
  return redeemed
}

async function redeem(
  ctx: Ctx,
  proof: MailedProof,
  before: Call[],
  device: Device,
): Promise<Redeemed['outcome'] | undefined> {
  if (proof.purpose === 'change_email' || proof.purpose === 'approve_email') {
    const progress = await answerEmailChange(ctx, proof, device)
    if (progress === 'changed')
      return startSessionOrAsk(ctx, [...before, actAs.call({ user_id: proof.user_id })], device)
    return progress
  }
  const user = await ctx.db.maybe(findForSignIn, { email: proof.address })
  if (!user) return proof.user_id === null ? createAccount(ctx, proof, before, device) : undefined
  // The address may belong to another account by now.
  if (user.suspended_at || (proof.user_id !== null && proof.user_id !== user.id)) return undefined
  if (proof.purpose === 'sign_in') await dropForeignAccess(ctx, user.id)
  const [, verified] = await ctx.db.together([
    actAs.call({ user_id: user.id }),
    proveMailbox.call({ user_id: user.id }),
  ])
  if (verified.length > 0) emit(ctx, UserVerified, { user_id: user.id, type: 'email' })
  return startSessionOrAsk(ctx, before, device)
}

/**
 * The first proof of an address that was never confirmed: another person may have created the account and chosen its
 * password, to share the account with the owner of the address later. A user who confirms a sign-up has just chosen it.
 */
async function dropForeignAccess(ctx: Ctx, user_id: string): Promise<void> {
  if (!(await ctx.db.maybe(dropPassword, { id: user_id }))) return
  const [, revoked] = await ctx.db.together([actAs.call({ user_id }), revokeOthers.call({ keep: null })])
  publishRevoked(ctx, user_id, revoked, 'password_changed')
}

async function createAccount(ctx: Ctx, proof: MailedProof, before: Call[], device: Device): Promise<SignedIn> {
  const [admitted] = await ctx.db.together([signUpLimit(ctx.services.config, device.address), ...before])
  requireAdmitted(admitted, 'sign up')
  const user = await newUser(newId(), {
    email: proof.address,
    email_verified: true,
    password: null,
    metadata: newAccount.shape.metadata.safeParse(proof.metadata).data,
    userMetadata: proof.metadata,
  })
  return startAccount(ctx, user, {}, device)
}
