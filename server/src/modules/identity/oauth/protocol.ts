import * as oauth from 'oauth4webapi'
import type { SignInProvider } from '../../../config/sign-in-providers.ts'
import { AppError } from '../../../platform/errors.ts'
import { challengeOf } from '../../../platform/oauth/attempt.ts'
import type { Services } from '../../../platform/services.ts'

// Shared by all providers: RFC 6749 with RFC 7636 and RFC 9207, by oauth4webapi over the restricted outbound fetch.

/** The secrets that tie the provider's redirect to the request. Only this server and this browser know them. */
export interface AuthorizationRequest {
  redirectUri: string
  state: string
  /** RFC 7636. */
  verifier: string
  /** OpenID Connect Core 3.1.2.1. */
  nonce: string
}

/** Additional scopes, and parameters that only change how the provider prompts the user. */
export interface AuthorizationParams {
  scopes: readonly string[]
  parameters: Readonly<Record<string, string>>
}

/** The parameters of the provider's redirect (RFC 6749 4.1.2, RFC 9207). */
export interface Callback {
  state?: string | undefined
  code?: string | undefined
  iss?: string | undefined
  error?: string | undefined
}

/** The user's account at the provider. */
export interface ExternalAccount {
  issuer: string
  /** The issuer's id of the account. */
  subject: string
  email: string | null
  emailVerified: boolean
  name: string | null
  pictureUrl: string | null
}

/** `address`: the provider's URL. Only a provider on this machine can be configured without https. */
export const outboundOptions = ({ outbound }: Services, address: string) => ({
  [oauth.allowInsecureRequests]: address.startsWith('http:'),
  async [oauth.customFetch](
    url: string,
    {
      method,
      headers,
      body,
    }: { method: string; headers: Record<string, string>; body?: URLSearchParams | null | undefined },
  ): Promise<Response> {
    const response = await outbound.fetch(url, {
      method: method as 'GET' | 'POST',
      headers,
      ...(body && { body: body.toString() }),
    })
    return new Response(new Uint8Array(response.body), { status: response.status, headers: response.headers })
  },
})

/** Throws 502 when the provider has no authorization endpoint. */
export async function authorizationUrl(
  server: oauth.AuthorizationServer,
  { clientId, label }: SignInProvider,
  { redirectUri, state, verifier }: AuthorizationRequest,
  { scopes, parameters }: AuthorizationParams,
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

/** Exchanges the code. Returns the response of the token endpoint. Throws the errors of oauth4webapi. */
export function redeemCode(
  services: Services,
  server: oauth.AuthorizationServer,
  { clientId, clientSecret }: SignInProvider,
  { state, redirectUri, verifier }: AuthorizationRequest,
  callback: Callback,
): Promise<Response> {
  const client = { client_id: clientId }
  const given = Object.entries(callback).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const parameters = oauth.validateAuthResponse(server, client, new URLSearchParams(given), state)
  const options = outboundOptions(services, server.issuer)
  const authentication = authenticationOf(server, clientSecret)
  return oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, redirectUri, verifier, options)
}

/** The authentication method that the provider announces, or the default of OpenID Connect Discovery. */
function authenticationOf(server: oauth.AuthorizationServer, secret: string | null): oauth.ClientAuth {
  if (secret === null) return oauth.None()
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic') ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

/** Throws 403 when the user did not agree, 502 when the provider refuses or its response is invalid. */
export async function withProviderErrors<T>({ label }: SignInProvider, work: () => Promise<T>): Promise<T> {
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
