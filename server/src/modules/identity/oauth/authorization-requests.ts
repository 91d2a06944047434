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
import type { Callback, Journey, Wishes } from './protocol.ts'
import { accountOf, authorizationOf, providerOf } from './providers.ts'
import { signInElsewhere } from './sign-in.ts'

/** How a browser comes back, as it is kept while it is away. */
interface Kept {
  return_to: string
  in_popup: boolean
  for_supabase: boolean
  code_challenge: string | null
}

const insert = statement(
  'identity.oauth_attempts.insert',
  (_, p: Kept & { state_hash: Buffer; browser_hash: Buffer; provider: string }) => sql`
    insert into identity.oauth_attempts
      (state_hash, browser_hash, provider, return_to, in_popup, for_supabase, code_challenge, expires_at)
    values (${p.state_hash}, ${p.browser_hash}, ${p.provider}, ${p.return_to}, ${p.in_popup}, ${p.for_supabase},
            ${p.code_challenge},
            now() + make_interval(secs => ${sql.lit(attemptLifeSeconds)}))`,
)

const take = statement(
  'identity.oauth_attempts.take',
  (_, p: { state_hash: Buffer; browser_hash: Buffer; provider: string }) => sql<Kept>`
    delete from identity.oauth_attempts
     where state_hash = ${p.state_hash} and browser_hash = ${p.browser_hash} and provider = ${p.provider}
       and expires_at > now()
    returning return_to, in_popup, for_supabase, code_challenge`,
)

export const forgetOAuthAttempts = statement(
  'identity.oauth_attempts.sweep',
  () => sql`delete from identity.oauth_attempts where expires_at < now()`,
)

const pathOf = (provider: string) => `/api/auth/oauth/${provider}`

export const cookieOf = ({ config }: Services, provider: string) => attemptCookie(config, provider, pathOf(provider))

function journeyOf({ config, secrets }: Services, provider: string, state: string): Journey {
  return {
    redirectUri: `${config.publicUrl}${pathOf(provider)}/callback`,
    state,
    verifier: verifierOf(secrets, 'identity/pkce', state),
    nonce: verifierOf(secrets, 'identity/nonce', state),
  }
}

/**
 * A page that a browser may be sent to after a sign-in: one of ours, or of an origin that may call
 * us. A path is one of ours. Undefined when it is neither.
 */
export function allowedPage(config: Config, page: string): URL | undefined {
  const url = URL.parse(page, `${config.publicUrl}/`) ?? undefined
  return url && !url.username && !url.password && isAllowedOrigin(config, url.origin) ? url : undefined
}

/** The same. Throws 400. */
export function requireAllowedPage(config: Config, page: string): URL {
  const allowed = allowedPage(config, page)
  if (allowed) return allowed
  throw badRequest('redirect_not_allowed', 'You can only come back to a page of this server or of CORS_ORIGINS.', [
    { path: 'query.redirect_to', message: 'Not an allowed page.' },
  ])
}

/** Where and how the browser comes back. */
export interface WayBack {
  /** An allowed one. */
  page: URL
  /** The page receives a message from the window that it opened. */
  inPopup: boolean
  /** With a session for a client of Supabase's in the address instead of our cookies. */
  forSupabase: boolean
  /** RFC 7636, S256: that client's. */
  codeChallenge: string | null
}

/**
 * Where the browser goes to sign in elsewhere, and the cookie by which it is known again. Throws 404, 409
 * `not_configured`, 502.
 */
export async function beginSignIn(
  services: Services,
  name: string,
  { page, inPopup, forSupabase, codeChallenge }: WayBack,
  wishes: Wishes = { scopes: [], parameters: {} },
): Promise<{ location: string; cookie: string }> {
  const provider = providerOf(services.config, name)
  const [state, browser] = [freshSecret(), freshSecret()]
  const location = await authorizationOf(services, provider, journeyOf(services, name, state), wishes)
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

/** How it went, for the page that the browser comes back to or that opened the window. */
export interface SignInOutcome extends WayBack {
  result: SignedIn | AppError
}

/**
 * The browser is back. The state counts once, within ten minutes, in the browser that set out, for this provider. Throws
 * 400 `invalid_state` otherwise, 404 and 409. A refusal after that is an outcome, not an error.
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
    throw badRequest('invalid_state', 'This login was not begun in this browser, or is over. Sign in again.')
  }
  const ended = (result: SignedIn | AppError): SignInOutcome => ({
    page: new URL(attempt.return_to),
    inPopup: attempt.in_popup,
    forSupabase: attempt.for_supabase,
    codeChallenge: attempt.code_challenge,
    result,
  })
  try {
    const account = await accountOf(services, provider, journeyOf(services, name, state), callback)
    return ended(await signInElsewhere(services, { name, label: provider.label }, account, device))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.status >= 500) services.log.warn({ err: error, provider: name }, 'A sign-in elsewhere failed.')
    return ended(error)
  }
}
