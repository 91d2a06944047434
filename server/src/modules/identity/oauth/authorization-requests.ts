import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import type { Config } from '../../../config.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, badRequest } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'
import { attemptCookie, attemptLifeSeconds, freshSecret, hashOf, verifierOf } from '../../../platform/oauth/attempt.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { SignedIn } from '../sessions/schema.ts'
import type { Device } from '../sessions/device.ts'
import type { Callback, AuthorizationRequest, AuthorizationParams } from './protocol.ts'
import { accountOf, authorizationOf, providerOf } from './providers.ts'
import { signInElsewhere } from './sign-in.ts'

/** The redirect target, as stored while the browser is at the provider. */
interface StoredRequest {
  return_to: string
  in_popup: boolean
  for_supabase: boolean
  code_challenge: string | null
}

const insert = statement(
  'identity.oauth_attempts.insert',
  (_, p: StoredRequest & { state_hash: Buffer; browser_hash: Buffer; provider: string }) => sql`
    insert into identity.oauth_attempts
      (state_hash, browser_hash, provider, return_to, in_popup, for_supabase, code_challenge, expires_at)
    values (${p.state_hash}, ${p.browser_hash}, ${p.provider}, ${p.return_to}, ${p.in_popup}, ${p.for_supabase},
            ${p.code_challenge},
            now() + make_interval(secs => ${sql.lit(attemptLifeSeconds)}))`,
)

const take = statement(
  'identity.oauth_attempts.take',
  (_, p: { state_hash: Buffer; browser_hash: Buffer; provider: string }) => sql<StoredRequest>`
    delete from identity.oauth_attempts
     where state_hash = ${p.state_hash} and browser_hash = ${p.browser_hash} and provider = ${p.provider}
       and expires_at > now()
    returning return_to, in_popup, for_supabase, code_challenge`,
)

export const deleteExpiredOAuthAttempts = statement(
  'identity.oauth_attempts.system',
  () => sql`delete from identity.oauth_attempts where expires_at < now()`,
)

const pathOf = (provider: string) => `/api/auth/oauth/${provider}`

export const cookieOf = ({ config }: Services, provider: string) => attemptCookie(config, provider, pathOf(provider))

function authorizationRequestOf({ config, secrets }: Services, provider: string, state: string): AuthorizationRequest {
  return {
    redirectUri: `${config.publicUrl}${pathOf(provider)}/callback`,
    state,
    verifier: verifierOf(secrets, 'identity/pkce', state),
    nonce: verifierOf(secrets, 'identity/nonce', state),
  }
}

/**
 * Returns the URL when the browser may be redirected to this page after signing in: a page of this server or of an origin
 * in CORS_ORIGINS. A path is a page of this server. Returns undefined otherwise.
 */
export function allowedPage(config: Config, page: string): URL | undefined {
  const url = URL.parse(page, `${config.publicUrl}/`) ?? undefined
  return url && !url.username && !url.password && isAllowedOrigin(config, url.origin) ? url : undefined
}

/** Like `allowedPage`. Throws 400 for another page. */
export function requireAllowedPage(config: Config, page: string): URL {
  const allowed = allowedPage(config, page)
  if (allowed) return allowed
  throw badRequest('redirect_not_allowed', 'redirect_to must be a page of this server or of CORS_ORIGINS.', [
    { path: 'query.redirect_to', message: 'Not an allowed page.' },
  ])
}

/** Where the browser is redirected after signing in, and in which form it gets the result. */
export interface RedirectTarget {
  /** Has been checked with `requireAllowedPage`. */
  page: URL
  /** The login runs in a popup, which posts the result to the page that opened it. */
  inPopup: boolean
  /** A Supabase client gets the session in the URL instead of in cookies. */
  forSupabase: boolean
  /** The Supabase client's challenge (RFC 7636, S256). */
  codeChallenge: string | null
}

/**
 * Stores an authorization request. Returns the provider's URL to redirect the browser to, and a cookie that ties the
 * request to the browser. Throws 404, 409 `not_configured`, 502.
 */
export async function beginSignIn(
  services: Services,
  name: string,
  { page, inPopup, forSupabase, codeChallenge }: RedirectTarget,
  params: AuthorizationParams = { scopes: [], parameters: {} },
): Promise<{ location: string; cookie: string }> {
  const provider = providerOf(services.config, name)
  const [state, browser] = [freshSecret(), freshSecret()]
  const location = await authorizationOf(services, provider, authorizationRequestOf(services, name, state), params)
  await serverContext(services, { workspaceId: null }).db.all(insert, {
    state_hash: hashOf(state),
    browser_hash: hashOf(browser),
    provider: name,
    return_to: page.href,
    in_popup: inPopup,
    for_supabase: forSupabase,
    code_challenge: codeChallenge,
  })
  return { location: location.href, cookie: cookieOf(services, name).set(browser) }
}

/** The result for the redirect target. */
export interface SignInOutcome extends RedirectTarget {
  result: SignedIn | AppError
}

/**
 * Handles the provider's redirect. A state is valid once, for ten minutes, for this provider, in the browser that started
 * the login. Throws 400 `invalid_state` otherwise, 404 and 409. Later failures are returned as the outcome.
 */
export async function finishSignIn(
  services: Services,
  name: string,
  callback: Callback,
  headers: IncomingHttpHeaders,
  device: Device,
): Promise<SignInOutcome> {
  const provider = providerOf(services.config, name)
  const { state = '' } = callback
  const attempt = await serverContext(services, { workspaceId: null }).db.maybe(take, {
    state_hash: hashOf(state),
    browser_hash: hashOf(cookieOf(services, name).read(headers) ?? ''),
    provider: name,
  })
  if (!attempt) {
    throw badRequest('invalid_state', 'This login was not started in this browser, or it has expired. Sign in again.')
  }
  const ended = (result: SignedIn | AppError): SignInOutcome => ({
    page: new URL(attempt.return_to),
    inPopup: attempt.in_popup,
    forSupabase: attempt.for_supabase,
    codeChallenge: attempt.code_challenge,
    result,
  })
  try {
    const account = await accountOf(services, provider, authorizationRequestOf(services, name, state), callback)
    return ended(await signInElsewhere(services, { name, label: provider.label }, account, device))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.status >= 500)
      services.log.warn({ err: error, provider: name }, 'Signing in with another provider failed.')
    return ended(error)
  }
}
