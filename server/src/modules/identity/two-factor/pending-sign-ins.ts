import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { freshSecret, hashOf } from '../../../platform/oauth/attempt.ts'
import type { Device } from '../sessions/device.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { startSession } from '../sessions/sessions.ts'
import { type Method, findState, methodsOf } from './state.ts'

// A sign-in with a right first factor, waiting for the second one: valid for five minutes and five attempts.

export const pendingLifeSeconds = 5 * 60
const maxTries = 5

const insert = statement(
  'identity.pending_sign_ins.insert',
  (_, p: { token_hash: Buffer; recovery_minutes: number | null }) => sql<Record<string, never>>`
    with over as (delete from identity.pending_sign_ins where user_id = app.user_id() and expires_at < now())
    insert into identity.pending_sign_ins (token_hash, user_id, recovery_minutes, expires_at)
    values (${p.token_hash}, app.user_id(), ${p.recovery_minutes},
            now() + make_interval(secs => ${sql.lit(pendingLifeSeconds)}))`,
)

export interface PendingSignIn {
  user_id: string
  email: string
  recovery_minutes: number | null
}

const find = statement(
  'identity.pending_sign_ins.find',
  (_, p: { token_hash: Buffer }) => sql<PendingSignIn>`
    select s.user_id, u.email, s.recovery_minutes
      from identity.pending_sign_ins s join identity.users u on u.id = s.user_id
     where s.token_hash = ${p.token_hash} and s.tries < ${sql.lit(maxTries)} and s.expires_at > clock_timestamp()
       and u.suspended_at is null`,
)

const takeTry = statement(
  'identity.pending_sign_ins.take_try',
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string }>`
    update identity.pending_sign_ins set tries = tries + 1
     where token_hash = ${p.token_hash} and tries < ${sql.lit(maxTries)} and expires_at > clock_timestamp()
    returning user_id`,
)

const end = statement(
  'identity.pending_sign_ins.end',
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string }>`
    delete from identity.pending_sign_ins where token_hash = ${p.token_hash} returning user_id`,
)

export const deleteExpiredPendingSignIns = statement(
  'identity.pending_sign_ins.system',
  () => sql<Record<string, never>>`delete from identity.pending_sign_ins where expires_at < now()`,
)

/** For a token that is unknown, used or expired, or has had too many attempts. */
export const signInExpired = () =>
  new AppError(403, 'two_factor_expired', 'This sign-in took too long or failed too often. Start again.')

export const findPending = (ctx: Ctx, token: string): Promise<PendingSignIn | undefined> =>
  ctx.db.maybe(find, { token_hash: hashOf(token) })

/** Counts an attempt. Commit the transaction even if the attempt fails. Throws 403 when no attempt is left. */
export async function countTry(ctx: Ctx, token: string): Promise<void> {
  if (!(await ctx.db.maybe(takeTry, { token_hash: hashOf(token) }))) throw signInExpired()
}

/** Consumes the token. Throws 403 when it was already used. */
export async function endPending(ctx: Ctx, token: string): Promise<void> {
  if (!(await ctx.db.maybe(end, { token_hash: hashOf(token) }))) throw signInExpired()
}

/** A 403 error with the token that completes the sign-in together with a second factor. */
export class TwoFactorRequired extends AppError {
  /** For the fragment of a URL, which no server receives. The token alone does not sign anyone in. */
  readonly forPage: { two_factor_token: string; two_factor_methods: string }

  constructor(token: string, methods: Method[]) {
    const message = 'This account has a second factor. Finish signing in with your code or passkey.'
    super(403, 'two_factor_required', message, {
      fields: {
        message,
        two_factor_token: token,
        methods,
        expires_in: pendingLifeSeconds,
      },
    })
    this.forPage = { two_factor_token: token, two_factor_methods: methods.join(',') }
  }
}

/**
 * Signs in the user that the transaction acts for after `before`, or returns `TwoFactorRequired`. Every sign-in to an
 * existing account ends here. Throw the error after the transaction, which must commit.
 */
export async function startSessionOrAsk(
  ctx: Ctx,
  before: Call[],
  device: Device,
  { recoveryMinutes = null }: { recoveryMinutes?: number | null } = {},
): Promise<SignedIn | TwoFactorRequired> {
  const results = await ctx.db.together([...before, findState.call({})])
  const methods = methodsOf(only(results.at(-1) as Parameters<typeof methodsOf>[0][]))
  if (methods.length === 0) return startSession(ctx, [], device, { recoveryMinutes })
  const token = freshSecret()
  await ctx.db.together([insert.call({ token_hash: hashOf(token), recovery_minutes: recoveryMinutes })])
  return new TwoFactorRequired(token, methods)
}

/** Throws when a second factor is required. */
export function requireSignedIn(outcome: SignedIn | TwoFactorRequired): SignedIn {
  if (outcome instanceof TwoFactorRequired) throw outcome
  return outcome
}
