import * as oauth from 'oauth4webapi'
import type { OpenIdProvider } from '../../../config/sign-in-providers.ts'
import type { Services } from '../../../platform/services.ts'
import {
  type Callback,
  type ExternalAccount,
  type Journey,
  type Wishes,
  authorizationUrl,
  redeemCode,
  speakingTo,
  throughOutbound,
} from './protocol.ts'

// OpenID Connect Core 1.0, the code flow of section 3.1, with Discovery 1.0.

const discoveryLifeMs = 60 * 60 * 1000
// By the very object: oauth4webapi remembers the provider's keys with it.
const discovered = new WeakMap<OpenIdProvider, { server: oauth.AuthorizationServer; untilMs: number }>()

async function discover(services: Services, provider: OpenIdProvider): Promise<oauth.AuthorizationServer> {
  const nowMs = services.now().getTime()
  const known = discovered.get(provider)
  if (known && nowMs < known.untilMs) return known.server
  const issuer = new URL(provider.issuer)
  const response = await oauth.discoveryRequest(issuer, throughOutbound(services, provider.issuer))
  const server = await oauth.processDiscoveryResponse(issuer, response)
  discovered.set(provider, { server, untilMs: nowMs + discoveryLifeMs })
  return server
}

export const openIdAuthorization = (
  services: Services,
  provider: OpenIdProvider,
  journey: Journey,
  wishes: Wishes,
): Promise<URL> =>
  speakingTo(provider, async () =>
    authorizationUrl(await discover(services, provider), provider, journey, wishes, {
      scopes: ['openid', 'email', 'profile'],
      nonce: journey.nonce,
    }),
  )

/** The id token counts when issuer, audience, signature, expiry and nonce are right. */
export const openIdAccount = (
  services: Services,
  provider: OpenIdProvider,
  journey: Journey,
  callback: Callback,
): Promise<ExternalAccount> =>
  speakingTo(provider, async () => {
    const server = await discover(services, provider)
    const client = { client_id: provider.clientId }
    const options = throughOutbound(services, provider.issuer)
    const response = await redeemCode(services, server, provider, journey, callback)
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: journey.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, options)
    const claims = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken
    const { sub } = claims
    // Many providers keep the id token small.
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
    // Some write it as a text.
    emailVerified: trustsEmail || claims.email_verified === true || claims.email_verified === 'true',
    name: textOf('name') ?? textOf('preferred_username'),
    pictureUrl: textOf('picture'),
  }
}
