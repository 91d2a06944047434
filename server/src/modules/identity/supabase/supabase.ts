import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { type GivenProof, type Purpose } from '../mailed-proofs/mailed-proofs.ts'
import { requestEmailChange } from '../mailed-proofs/email-change.ts'
import { redeemNonce } from '../mailed-proofs/reauthentication.ts'
import { type Redeemed, redeemProof } from '../mailed-proofs/redeem.ts'
import { requestProof } from '../mailed-proofs/send.ts'
import { chooseNewPassword, isRecentSession, requireCurrentPassword } from '../passwords/change-password.ts'
import { allowedPage, beginSignIn } from '../oauth/authorization-requests.ts'
import { exchangeForSession } from './auth-codes.ts'
import { withFailure, withMessage, withSession } from './redirect-target.ts'
import { requestPasswordReset } from '../passwords/password-reset.ts'
import { recover } from '../passwords/recovery.ts'
import { requireAcceptablePassword } from '../passwords/passwords.ts'
import { updateProfile } from '../people/profiles.ts'
import { type NewAccount, profileChanges } from '../people/schema.ts'
import { type SignedIn } from '../sessions/schema.ts'
import { type Device } from '../sessions/device.ts'
import { refreshSession } from '../sessions/sessions.ts'
import { signIn } from '../sessions/sign-in.ts'
import { signUp } from '../people/sign-up.ts'
import { TwoFactorRequired, requireSignedIn } from '../two-factor/pending-sign-ins.ts'
import {
  type ProofType,
  type SupabaseAuthorization,
  type SupabaseUser,
  type SupabaseUserChanges,
  type supabaseOtp as otpSchema,
  type supabaseResend as resendSchema,
  supabaseQueryParams,
} from './schema.ts'

const findUser = statement(
  'identity.supabase.find_user',
  (_, p: { id: string }) => sql<SupabaseUser>`
    select u.id, 'authenticated' as aud, 'authenticated' as role, u.email, u.email_verified_at as email_confirmed_at,
           c.new_email, c.created_at as email_change_sent_at,
           coalesce(u.email_verified_at, u.phone_verified_at) as confirmed_at, coalesce(u.phone, '') as phone,
           u.phone_verified_at as phone_confirmed_at, u.last_active_at as last_sign_in_at,
           jsonb_build_object('provider', 'email', 'providers', array['email'] || array(
             select distinct i.provider from identity.identities i where i.user_id = u.id)) as app_metadata,
           u.metadata || jsonb_strip_nulls(jsonb_build_object('full_name', u.full_name, 'company_name', u.company_name,
             'display_name', u.display_name, 'username', u.username, 'avatar_url', u.avatar_url)) as user_metadata,
           jsonb_build_array(jsonb_build_object('identity_id', u.id, 'id', u.id, 'user_id', u.id, 'provider', 'email',
             'identity_data', jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', u.email_verified,
               'phone_verified', u.phone_verified),
             'email', u.email, 'last_sign_in_at', u.last_active_at, 'created_at', u.created_at,
             'updated_at', u.updated_at)) || coalesce((
             select jsonb_agg(jsonb_build_object('identity_id', i.id, 'id', i.subject, 'user_id', u.id,
                      'provider', i.provider, 'email', i.email, 'last_sign_in_at', i.last_used_at,
                      'identity_data', jsonb_build_object('sub', i.subject, 'email', i.email),
                      'created_at', i.created_at, 'updated_at', i.last_used_at) order by i.id)
               from identity.identities i where i.user_id = u.id), '[]') as identities,
           false as is_anonymous, u.created_at, u.updated_at
      from identity.users u
      left join identity.email_changes c on c.user_id = u.id and c.expires_at > now()
     where u.id = ${p.id}`,
)

const mergeMetadata = statement(
  'identity.supabase.merge_metadata',
  (_, p: { data: string }) => sql<{ id: string }>`
    update identity.users
       set metadata = jsonb_strip_nulls(metadata || ${p.data}::jsonb) where id = app.user_id()
       and octet_length(jsonb_strip_nulls(metadata || ${p.data}::jsonb)::text) <= 32768
    returning id`,
)

const failure = (status: number, code: string, said: string) => new AppError(status, code, said)

/** Creates an account and signs it in. Throws 422 as GoTrue does. */
export async function supabaseSignUp(
  services: Services,
  { email, password, data }: { email: string; password: string; data?: (NewAccount['metadata'] & object) | undefined },
  device: Device,
) {
  const account = { email, password, ...(data && { metadata: data, userMetadata: data }) }
  try {
    return await toSession(services, (await signUp(services, account, device)).session)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'email_taken') throw failure(422, 'user_already_exists', 'User already registered')
    if (error.code === 'username_taken') throw failure(422, 'validation_failed', error.message)
    throw isWeak(error) ? failure(422, 'weak_password', error.message) : error
  }
}

