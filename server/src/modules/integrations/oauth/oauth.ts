import type { IncomingHttpHeaders } from 'node:http'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, badRequest } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'
import type { FileResponse } from '../../../platform/http/route.ts'
import { newId } from '../../../platform/id.ts'
import {
  attemptCookie,
  attemptLifeSeconds,
  challengeOf,
  freshSecret,
  hashOf,
  verifierOf,
} from '../../../platform/oauth/attempt.ts'
import { formPage, type OAuthOutcome, redirectTo } from '../../../platform/oauth/pages.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { NewAccount } from '../channels/channel.ts'
import { channels } from '../channels/channels.ts'
import { connectTo } from '../connect.ts'
import { credentialsOf, notConfigured } from '../credentials.ts'
import { exchangeCode } from './exchange.ts'
import { hasApp, isOAuthPlatform, oauthPlatforms, type PlatformName, platforms } from '../platforms.ts'
import type { Callback } from '../schema.ts'
import { tokenFields } from './token-form.ts'

/** The purpose of the key that code verifiers are derived with. */
const pkce = 'integrations/pkce'

const insert = statement(
  'integrations.insert_oauth_attempt',
  (_, p: { id: string; platform: string; opener_origin: string; ticket_hash: Buffer }) => sql`
    insert into integrations.oauth_attempts (id, platform, opener_origin, ticket_hash, expires_at)
    values (${p.id}, ${p.platform}, ${p.opener_origin}, ${p.ticket_hash}, now() + make_interval(secs => ${sql.lit(attemptLifeSeconds)}))`,
)
const deleteExpired = statement(
  'integrations.forget_oauth_attempts',
  () => sql`delete from integrations.oauth_attempts where workspace_id = app.workspace_id() and expires_at < now()`,
)

/**
 * Returns the URL where the browser connects a platform. The result is posted to the page with this origin if CORS_ORIGINS
 * allows it, else to our own.
 */
export async function beginOAuth(ctx: Ctx, platform: PlatformName, origin: string | undefined): Promise<string> {
  const { config } = ctx.services
  const ticket = freshSecret()
  const opener_origin = origin && isAllowedOrigin(config, origin) ? origin : new URL(config.publicUrl).origin
  await ctx.db.together([
    deleteExpired.call({}),
    insert.call({ id: newId(), platform, opener_origin, ticket_hash: hashOf(ticket) }),
  ])
  return `${config.publicUrl}/oauth/${platform}/start?ticket=${ticket}`
}

const start = statement(
  'integrations.start_oauth_attempt.system',
  (_, p: { ticket_hash: Buffer; platform: string; state_hash: Buffer; browser_hash: Buffer }) => sql<{
    workspace_id: string
  }>`
    update integrations.oauth_attempts set state_hash = ${p.state_hash}, browser_hash = ${p.browser_hash}
     where ticket_hash = ${p.ticket_hash} and platform = ${p.platform} and state_hash is null and expires_at > now()
    returning workspace_id`,
)

/**
 * Redirects the ticket's browser to the platform's login, or returns a form for the token of a bot. Throws 400 for an
 * invalid ticket.
 */
export async function startOAuth(services: Services, platform: PlatformName, ticket: string): Promise<FileResponse> {
  const [state, browser] = [freshSecret(), freshSecret()]
  const attempt = await serverContext(services, { workspaceId: null }).db.maybe(start, {
    ticket_hash: hashOf(ticket),
    platform,
    state_hash: hashOf(state),
    browser_hash: hashOf(browser),
  })
  if (!attempt) throw badRequest('invalid_ticket', 'This link has been used or has expired. Connect again.')
  const cookie = cookieOf(services, platform).set(browser)
  if (!isOAuthPlatform(platform))
    return formPage(`Connect ${platforms[platform].name}`, tokenFields[platform], state, cookie)
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
  return redirectTo(url.href, cookie)
}

const redirectUri = ({ config }: Services, platform: string) => `${config.publicUrl}/oauth/${platform}/callback`

export const cookieOf = ({ config }: Services, platform: string) =>
  attemptCookie(config, platform, `/oauth/${platform}`)

const take = statement(
  'integrations.take_oauth_attempt.system',
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

/**
 * Handles the platform's redirect. A state is valid once, for ten minutes, for this platform, in the browser that started
 * the login. Throws 400 `invalid_state` otherwise. A refusal by the platform or the user is returned as the outcome.
 */
export async function finishOAuth(
  services: Services,
  platform: PlatformName,
  { state = '', code, error, ...more }: Callback,
  headers: IncomingHttpHeaders,
): Promise<OAuthOutcome> {
  const attempt = await serverContext(services, { workspaceId: null }).db.maybe(take, {
    state_hash: hashOf(state),
    platform,
    browser_hash: hashOf(cookieOf(services, platform).read(headers) ?? ''),
  })
  if (!attempt)
    throw badRequest('invalid_state', 'This login was not started in this browser, or it has expired. Connect again.')
  const outcome = (error?: string): OAuthOutcome => ({
    openerOrigin: attempt.opener_origin,
    result: { type: 'oauth', platform, success: error === undefined, ...(error !== undefined && { error }) },
  })
  if (!code) return outcome(error === 'access_denied' ? 'You did not agree.' : `${platforms[platform].name} refused.`)
  const ctx = serverContext(services, { workspaceId: attempt.workspace_id, userId: attempt.user_id })
  try {
    await connectTo(ctx, platform, await resolveNewAccount(ctx, platform, code, state, more))
    return outcome()
  } catch (failure) {
    if (!(failure instanceof AppError) || ![400, 409, 502].includes(failure.status)) throw failure
    services.log.warn({ err: failure, platform }, 'A platform could not be connected.')
    return outcome(failure.message)
  }
}

/** Returns the account of a code, or of the token of a bot. */
async function resolveNewAccount(
  ctx: Ctx,
  platform: PlatformName,
  code: string,
  state: string,
  more: Pick<Callback, 'phoneNumberId' | 'businessAccountId'>,
): Promise<NewAccount> {
  const { services } = ctx
  const { identify, resolveAccount } = channels[platform]
  const app = hasApp(platform) ? await credentialsOf(ctx, platform) : null
  if (hasApp(platform) && !app) throw notConfigured(platforms[platform].name)
  if (identify) return identify(ctx, { ...more, token: code })
  if (!resolveAccount || !app || !isOAuthPlatform(platform)) throw notConfigured(platforms[platform].name)
  const grant = {
    code,
    redirectUri: redirectUri(services, platform),
    verifier: verifierOf(services.secrets, pkce, state),
  }
  return resolveAccount(ctx, app, await exchangeCode(ctx, platform, app, grant))
}
