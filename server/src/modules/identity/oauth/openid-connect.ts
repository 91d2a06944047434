import * as oauth from 'oauth4webapi'
import type { OpenIdProvider } from '../../../config/sign-in-providers.ts'
import type { Services } from '../../../platform/services.ts'
import {
  type Callback,
  type ExternalAccount,
  type AuthorizationRequest,
  type AuthorizationParams,
  authorizationUrl,
  redeemCode,
  withProviderErrors,
  outboundOptions,
} from './protocol.ts'

// OpenID Connect Core 1.0, the code flow of section 3.1, with Discovery 1.0.

const discoveryLifeMs = 60 * 60 * 1000
// The same object each time, because oauth4webapi caches the provider's keys by it.
const discovered = new WeakMap<OpenIdProvider, { server: oauth.AuthorizationServer; untilMs: number }>()

async function discover(services: Services, provider: OpenIdProvider): Promise<oauth.AuthorizationServer> {
  const nowMs = services.now().getTime()
  const known = discovered.get(provider)
  if (known && nowMs < known.untilMs) return known.server
  const issuer = new URL(provider.issuer)
  const response = await oauth.discoveryRequest(issuer, outboundOptions(services, provider.issuer))
  const server = await oauth.processDiscoveryResponse(issuer, response)
  discovered.set(provider, { server, untilMs: nowMs + discoveryLifeMs })
  return server
}

export const openIdAuthorization = (
  services: Services,
  provider: OpenIdProvider,
  authorization: AuthorizationRequest,
  params: AuthorizationParams,
): Promise<URL> =>
  withProviderErrors(provider, async () =>
    authorizationUrl(await discover(services, provider), provider, authorization, params, {
      scopes: ['openid', 'email', 'profile'],
      nonce: authorization.nonce,
    }),
  )

/** Returns the account of the id token after checking its issuer, audience, signature, expiry and nonce. */
export const openIdAccount = (
  services: Services,
  provider: OpenIdProvider,
  authorization: AuthorizationRequest,
  callback: Callback,
): Promise<ExternalAccount> =>
  withProviderErrors(provider, async () => {
    const server = await discover(services, provider)
    const client = { client_id: provider.clientId }
    const options = outboundOptions(services, provider.issuer)
    const response = await redeemCode(services, server, provider, authorization, callback)
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: authorization.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, options)
    const claims = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken
    const { sub } = claims
    // Many providers leave the e-mail address out of the id token.
    const more =
      claims.email === undefined && server.userinfo_endpoint
        ? await oauth.processUserInfoResponse(
            server,
            client,
            sub,
            await oauth.userInfoRequest(server, client, tokens.access_token, options),
          )
        : {}
    return toAccount(provider, { ...more, ...claims })
  })

function toAccount({ issuer, trustsEmail }: OpenIdProvider, claims: Record<string, unknown>): ExternalAccount {
  const textOf = (name: string) => (typeof claims[name] === 'string' ? claims[name] || null : null)
  return {
    issuer,
    subject: String(claims.sub),
    email: textOf('email'),
    // Some providers send a string.
    emailVerified: trustsEmail || claims.email_verified === true || claims.email_verified === 'true',
    name: textOf('name') ?? textOf('preferred_username'),
    pictureUrl: textOf('picture'),
  }
}