const isWeak = ({ details }: AppError) => details?.[0]?.path === 'body.password'

export async function supabasePasswordGrant(
  services: Services,
  { email, password }: { email?: string | undefined; password?: string | undefined },
  device: Device,
) {
  if (email === undefined) throw invalidField('body.email', 'email is required.')
  if (password === undefined) throw invalidField('body.password', 'password is required.')
  try {
    return await toSession(services, (await signIn(services, { email, password }, device)).session)
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 401) throw error
    throw failure(400, 'invalid_credentials', 'Invalid login credentials')
  }
}

export async function supabaseRefreshGrant(services: Services, token: string | undefined, device: Device) {
  if (token === undefined) throw invalidField('body.refresh_token', 'refresh_token is required.')
  try {
    return await toSession(services, (await refreshSession(services, token, device)).session)
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 401) throw error
    throw failure(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found')
  }
}

/** Exchanges the code of a redirect, with the verifier of the client that started the login. Throws 400. */
export async function supabasePkceGrant(
  services: Services,
  { auth_code, code_verifier }: { auth_code?: string | undefined; code_verifier?: string | undefined },
) {
  if (auth_code === undefined) throw invalidField('body.auth_code', 'auth_code is required.')
  if (code_verifier === undefined) throw invalidField('body.code_verifier', 'code_verifier is required.')
  return toSession(services, await exchangeForSession(services, auth_code, code_verifier))
}

/** The page to redirect to; like GoTrue, our own front page instead of one that is not allowed. */
const pageOf = ({ config }: Services, page: string | undefined): URL =>
  (page && allowedPage(config, page)) || new URL(`${config.publicUrl}/`)

/** Sends a link and a code if the account exists. Throws 429. */
export const supabaseRecover = (
  services: Services,
  { email, code_challenge }: { email: string; code_challenge?: string | undefined },
  device: Device,
  page: string | undefined,
) =>
  requestPasswordReset(services, email, device, {
    page: pageOf(services, page).href,
    ...(code_challenge && { code_challenge }),
  })

/** Sends a link and a code to sign in. Throws 429. */
export const supabaseOtp = (
  services: Services,
  { email, create_user, data, code_challenge }: z.output<typeof otpSchema>,
  device: Device,
  page: string | undefined,
) =>
  requestProof(
    services,
    {
      purpose: 'sign_in',
      email,
      page: pageOf(services, page).href,
      code_challenge,
      create_user,
      metadata: data,
    },
    device,
  )

/** Sends the mail of a sign-up or a change of address again. Throws 429. */
export const supabaseResend = (
  services: Services,
  { type, email, code_challenge }: z.output<typeof resendSchema>,
  device: Device,
  page: string | undefined,
) =>
  requestProof(
    services,
    {
      purpose: type === 'signup' ? 'confirm' : 'change_email',
      email,
      page: pageOf(services, page).href,
      code_challenge,
    },
    device,
  )

const purposesOf: Record<Exclude<ProofType, 'recovery'>, Purpose[]> = {
  email: ['sign_in', 'confirm'],
  magiclink: ['sign_in', 'confirm'],
  signup: ['sign_in', 'confirm'],
  email_change: ['change_email', 'approve_email'],
}

const awaiting = 'The address is confirmed. Follow the link in the mail to the other address too.'

/** Returns the session, or a message when another mail is still to be answered. Throws 400, 403 `otp_expired`, 409, 429. */
export async function supabaseVerify(
  services: Services,
  given: { type: ProofType; token_hash?: string | undefined; token?: string | undefined; email?: string | undefined },
  device: Device,
) {
  const proof = proofOf(given)
  if (given.type === 'recovery') return toSession(services, (await recover(services, proof, device)).signedIn.session)
  const { outcome } = await redeemMail(services, given.type, proof, device)
  if (outcome === 'awaiting') return { msg: awaiting, code: 200 as const }
  return toSession(services, requireSignedIn(outcome).session)
}

const redeemMail = (
  services: Services,
  type: Exclude<ProofType, 'recovery'>,
  proof: GivenProof,
  device: Device,
): Promise<Redeemed> => redeemProof(services, purposesOf[type], proof, device).catch(asGoTrue)

function asGoTrue(error: unknown): never {
  if (error instanceof AppError && error.code === 'email_taken') throw failure(422, 'email_exists', error.message)
  throw error
}

function proofOf({ token_hash, token, email }: Omit<Parameters<typeof supabaseVerify>[1], 'type'>): GivenProof {
  if (token_hash !== undefined) return { token: token_hash }
  if (token === undefined) throw invalidField('body.token', 'token or token_hash is required.')
  if (email === undefined) throw invalidField('body.email', 'email is required.')
  return { email, code: token }
}

