import type { Config } from '../../../config.ts'
import type { SignInProvider } from '../../../config/sign-in-providers.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { githubAccount, githubAuthorization } from './github.ts'
import { openIdAccount, openIdAuthorization } from './openid-connect.ts'
import type { Callback, ExternalAccount, Journey, Wishes } from './protocol.ts'

/** Throws 404 for an unknown provider, 409 `not_configured`. */
export function providerOf({ signInProviders }: Config, name: string): SignInProvider {
  if (!Object.hasOwn(signInProviders, name)) missing('provider')
  const provider = signInProviders[name]
  if (!provider) throw conflict('not_configured', `Signing in with ${name} is not set up here. Use another way.`)
  return provider
}

/** Those that are configured, in their order. */
export const offeredProviders = ({ signInProviders }: Config): { provider: string; name: string }[] =>
  Object.entries(signInProviders).flatMap(([name, provider]) =>
    provider ? [{ provider: name, name: provider.label }] : [],
  )

/** Where the browser goes to sign in. Throws 502 when the provider cannot be asked. */
export const authorizationOf = (
  services: Services,
  provider: SignInProvider,
  journey: Journey,
  wishes: Wishes,
): Promise<URL> =>
  provider.kind === 'github'
    ? githubAuthorization(provider, journey, wishes)
    : openIdAuthorization(services, provider, journey, wishes)

/** Whose account it is. Throws 403 when they did not agree, 502 when the provider's word does not hold. */
export const accountOf = (
  services: Services,
  provider: SignInProvider,
  journey: Journey,
  callback: Callback,
): Promise<ExternalAccount> =>
  provider.kind === 'github'
    ? githubAccount(services, provider, journey, callback)
    : openIdAccount(services, provider, journey, callback)
