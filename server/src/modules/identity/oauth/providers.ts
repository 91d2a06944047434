import type { Config } from '../../../config.ts'
import type { SignInProvider } from '../../../config/sign-in-providers.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { githubAccount, githubAuthorization } from './github.ts'
import { openIdAccount, openIdAuthorization } from './openid-connect.ts'
import type { Callback, ExternalAccount, AuthorizationRequest, AuthorizationParams } from './protocol.ts'

/** Throws 404 for an unknown provider, 409 `not_configured`. */
export function providerOf({ signInProviders }: Config, name: string): SignInProvider {
  if (!Object.hasOwn(signInProviders, name)) missing('provider')
  const provider = signInProviders[name]
  if (!provider) throw conflict('not_configured', `Signing in with ${name} is not set up here. Use another method.`)
  return provider
}

/** The configured providers, in the order of the configuration. */
export const offeredProviders = ({ signInProviders }: Config): { provider: string; name: string }[] =>
  Object.entries(signInProviders).flatMap(([name, provider]) =>
    provider ? [{ provider: name, name: provider.label }] : [],
  )

/** Returns the URL where the browser signs in. Throws 502 when the provider cannot be reached. */
export const authorizationOf = (
  services: Services,
  provider: SignInProvider,
  authorization: AuthorizationRequest,
  params: AuthorizationParams,
): Promise<URL> =>
  provider.kind === 'github'
    ? githubAuthorization(provider, authorization, params)
    : openIdAuthorization(services, provider, authorization, params)

/** Returns the user's account. Throws 403 when they did not agree, 502 when the provider's response is invalid. */
export const accountOf = (
  services: Services,
  provider: SignInProvider,
  authorization: AuthorizationRequest,
  callback: Callback,
): Promise<ExternalAccount> =>
  provider.kind === 'github'
    ? githubAccount(services, provider, authorization, callback)
    : openIdAccount(services, provider, authorization, callback)
