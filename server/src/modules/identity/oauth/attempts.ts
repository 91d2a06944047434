import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import type { Config } from '../../../config.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, badRequest } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'
import { attemptCookie, attemptLifeSeconds, freshSecret, hashOf, verifierOf } from '../../../platform/oauth/attempt.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { SignedIn } from '../schema.ts'
import type { Device } from '../sessions/sessions.ts'
import type { Callback, Journey } from './protocol.ts'
import { accountOf, authorizationOf, providerOf } from './providers.ts'
import { signInElsewhere } from './sign-in.ts'

const insert = statement(
  'identity.oauth_attempts.insert',
  (_, p: { state_hash: Buffer; browser_hash: Buffer; provider: string; return_to: string; in_popup: boolean }) => sql`
    insert into identity.oauth_attempts (state_hash, browser_hash, provider, return_to, in_popup, expires_at)
    values (${p.state_hash}, ${p.browser_hash}, ${p.provider}, ${p.return_to}, ${p.in_popup},
            now() + make_interval(secs => ${sql.lit(attemptLifeSeconds)}))`,
)

const take = statement(
  'identity.oauth_attempts.take',
  (_, p: { state_hash: Buffer; browser_hash: Buffer; provider: string }) => sql<{
    return_to: string
    in_popup: boolean
  }>`
    delete from identity.oauth_attempts
     where state_hash = ${p.state_hash} and browser_hash = ${p.browser_hash} and provider = ${p.provider}
       and expires_at > now()
    returning return_to, in_popup`,
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
 * A page that a browser may be sent to when somebody has proved who they are: one of ours, or of an origin that may call
 * us. A path is one of ours. Undefined when it is neither.
 */
export function allowedPage(config: Config, page: string): URL | undefined {
  const url = URL.parse(page, `${config.publicUrl}/`) ?? undefined
  return url && !url.username && !url.password && isAllowedOrigin(config, url.origin) ? url : undefined
}

/**
 * Where the browser goes to sign in elsewhere, and the cookie by which it is known again. Throws 404, 409
 * `not_configured`, 400 for a page that is not allowed, 502.
 */
export async function beginSignIn(
  services: Services,
  name: string,
  { redirect_to = '/', popup }: { redirect_to?: string | undefined; popup: boolean },
): Promise<{ location: string; cookie: string }> {
  const provider = providerOf(services.config, name)
  const page = allowedPage(services.config, redirect_to)
  if (!page) {
    throw badRequest('redirect_not_allowed', 'You can only come back to a page of this server or of CORS_ORIGINS.', [
      { path: 'query.redirect_to', message: 'Not an allowed page.' },
    ])
  }
  const [state, browser] = [freshSecret(), freshSecret()]
  const location = await authorizationOf(services, provider, journeyOf(services, name, state))
  await serverContext(services, { workspaceId: null }).db.all(insert, {
    state_hash: hashOf(state),
    browser_hash: hashOf(browser),
    provider: name,
    return_to: page.href,
    in_popup: popup,
  })
  return { location: location.href, cookie: cookieOf(services, name).set(browser) }
}

/** How it went, for the page that the browser comes back to or that opened the window. */
export interface SignInOutcome {
  page: URL
  inPopup: boolean
  result: SignedIn | AppError
}

/**
 * The browser is back. The state counts once, within ten minutes, in the browser that set out, for this provider. Throws
 * 400 `invalid_state` otherwise, 404 and 409. What keeps somebody from signing in after that is an outcome.
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
