import { ConfigError, type Environment, flag, required, safeAddress } from './values.ts'

export type SignInProvider = OpenIdProvider | GitHubProvider

interface SignInClient {
  /** The name that users see. */
  label: string
  clientId: string
  /** Null: a public client, which has PKCE alone. */
  clientSecret: string | null
}

export interface OpenIdProvider extends SignInClient {
  kind: 'openid'
  issuer: string
  /** Its e-mail addresses count as verified although it does not say so: a directory of one's own people. */
  trustsEmail: boolean
}

export interface GitHubProvider extends SignInClient {
  kind: 'github'
  url: string
  apiUrl: string
}

/** Google, GitHub, and whatever `OIDC_<NAME>_ISSUER` and its companions name. */
export function signInProviders(env: Environment): Record<string, SignInProvider | null> {
  const google: OpenIdProvider | null = env.OAUTH_GOOGLE_CLIENT_ID
    ? {
        kind: 'openid',
        label: 'Google',
        issuer: 'https://accounts.google.com',
        clientId: env.OAUTH_GOOGLE_CLIENT_ID,
        clientSecret: required(env, 'OAUTH_GOOGLE_CLIENT_SECRET', 'OAUTH_GOOGLE_CLIENT_ID is set'),
        trustsEmail: false,
      }
    : null
  const github: GitHubProvider | null = env.OAUTH_GITHUB_CLIENT_ID
    ? {
        kind: 'github',
        label: 'GitHub',
        url: env.OAUTH_GITHUB_URL ? safeAddress(env, 'OAUTH_GITHUB_URL').replace(/\/+$/, '') : 'https://github.com',
        apiUrl: env.OAUTH_GITHUB_API_URL
          ? safeAddress(env, 'OAUTH_GITHUB_API_URL').replace(/\/+$/, '')
          : 'https://api.github.com',
        clientId: env.OAUTH_GITHUB_CLIENT_ID,
        clientSecret: required(env, 'OAUTH_GITHUB_CLIENT_SECRET', 'OAUTH_GITHUB_CLIENT_ID is set'),
      }
    : null
  const others = openIdNames(env).map((name): [string, OpenIdProvider] => [
    name.toLowerCase().replaceAll('_', '-'),
    {
      kind: 'openid',
      label: name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' '),
      issuer: safeAddress(env, `OIDC_${name}_ISSUER`),
      clientId: required(env, `OIDC_${name}_CLIENT_ID`, `OIDC_${name}_ISSUER is set`),
      clientSecret: env[`OIDC_${name}_CLIENT_SECRET`] || null,
      trustsEmail: flag(env, `OIDC_${name}_TRUST_EMAIL`, false),
    },
  ])
  for (const [name] of others) {
    if (name === 'google' || name === 'github')
      throw new ConfigError(`OIDC_${name.toUpperCase()}_… is taken; use OAUTH_${name.toUpperCase()}_… or another name.`)
  }
  return { google, github, ...Object.fromEntries(others) }
}

export const openIdNames = (env: Environment): string[] =>
  Object.keys(env).flatMap((key) => {
    const name = /^OIDC_([A-Z0-9][A-Z0-9_]*)_ISSUER$/.exec(key)?.[1]
    return name !== undefined && env[key] ? [name] : []
  })
