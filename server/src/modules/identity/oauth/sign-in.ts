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

const noteUse = statement(
  'identity.identities.note_use',
  (_, p: { provider: string; issuer: string; subject: string; email: string | null }) => sql`
    update identity.identities set last_used_at = now(), provider = ${p.provider}, email = ${p.email}
     where issuer = ${p.issuer} and subject = ${p.subject}`,
)

/** What its user calls a provider, and its name in paths. */
interface Provider {
  name: string
  label: string
}

/**
 * Signs in the user of this provider's account. The first time it is joined to the user with its e-mail address, when
 * both sides have verified that, or makes a user. Throws 403 when the user is suspended, has a second factor
 * (`two_factor_required`), or the provider has not verified the address, 409 when we have not, 429.
 */
export async function signInElsewhere(
  services: Services,
  provider: Provider,
  account: ExternalAccount,
  device: Device,
): Promise<SignedIn> {
  const enter = () =>
    transaction(serverContext(services, { workspaceId: null }), (ctx) => enterWith(ctx, provider, account, device))
  try {
    return requireSignedIn(await enter())
  } catch (error) {
    // Two windows at once: the other one was first, so the user exists now.
    if (violates(error, 'identities_account_key') || violates(error, 'users_email_key')) {
      return requireSignedIn(await enter())
    }
    throw error
  }
}

async function enterWith(
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
    return startSessionOrAsk(ctx, [noteUse.call(key), actAs.call({ user_id: known.id })], device)
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
    full_name: fitting('full_name', account.name),
    avatar_url: fitting('avatar_url', account.pictureUrl),
  })
  return startAccount(ctx, user, { more: [insert.call({ id: newId(), user_id: user.id, ...key })] }, device)
}

/** What would not be taken from the person themselves is left out. */
const fitting = (field: 'full_name' | 'avatar_url', value: string | null) => profileFields[field].safeParse(value).data

function requireActive({ suspended_at }: { suspended_at: unknown }): void {
  if (suspended_at) throw new AppError(403, 'account_suspended', 'This account is suspended.')
}

/** Otherwise anybody could take an account by writing its address into their profile at some provider. */
function requireVerifiedEmail({ label }: Provider, { email, emailVerified }: ExternalAccount): string {
  if (!email) {
    throw new AppError(
      403,
      'email_missing',
      `${label} did not tell us your e-mail address. Allow it to, or sign up with a password.`,
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

/** Another person may have registered the address before its owner. The owner proves it by mail and gets the account. */
const unverifiedHere = ({ label }: Provider) =>
  conflict(
    'email_unverified_here',
    `There is an account with your e-mail address, but the address has not been confirmed. If it is yours, choose a new password for it ("forgot password"); after that ${label} signs you in to it.`,
  )
