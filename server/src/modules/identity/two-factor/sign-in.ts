import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { freshSecret, hashOf } from '../../../platform/oauth/attempt.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { requireAdmitted } from '../throttle.ts'
import { audited } from '../audit.ts'
import { actAs } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { startSession } from '../sessions/sessions.ts'
import { redeemTotp, wrongCode } from './authenticator-app.ts'
import { notifyChange } from './changes.ts'
import { authenticationOptions, recordPasskeyUse, verifyAuthentication } from './passkeys.ts'
import { type PendingSignIn, countTry, endPending, findPending, signInExpired } from './pending-sign-ins.ts'
import { guessesOf } from './proof.ts'
import { redeemRecoveryCode } from './recovery-codes.ts'

const isSuspended = statement(
  'identity.users.is_suspended',
  (_, p: { id: string }) => sql<{ suspended: boolean }>`
    select suspended_at is not null as suspended from identity.users where id = ${p.id}`,
)

/** Exactly one of the factors. */
export type SecondFactor = { code: string } | { recovery_code: string } | { passkey: AuthenticationResponseJSON }

const serverOf = (services: Services) => serverContext(services, { workspaceId: null })
const boundToSignIn = (token: string) => `sign-in:${hashOf(token).toString('hex')}`
const boundToPasskeyToken = (token: string) => `passkey:${hashOf(token).toString('hex')}`

/**
 * Completes a sign-in. Each code and each token is valid once. Throws 400 for a wrong factor, 403 `two_factor_expired`,
 * 429 after too many wrong ones over all sign-ins of the account.
 */
export async function completeSignIn(
  services: Services,
  token: string,
  factor: SecondFactor,
  device: Device,
): Promise<SignedIn> {
  const server = serverOf(services)
  const pending = await findPending(server, token)
  if (!pending) throw signInExpired()
  if ('passkey' in factor) return completeWithPasskey(server, token, pending, factor.passkey, device)
  const guessing = guessesOf(pending.user_id)
  const [admitted] = await server.db.together([guessing.admit])
  requireAdmitted(admitted, 'sign in')
  await countTry(server, token)
  const signedIn = await transaction(server, async (ctx) => {
    await ctx.db.together([actAs.call({ user_id: pending.user_id })])
    if (!(await redeem(ctx, factor))) return undefined
    await endPending(ctx, token)
    const signedIn = await startSession(ctx, [guessing.forgive], device, optionsOf(pending))
    if ('recovery_code' in factor) {
      const user = { id: pending.user_id, email: pending.email }
      await notifyChange(ctx, user, 'two_factor.recovery_code_used', device.address)
    }
    return signedIn
  })
  if (signedIn) return signedIn
  await recordFailure(server, pending.user_id, device)
  throw wrongCode('code' in factor ? 'body.code' : 'body.recovery_code')
}

const optionsOf = ({ recovery_minutes }: PendingSignIn) => ({ recoveryMinutes: recovery_minutes })

async function redeem(ctx: Ctx, factor: { code: string } | { recovery_code: string }): Promise<boolean> {
  if ('code' in factor) return redeemTotp(ctx, factor.code)
  const [used] = await ctx.db.together([redeemRecoveryCode(factor.recovery_code)])
  return used?.length === 1
}

const recordFailure = (server: Ctx, userId: string, device: Device) =>
  server.db.together([
    actAs.call({ user_id: userId }),
    audited({ action: 'session.refused', details: { second_factor: true }, address: device.address }),
  ])

async function completeWithPasskey(
  server: Ctx,
  token: string,
  pending: PendingSignIn,
  response: AuthenticationResponseJSON,
  device: Device,
): Promise<SignedIn> {
  await countTry(server, token)
  const passkey = await verifyAuthentication(server, response, pending.user_id, boundToSignIn(token)).catch(
    async (error: unknown) => {
      await recordFailure(server, pending.user_id, device)
      throw error
    },
  )
  return transaction(server, async (ctx) => {
    await endPending(ctx, token)
    await recordPasskeyUse(ctx, passkey)
    return startSession(ctx, [actAs.call({ user_id: pending.user_id })], device, optionsOf(pending))
  })
}

/** Returns the browser's options for the account's passkeys. Throws 403 `two_factor_expired`. */
export async function secondFactorOptions(services: Services, token: string) {
  const server = serverOf(services)
  const pending = await findPending(server, token)
  if (!pending) throw signInExpired()
  return authenticationOptions(server, pending.user_id, boundToSignIn(token))
}

/** Returns the options for signing in with a passkey alone, without e-mail address and password. */
export async function passkeyOptions(services: Services) {
  const passkey_token = freshSecret()
  const options = await authenticationOptions(serverOf(services), null, boundToPasskeyToken(passkey_token))
  return { passkey_token, options }
}

/**
 * Signs in with a passkey alone: the device and the PIN or fingerprint that unlocks it are two factors. Throws 400 for an
 * invalid response, 403 when the user is suspended.
 */
export async function signInWithPasskey(
  services: Services,
  { passkey_token, response }: { passkey_token: string; response: AuthenticationResponseJSON },
  device: Device,
): Promise<SignedIn> {
  const server = serverOf(services)
  const passkey = await verifyAuthentication(server, response, null, boundToPasskeyToken(passkey_token))
  return transaction(server, async (ctx) => {
    await recordPasskeyUse(ctx, passkey)
    await requireActive(ctx, passkey.userId)
    return startSession(ctx, [actAs.call({ user_id: passkey.userId })], device)
  })
}

async function requireActive(ctx: Ctx, userId: string): Promise<void> {
  const { suspended } = await ctx.db.one(isSuspended, { id: userId })
  if (suspended) throw new AppError(403, 'account_suspended', 'This account is suspended.')
}
