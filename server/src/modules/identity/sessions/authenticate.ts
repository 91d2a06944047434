import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../../platform/context.ts'
import { AppError, unauthorized } from '../../../platform/errors.ts'
import type { Authenticate } from '../../../platform/http/admission.ts'
import type { Services } from '../../../platform/services.ts'
import { apiKeyPrefix, hashApiKey } from '../api-keys/api-key-format.ts'
import { accessCookie, requireOwnPage } from './cookies.ts'
import { accessTokens } from './token-keys.ts'

const anonymous: Principal = { kind: 'public' }
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Paths where users get credentials. Old credentials that a client still sends are ignored. */
const signInPaths = new Set([
  '/api/auth/signup',
  '/api/auth/register',
  '/api/auth/login',
  '/api/auth/refresh',
  '/api/auth/forgot-password',
  '/api/auth/reset-password',
  '/api/auth/oauth',
  '/api/auth/oauth/:provider',
  '/api/auth/oauth/:provider/callback',
  '/auth/v1/signup',
  '/auth/v1/token',
  '/auth/v1/authorize',
  '/auth/v1/recover',
  '/auth/v1/verify',
])
/** Public paths, where credentials are ignored. A visitor's token is read by its own routes. */
const publicPaths = '/api/public/'

/**
 * Reads the credentials of a request: bearer token, else API key, else cookie. An invalid or expired cookie is ignored.
 * Throws 401 for an invalid token and 403 for a cookie sent from a page of another site.
 */
export function createAuthenticate(services: Services): Authenticate {
  const { config, now } = services
  const tokens = accessTokens(services)
  return (headers, method, path) => {
    if (signInPaths.has(path) || path.startsWith(publicPaths)) return anonymous
    const { authorization } = headers
    if (authorization !== undefined && authorization !== '') return fromBearer(bearerOf(authorization))
    const key = headers['x-api-key']
    if (typeof key === 'string' && key !== '') return fromApiKey(key)
    return headers.cookie === undefined ? anonymous : fromCookie(headers, method)
  }

  function fromBearer(credential: string): Principal {
    if (credential.startsWith(apiKeyPrefix)) return fromApiKey(credential)
    return { kind: 'user', ...tokens.verify(credential, now().getTime()) }
  }

  function fromCookie(headers: IncomingHttpHeaders, method: string): Principal {
    const token = accessCookie(config, headers)
    if (token === undefined) return anonymous
    let principal: Principal
    try {
      principal = { kind: 'user', ...tokens.verify(token, now().getTime()) }
    } catch (error) {
      if (error instanceof AppError) return anonymous
      throw error
    }
    if (!safeMethods.has(method)) requireOwnPage(config, headers)
    return principal
  }
}

function bearerOf(authorization: string): string {
  const credential = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (credential === undefined)
    throw unauthorized('The Authorization header must be "Bearer" followed by a token or an API key.')
  return credential
}

function fromApiKey(key: string): Principal {
  return { kind: 'api_key', hash: hashApiKey(key) }
}
