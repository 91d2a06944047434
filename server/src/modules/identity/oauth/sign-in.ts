import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { requireAdmitted, signUpLimit } from '../throttle.ts'
import { audited } from '../audit.ts'
import { profileFields } from '../people/schema.ts'
import { type SignedIn } from '../sessions/schema.ts'
import { type Device } from '../sessions/device.ts'
import { type TwoFactorRequired, requireSignedIn, startSessionOrAsk } from '../two-factor/pending-sign-ins.ts'
import { newUser, startAccount } from '../people/sign-up.ts'
import { actAs, findForSignIn } from '../people/users.ts'
import type { ExternalAccount } from './protocol.ts'

interface KnownUser {
  id: string
  suspended_at: string | null
}

const findByIdentity = statement(
  'identity.identities.find_user',
  (_, p: { issuer: string; subject: string }) => sql<KnownUser>`
    select u.id, u.suspended_at from identity.identities i join identity.users u on u.id = i.user_id
     where i.issuer = ${p.issuer} and i.subject = ${p.subject}`,
)

const insert = statement(
  'identity.identities.insert',
  (
    _,
    p: { id: string; user_id: string; provider: string; issuer: string; subject: string; email: string | null },
  ) => sql`
    insert into identity.identities (id, user_id, provider, issuer, subject, email)
    values (${p.id}, ${p.user_id}, ${p.provider}, ${p.issuer}, ${p.subject}, ${p.email})`,
)

const recordUse = statement(
  'identity.identities.note_use',
  (_, p: { provider: string; issuer: string; subject: string; email: string | null }) => sql`
    update identity.identities set last_used_at = now(), provider = ${p.provider}, email = ${p.email}
     where issuer = ${p.issuer} and subject = ${p.subject}`,
)

/** `label`: the display name; `name`: the name in paths. */
interface Provider {
  name: string
  label: string
}

/**
 * Signs in the user of this external account. The first time, the account is linked to the user with its e-mail address,
 * if both sides have verified it, or a user is created. Throws 403 when the user is suspended, has a second factor
 * (`two_factor_required`), or the provider has not verified the address, 409 when it is unverified here, 429.
 */
export async function signInElsewhere(
  services: Services,
  provider: Provider,
  account: ExternalAccount,
  device: Device,
): Promise<SignedIn> {
  const trySignIn = () =>
    transaction(serverContext(services, { workspaceId: null }), (ctx) => signInWith(ctx, provider, account, device))
  try {
    return requireSignedIn(await trySignIn())
  } catch (error) {
    // A concurrent sign-in has created the user, so the second attempt finds it.
    if (violates(error, 'identities_account_key') || violates(error, 'users_email_key')) {
      return requireSignedIn(await trySignIn())
    }
    throw error
  }
}

async function signInWith(
  ctx: Ctx,
  provider: Provider,
  account: ExternalAccount,
  device: Device,
): Promise<SignedIn | TwoFactorRequired> {
  const { issuer, subject, email } = account
  const key = { provider: provider.name, issuer, subject, email }
  const known = await ctx.db.maybe(findByIdentity, { issuer, subject })
  if (known) {
    requireActive(known)
    return startSessionOrAsk(ctx, [recordUse.call(key), actAs.call({ user_id: known.id })], device)
  }
  const verified = requireVerifiedEmail(provider, account)
  const owner = await ctx.db.maybe(findForSignIn, { email: verified })
  const details = { provider: provider.name }
  if (owner) {
    requireActive(owner)
    if (!owner.email_verified) throw unverifiedHere(provider)
    const joined = audited({
      action: 'identity.joined',
      target: `user:${owner.id}`,
      details,
      address: device.address,
    })
    const joining = insert.call({ id: newId(), user_id: owner.id, ...key })
    return startSessionOrAsk(ctx, [joining, actAs.call({ user_id: owner.id }), joined], device)
  }
  const [admitted] = await ctx.db.together([signUpLimit(ctx.services.config, device.address)])
  requireAdmitted(admitted, 'sign up')
  const user = await newUser(newId(), {
    email: verified,
    email_verified: true,
    password: null,
    full_name: validField('full_name', account.name),
    avatar_url: validField('avatar_url', account.pictureUrl),
  })
  return startAccount(ctx, user, { more: [insert.call({ id: newId(), user_id: user.id, ...key })] }, device)
}

/** Drops values that the profile does not accept. */
const validField = (field: 'full_name' | 'avatar_url', value: string | null) =>
  profileFields[field].safeParse(value).data

function requireActive({ suspended_at }: { suspended_at: unknown }): void {
  if (suspended_at) throw new AppError(403, 'account_suspended', 'This account is suspended.')
}

/** Without this check, an account could be taken over by entering its address in a profile at a provider. */
function requireVerifiedEmail({ label }: Provider, { email, emailVerified }: ExternalAccount): string {
  if (!email) {
    throw new AppError(
      403,
      'email_missing',
      `${label} did not share your e-mail address. Allow it to, or sign up with a password.`,
    )
  }
  if (!emailVerified) {
    throw new AppError(
      403,
      'email_unverified',
      `${label} has not verified your e-mail address. Confirm it there and try again, or sign up with a password.`,
    )
  }
  return email
}

/** Another person may have registered the address. Its owner proves ownership by mail, which locks that person out. */
const unverifiedHere = ({ label }: Provider) =>
  conflict(
    'email_unverified_here',
    `There is an account with your e-mail address, but the address has not been verified. If the account is yours, choose a new password for it ("forgot password"); after that ${label} signs you in to it.`,
  )