/** Redeems the link of a mail. Returns the page to redirect to, with a session, a message or an error. */
export async function supabaseFollowLink(
  services: Services,
  { type, token, redirect_to }: { type: ProofType; token: string; redirect_to?: string | undefined },
  device: Device,
): Promise<URL> {
  const page = pageOf(services, redirect_to)
  try {
    if (type === 'recovery') {
      const { signedIn, codeChallenge } = await recover(services, { token }, device)
      return await withSession(services, page, signedIn.session, { codeChallenge, type })
    }
    const { outcome, codeChallenge } = await redeemMail(services, type, { token }, device)
    if (outcome === 'awaiting') return withMessage(page, awaiting)
    // The change is made. It needs no session when our own API sent the link, and the second factor is not asked for it.
    const isChange = type === 'email_change'
    if (isChange && (redirect_to === undefined || outcome instanceof TwoFactorRequired)) {
      return withMessage(page, 'Your e-mail address is changed.')
    }
    return await withSession(services, page, requireSignedIn(outcome).session, { codeChallenge, type })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return withFailure(page, error)
  }
}

/** Returns the provider's URL and a cookie that ties the request to the browser. Throws 400, 409, 502. */
export async function supabaseAuthorize(services: Services, asked: SupabaseAuthorization) {
  try {
    return await beginSignIn(
      services,
      asked.provider,
      {
        page: pageOf(services, asked.redirect_to),
        inPopup: false,
        forSupabase: true,
        codeChallenge: asked.code_challenge ?? null,
      },
      { scopes: asked.scopes ?? [], parameters: paramsOf(asked) },
    )
  } catch (error) {
    if (!(error instanceof AppError) || (error.status !== 404 && error.status !== 409)) throw error
    throw failure(400, 'validation_failed', 'Unsupported provider: provider is not enabled')
  }
}

const paramsOf = (asked: SupabaseAuthorization): Record<string, string> =>
  Object.fromEntries(
    Object.entries(supabaseQueryParams.parse(asked)).filter((wish): wish is [string, string] => wish[1] !== undefined),
  )

async function toSession(services: Services, session: SignedIn['session']) {
  const { access_token, refresh_token, expires_in, expires_at } = session
  const { db } = serverContext(services, { workspaceId: null })
  const user = await db.one(findUser, { id: session.user.id })
  return { access_token, token_type: 'bearer' as const, expires_in, expires_at, refresh_token, user }
}

export async function supabaseUserOf(ctx: Ctx): Promise<SupabaseUser> {
  const { user_id } = await ctx.db.actor()
  return ctx.db.one(findUser, { id: user_id as string })
}

/**
 * Changes password, e-mail address and metadata. A new password needs the current one, a nonce from `sendNonce`, or a session
 * that began within the last 15 minutes or with a recovery mail. A new address is mailed a link; in an older session without
 * the others, the present address has to agree as well. Throws 400, 422.
 */
export async function changeSupabaseUser(
  ctx: Ctx,
  { email, password, current_password, nonce, data, code_challenge }: SupabaseUserChanges,
  device: Device,
  page: string | undefined,
): Promise<SupabaseUser> {
  if (password !== undefined) requireAcceptablePassword(password, ctx.services.config.signIn)
  if (password !== undefined || email !== undefined) {
    const isProven = await proveCredentials(ctx, { current_password, nonce }, device)
    if (password !== undefined) await chooseNewPassword(ctx, password, device, { isProven })
    if (email !== undefined) {
      const change = { email, page: pageOf(ctx.services, page).href, codeChallenge: code_challenge }
      const approved = isProven || (await isRecentSession(ctx))
      await requestEmailChange(ctx, { ...change, approved }, device).catch(asGoTrue)
    }
  }
  if (data) {
    await transaction(ctx, async (ctx) => {
      const { user_id } = await ctx.db.actor()
      await updateProfile(ctx, user_id as string, profileChanges.parse(data))
      if (!(await ctx.db.maybe(mergeMetadata, { data: JSON.stringify(data) }))) {
        throw invalidField('body.data', 'The metadata would exceed 32 KiB.')
      }
    })
  }
  return supabaseUserOf(ctx)
}

/** Returns false when nothing was given. Throws 400 or 422 for what is wrong. */
async function proveCredentials(
  ctx: Ctx,
  { current_password, nonce }: Pick<SupabaseUserChanges, 'current_password' | 'nonce'>,
  device: Device,
): Promise<boolean> {
  if (nonce !== undefined) await redeemNonce(ctx, nonce)
  else if (current_password !== undefined) await requireCurrentPassword(ctx, current_password, device)
  else return false
  return true
}
