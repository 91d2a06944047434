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

// A sign-in whose first factor was right, until the second one comes: five minutes, five tries.

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

export const forgetPendingSignIns = statement(
  'identity.pending_sign_ins.sweep',
  () => sql<Record<string, never>>`delete from identity.pending_sign_ins where expires_at < now()`,
)

/** Refused tokens: unknown, used, too old, or guessed with too often. */
export const signInIsOver = () =>
  new AppError(403, 'two_factor_expired', 'This sign-in took too long or failed too often. Start again.')

export const findPending = (ctx: Ctx, token: string): Promise<PendingSignIn | undefined> =>
  ctx.db.maybe(find, { token_hash: hashOf(token) })

/** Counts a try. Commit it whatever becomes of the try. Throws 403 when none is left. */
export async function countTry(ctx: Ctx, token: string): Promise<void> {
  if (!(await ctx.db.maybe(takeTry, { token_hash: hashOf(token) }))) throw signInIsOver()
}

/** Uses the token up. Throws 403 when it was used before. */
export async function endPending(ctx: Ctx, token: string): Promise<void> {
  if (!(await ctx.db.maybe(end, { token_hash: hashOf(token) }))) throw signInIsOver()
}

/** Not signed in yet: 403 with the token that the second factor is sent with. */
export class TwoFactorRequired extends AppError {
  /** The same for a page's address, after the `#`, which no server sees. The token alone does not sign in. */
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
 * Signs in the user that `before` makes the transaction act for, or answers what is asked of them first: every way of
 * signing in to an existing account ends here. Throw that answer after the transaction, which must commit.
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

/** Throws what is asked, for those who are not signed in yet. */
export function requireSignedIn(outcome: SignedIn | TwoFactorRequired): SignedIn {
  if (outcome instanceof TwoFactorRequired) throw outcome
  return outcome
}
