import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError, badRequest } from '../../platform/errors.ts'
import { isAllowedOrigin } from '../../platform/http/cors.ts'
import { newId } from '../../platform/id.ts'
import {
  attemptCookie,
  attemptLifeSeconds,
  challengeOf,
  freshSecret,
  hashOf,
  verifierOf,
} from '../../platform/oauth/attempt.ts'
import type { OAuthOutcome } from '../../platform/oauth/pages.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { connected } from './connections.ts'
import { credentialsOf, notConfigured } from './credentials.ts'
import { exchangeCode } from './exchange.ts'
import { oauthPlatforms, type OAuthPlatformName, platforms } from './platforms.ts'

/** The purpose of the key that code verifiers are made with. */
const pkce = 'integrations/pkce'

const insert = statement(
  'integrations.insert_oauth_attempt',
  (_, p: { id: string; platform: string; opener_origin: string; ticket_hash: Buffer }) => sql`
    insert into integrations.oauth_attempts (id, platform, opener_origin, ticket_hash, expires_at)
    values (${p.id}, ${p.platform}, ${p.opener_origin}, ${p.ticket_hash}, now() + make_interval(secs => ${sql.lit(attemptLifeSeconds)}))`,
)
const forgetExpired = statement(
  'integrations.forget_oauth_attempts',
  () => sql`delete from integrations.oauth_attempts where workspace_id = app.workspace_id() and expires_at < now()`,
)

/**
 * Where the browser goes to connect a platform. How it went is told to the page that asks now: its origin is recorded
 * when it is one that may call us, else our own. Throws 409 `not_configured`.
 */
export async function beginOAuth(ctx: Ctx, platform: OAuthPlatformName, origin: string | undefined): Promise<string> {
  const { config } = ctx.services
  if (!(await credentialsOf(ctx, platform))) throw notConfigured(platforms[platform].name)
  const ticket = freshSecret()
  const opener_origin = origin && isAllowedOrigin(config, origin) ? origin : new URL(config.publicUrl).origin
  await ctx.db.together([
    forgetExpired.call({}),
    insert.call({ id: newId(), platform, opener_origin, ticket_hash: hashOf(ticket) }),
  ])
  return `${config.publicUrl}/oauth/${platform}/start?ticket=${ticket}`
}

const setOut = statement(
  'integrations.start_oauth_attempt.sweep',
  (_, p: { ticket_hash: Buffer; platform: string; state_hash: Buffer; browser_hash: Buffer }) => sql<{
    workspace_id: string
  }>`
    update integrations.oauth_attempts set state_hash = ${p.state_hash}, browser_hash = ${p.browser_hash}
     where ticket_hash = ${p.ticket_hash} and platform = ${p.platform} and state_hash is null and expires_at > now()
    returning workspace_id`,
)

/** Where the ticket's browser goes next, and the cookie by which it is known again. Throws 400 for a bad ticket. */
export async function startOAuth(services: Services, platform: OAuthPlatformName, ticket: string) {
  const [state, browser] = [freshSecret(), freshSecret()]
  const attempt = await serverContext(services, { workspaceId: null }).db.maybe(setOut, {
    ticket_hash: hashOf(ticket),
    platform,
    state_hash: hashOf(state),
    browser_hash: hashOf(browser),
  })
  if (!attempt) throw badRequest('invalid_ticket', 'This link has been used or has expired. Connect again.')
  const app = await credentialsOf(serverContext(services, { workspaceId: attempt.workspace_id }), platform)
  if (!app) throw notConfigured(platforms[platform].name)
  const { authorizeUrl, clientIdParameter, scope } = oauthPlatforms[platform]
  const url = new URL(services.config.oauthApps[platform].authorizeUrl ?? authorizeUrl)
  const query = {
    [clientIdParameter]: app.clientId,
    response_type: 'code',
    redirect_uri: redirectUri(services, platform),
    scope,
    state,
    code_challenge: challengeOf(verifierOf(services.secrets, pkce, state)),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { location: url.href, cookie: cookieOf(services, platform).set(browser) }
}

const redirectUri = ({ config }: Services, platform: string) => `${config.publicUrl}/oauth/${platform}/callback`

export const cookieOf = ({ config }: Services, platform: string) =>
  attemptCookie(config, platform, `/oauth/${platform}`)

const take = statement(
  'integrations.take_oauth_attempt.sweep',
  (_, p: { state_hash: Buffer; platform: string; browser_hash: Buffer }) => sql<{
    workspace_id: string
    user_id: string
    opener_origin: string
  }>`
    delete from integrations.oauth_attempts
     where state_hash = ${p.state_hash} and platform = ${p.platform} and browser_hash = ${p.browser_hash}
       and expires_at > now()
    returning workspace_id, user_id, opener_origin`,
)

export interface Callback {
  state?: string | undefined
  code?: string | undefined
  error?: string | undefined
}

/**
 * The browser is back. The state counts once, within ten minutes, in the browser that set out, for this platform. Throws
 * 400 `invalid_state` otherwise. What the platform or the user refuses is an outcome.
 */
export async function finishOAuth(
  services: Services,
  platform: OAuthPlatformName,
  { state = '', code, error }: Callback,
  headers: IncomingHttpHeaders,
): Promise<OAuthOutcome> {
  const attempt = await serverContext(services, { workspaceId: null }).db.maybe(take, {
    state_hash: hashOf(state),
    platform,
    browser_hash: hashOf(cookieOf(services, platform).read(headers) ?? ''),
  })
  if (!attempt)
    throw badRequest('invalid_state', 'This login was not begun in this browser, or is over. Connect again.')
  const ended = (error?: string): OAuthOutcome => ({
    openerOrigin: attempt.opener_origin,
    result: { type: 'oauth', platform, success: error === undefined, ...(error !== undefined && { error }) },
  })
  if (!code) return ended(error === 'access_denied' ? 'You did not agree.' : `${platforms[platform].name} refused.`)
  const ctx = serverContext(services, { workspaceId: attempt.workspace_id, userId: attempt.user_id })
  const app = await credentialsOf(ctx, platform)
  if (!app) return ended(notConfigured(platforms[platform].name).message)
  try {
    const grant = {
      code,
      redirectUri: redirectUri(services, platform),
      verifier: verifierOf(services.secrets, pkce, state),
    }
    const made = await exchangeCode(ctx, platform, app, grant)
    await transaction(ctx, (ctx) => connected(ctx, platform, made))
    return ended()
  } catch (failure) {
    if (!(failure instanceof AppError) || failure.status !== 502) throw failure
    services.log.warn({ err: failure, platform }, 'A platform did not make a code into a token.')
    return ended(failure.message)
  }
}
