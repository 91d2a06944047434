import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import type { GitHubProvider } from '../../../config/sign-in-providers.ts'
import type { Services } from '../../../platform/services.ts'
import {
  type Callback,
  type ExternalAccount,
  type AuthorizationRequest,
  type AuthorizationParams,
  authorizationUrl,
  redeemCode,
  withProviderErrors,
} from './protocol.ts'

// docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps: OAuth without OpenID Connect, so the user
// is fetched from the API.

const serverOf = ({ url }: GitHubProvider): oauth.AuthorizationServer => ({
  issuer: `${url}/login/oauth`,
  authorization_endpoint: `${url}/login/oauth/authorize`,
  token_endpoint: `${url}/login/oauth/access_token`,
  token_endpoint_auth_methods_supported: ['client_secret_post'],
})

export const githubAuthorization = (
  provider: GitHubProvider,
  authorization: AuthorizationRequest,
  params: AuthorizationParams,
): Promise<URL> =>
  authorizationUrl(serverOf(provider), provider, authorization, params, { scopes: ['read:user', 'user:email'] })

const user = z.object({
  id: z.int(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
})
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

export const githubAccount = (
  services: Services,
  provider: GitHubProvider,
  authorization: AuthorizationRequest,
  callback: Callback,
): Promise<ExternalAccount> =>
  withProviderErrors(provider, async () => {
    const server = serverOf(provider)
    const response = await redeemCode(services, server, provider, authorization, callback)
    const { access_token } = await oauth.processAuthorizationCodeResponse(
      server,
      { client_id: provider.clientId },
      response,
    )
    const [who, addresses] = await Promise.all([
      ask(services, provider, '/user', access_token, user),
      ask(services, provider, '/user/emails', access_token, emails),
    ])
    const primary = addresses.find((address) => address.primary)
    return {
      issuer: server.issuer,
      // Not the login, which can be released and registered by another user.
      subject: String(who.id),
      email: primary?.email ?? null,
      emailVerified: primary?.verified ?? false,
      name: who.name || who.login,
      pictureUrl: who.avatar_url || null,
    }
  })

async function ask<T extends z.ZodType>(
  { outbound }: Services,
  { apiUrl }: GitHubProvider,
  path: string,
  token: string,
  shape: T,
): Promise<z.output<T>> {
  const { status, body } = await outbound.fetch(`${apiUrl}${path}`, {
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      // GitHub refuses requests without a user agent.
      'user-agent': 'Switchboard',
      'x-github-api-version': '2022-11-28',
    },
  })
  const parsed = shape.safeParse(status === 200 ? jsonOf(body) : undefined)
  if (!parsed.success) {
    throw new oauth.OperationProcessingError(`GitHub returned status ${status} for ${path}.`, { cause: parsed.error })
  }
  return parsed.data
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
