import * as oauth from 'oauth4webapi'
import type { SignInProvider } from '../../../config/sign-in-providers.ts'
import { AppError } from '../../../platform/errors.ts'
import { challengeOf } from '../../../platform/oauth/attempt.ts'
import type { Services } from '../../../platform/services.ts'

// What every provider's login has in common: RFC 6749 with RFC 7636 and RFC 9207, by oauth4webapi over our guarded fetch.

/** What ties a way out to the way back: all of it is known to this server and this browser only. */
export interface Journey {
  redirectUri: string
  state: string
  /** RFC 7636. */
  verifier: string
  /** OpenID Connect Core 3.1.2.1. */
  nonce: string
}

/** What the front-end would like of the provider besides: scopes, and parameters that only concern how it asks. */
export interface Wishes {
  scopes: readonly string[]
  parameters: Readonly<Record<string, string>>
}

/** What the provider sent the browser back with (RFC 6749 4.1.2, RFC 9207). */
export interface Callback {
  state?: string | undefined
  code?: string | undefined
  iss?: string | undefined
  error?: string | undefined
}

/** A user's identity at a provider. */
export interface ExternalAccount {
  issuer: string
  /** The issuer's own id of the account. */
  subject: string
  email: string | null
  emailVerified: boolean
  name: string | null
  pictureUrl: string | null
}

/** `address`: where the provider is; one configured without https is on this machine. */
export const throughOutbound = ({ outbound }: Services, address: string) => ({
  [oauth.allowInsecureRequests]: address.startsWith('http:'),
  async [oauth.customFetch](
    url: string,
    {
      method,
      headers,
      body,
    }: { method: string; headers: Record<string, string>; body?: URLSearchParams | null | undefined },
  ): Promise<Response> {
    const answer = await outbound.fetch(url, {
      method: method as 'GET' | 'POST',
      headers,
      ...(body && { body: body.toString() }),
    })
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers })
  },
})

/** Throws 502 when the provider has no such page. */
export async function authorizationUrl(
  server: oauth.AuthorizationServer,
  { clientId, label }: SignInProvider,
  { redirectUri, state, verifier }: Journey,
  { scopes, parameters }: Wishes,
  own: { scopes: readonly string[]; nonce?: string },
): Promise<URL> {
  const { authorization_endpoint } = server
  if (!authorization_endpoint) throw failed(label, new Error('It has no authorization_endpoint.'))
  const url = new URL(authorization_endpoint)
  const query = {
    ...parameters,
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    scope: [...new Set([...own.scopes, ...scopes])].join(' '),
    ...(own.nonce && { nonce: own.nonce }),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

/** Makes the code into the answer of the token endpoint. Throws what oauth4webapi throws. */
export function redeemCode(
  services: Services,
  server: oauth.AuthorizationServer,
  { clientId, clientSecret }: SignInProvider,
  { state, redirectUri, verifier }: Journey,
  callback: Callback,
): Promise<Response> {
  const client = { client_id: clientId }
  const given = Object.entries(callback).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const parameters = oauth.validateAuthResponse(server, client, new URLSearchParams(given), state)
  const options = throughOutbound(services, server.issuer)
  const authentication = authenticationOf(server, clientSecret)
  return oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, redirectUri, verifier, options)
}

/** As the provider says it takes our secret; where it does not say, the default of OpenID Connect Discovery. */
function authenticationOf(server: oauth.AuthorizationServer, secret: string | null): oauth.ClientAuth {
  if (secret === null) return oauth.None()
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic') ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

/** Throws 403 when the person did not agree, 502 when the provider refuses or what it says does not hold. */
export async function speakingTo<T>({ label }: SignInProvider, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied') {
      throw new AppError(403, 'access_denied', `You did not agree to sign in with ${label}.`, { cause: error })
    }
    if (protocolErrors.some((kind) => error instanceof kind)) throw failed(label, error)
    throw error
  }
}

const protocolErrors = [
  oauth.AuthorizationResponseError,
  oauth.OperationProcessingError,
  oauth.ResponseBodyError,
  oauth.UnsupportedOperationError,
  oauth.WWWAuthenticateChallengeError,
]

const failed = (label: string, cause: unknown) =>
  new AppError(502, 'provider_failed', `${label} did not confirm who you are. Try again, or sign in another way.`, {
    cause,
  })
