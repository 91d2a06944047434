import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../../../config.ts'
import { forbidden } from '../../../platform/errors.ts'
import { cookie, isSecure, readCookie } from '../../../platform/http/cookie.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'
import { JsonResponse } from '../../../platform/http/route.ts'
import { accessTokenLifeSeconds } from './access-tokens.ts'
import { idleDays } from './refresh-tokens.ts'

const refreshPath = '/api/auth'

/** Over https the names have the prefixes that browsers enforce: Secure, and for `__Host-` only this host and path /. */
const cookieNames = (config: Pick<Config, 'publicUrl'>) =>
  isSecure(config)
    ? { access: '__Host-sb_access', refresh: '__Secure-sb_refresh' }
    : { access: 'sb_access', refresh: 'sb_refresh' }

/** Set-Cookie values that sign a browser in. */
export function signedInCookies(config: Config, tokens: { access: string; refresh: string }): string[] {
  const names = cookieNames(config)
  const idleSeconds = idleDays * 24 * 60 * 60
  return [
    cookie(config, names.access, tokens.access, `Path=/; Max-Age=${accessTokenLifeSeconds}; SameSite=Lax`),
    cookie(config, names.refresh, tokens.refresh, `Path=${refreshPath}; Max-Age=${idleSeconds}; SameSite=Strict`),
  ]
}

/**
 * Set-Cookie values for a client that keeps its refresh token itself, as supabase-js does. Only the access cookie is set: two
 * holders of one refresh token, which is valid once, would end each other's session. The refresh cookie of an earlier
 * session is removed, because it would sign that user in again.
 */
export function accessCookies(config: Config, access: string): string[] {
  const names = cookieNames(config)
  return [
    cookie(config, names.access, access, `Path=/; Max-Age=${accessTokenLifeSeconds}; SameSite=Lax`),
    cookie(config, names.refresh, '', `Path=${refreshPath}; Max-Age=0; SameSite=Strict`),
  ]
}

/** Returns a response that signs a browser in. `more`: further Set-Cookie values. */
export const withCookies = <T>(
  config: Config,
  body: T,
  { access_token, refresh_token }: { access_token: string; refresh_token: string },
  more: string[] = [],
) =>
  new JsonResponse(body, {
    headers: { 'set-cookie': [...signedInCookies(config, { access: access_token, refresh: refresh_token }), ...more] },
  })

/** Set-Cookie values that sign a browser out. */
export function signedOutCookies(config: Config): string[] {
  const names = cookieNames(config)
  return [
    cookie(config, names.access, '', 'Path=/; Max-Age=0; SameSite=Lax'),
    cookie(config, names.refresh, '', `Path=${refreshPath}; Max-Age=0; SameSite=Strict`),
  ]
}

export const accessCookie = (config: Config, headers: IncomingHttpHeaders) =>
  readCookie(headers, cookieNames(config).access)

export const refreshCookie = (config: Config, headers: IncomingHttpHeaders) =>
  readCookie(headers, cookieNames(config).refresh)

/**
 * Protects against cross-site request forgery: a request with a cookie that changes something must come from a page of
 * this server or of CORS_ORIGINS, by its Origin header, or by Sec-Fetch-Site if there is no Origin. Throws 403.
 */
export function requireOwnPage(config: Config, headers: IncomingHttpHeaders): void {
  const { origin } = headers
  const own = origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : isAllowedOrigin(config, origin)
  if (!own) throw forbidden('A request signed in by cookie must come from a page of this server or of CORS_ORIGINS.')
}
