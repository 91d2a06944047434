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
  '/api/auth/google',
  '/api/auth/facebook',
  '/auth/v1/signup',
  '/auth/v1/token',
  '/auth/v1/authorize',
  '/auth/v1/otp',
  '/auth/v1/recover',
  '/auth/v1/resend',
  '/auth/v1/verify',
])
/** Public paths, where credentials are ignored. A visitor's token is read by its own routes. */
const publicPaths = '/api/public/'
/** Paths of the API that supabase-js calls. Its `apikey` header names the project there, not a user. */
const supabasePath = /^\/(auth|rest|storage|functions|realtime)\/v1(\/|$)/
/** Sent by front-ends that have no token: nothing, or the name of an empty variable. */
const noToken = /^(undefined|null)?$/
const userId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Reads the credentials of a request: bearer token, else API key, else cookie. An invalid or expired cookie is ignored,
 * and so is a bearer that is no token (`noToken`, an anon key). A bearer that is a user's id proves nothing: it only has to
 * be the id of the cookie's user. Throws 401 for an invalid token and 403 for a cookie sent from a page of another site.
 */
export function createAuthenticate(services: Services): Authenticate {
  const { config, now } = services
  const tokens = accessTokens(services)
  return (headers, method, path) => {
    if (signInPaths.has(path) || path.startsWith(publicPaths)) return anonymous
    const bearer = bearerOf(headers)
    if (bearer !== undefined && userId.test(bearer)) return fromCookieOf(bearer.toLowerCase(), headers, method)
    const isSupabase = supabasePath.test(path)
    const anonKey = isSupabase ? headers.apikey : undefined
    if (bearer !== undefined) {
      const principal = typeof anonKey === 'string' ? fromBearerOrAnonKey(bearer, anonKey) : fromBearer(bearer)
      if (principal) return principal
    }
    const key = headers['x-api-key'] ?? (isApiKey(anonKey) ? anonKey : undefined)
    if (typeof key === 'string' && key !== '') return fromApiKey(key)
    return fromCookie(headers, method)
  }

  function fromBearer(credential: string): Principal {
    if (isApiKey(credential)) return fromApiKey(credential)
    return { kind: 'user', ...tokens.verify(credential, now().getTime()) }
  }

  /** Returns undefined for an anon key. */
  function fromBearerOrAnonKey(credential: string, apikey: string): Principal | undefined {
    try {
      return fromBearer(credential)
    } catch (error) {
      if (error instanceof AppError && (credential === apikey || isAnonToken(credential))) return undefined
      throw error
    }
  }

  function fromCookieOf(user: string, headers: IncomingHttpHeaders, method: string): Principal {
    const principal = fromCookie(headers, method)
    if (principal.kind === 'user' && principal.userId === user) return principal
    throw unauthorized('A user id is not a token. Sign in, and send the access token or the cookie.')
  }

  function fromCookie(headers: IncomingHttpHeaders, method: string): Principal {
    const token = headers.cookie === undefined ? undefined : accessCookie(config, headers)
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

/** Returns the bearer of a request, or undefined without one. Throws 401 for an `Authorization` header of another form. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined || authorization === '') return undefined
  const credential = /^Bearer(?: +(\S*))?$/i.exec(authorization)
  if (!credential) throw unauthorized('The Authorization header must be "Bearer" followed by a token or an API key.')
  const [, bearer = ''] = credential
  return noToken.test(bearer) ? undefined : bearer
}

/** Returns whether only a cookie can identify the caller, who may send a user's id besides. */
export function isCookieAlone(headers: IncomingHttpHeaders): boolean {
  const bearer = bearerOf(headers)
  return (bearer === undefined || userId.test(bearer)) && !headers['x-api-key']
}

const isApiKey = (credential: unknown) => typeof credential === 'string' && credential.startsWith(apiKeyPrefix)

/** Returns whether this is a JWT for the role `anon`. Its signature is another project's, and is not checked. */
function isAnonToken(token: string): boolean {
  const [, payload, signature] = token.length > 4096 ? [] : token.split('.')
  if (!payload || !signature) return false
  try {
    return (
      (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { role?: unknown } | null)?.role === 'anon'
    )
  } catch {
    return false
  }
}

function fromApiKey(key: string): Principal {
  return { kind: 'api_key', hash: hashApiKey(key) }
}
