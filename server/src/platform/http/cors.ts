import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { AppError } from '../errors.ts'
import { errorBody } from './error-response.ts'

const allowedHeaders = [
  'Authorization, Content-Type, Idempotency-Key, Prefer, X-API-Key, X-Workspace-Id',
  // Sent by front-ends that guard themselves with it. It is let through and not read; cookies are guarded by Origin.
  'X-CSRF-Token',
  // supabase-js
  'apikey, x-client-info, x-supabase-api-version, Accept-Profile, Content-Profile, Range, Range-Unit, x-upsert, x-metadata',
  'x-region, x-retry-count, Cache-Control',
].join(', ')
/** Headers of a visitor's page. A page that anyone can read must not contain a workspace's key. */
const allowedHeadersOfVisitors = 'Authorization, Content-Type, Idempotency-Key, Prefer'
const exposedHeaders =
  'Link, Retry-After, X-Request-Id, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Ignored-Fields, Preference-Applied, Content-Range'

/** May pages of this origin call us with credentials? Our own, those configured, and in development any localhost. */
export function isAllowedOrigin(config: Config, origin: string): boolean {
  if (origin === config.publicUrl || config.corsOrigins.includes(origin)) return true
  return (
    config.development &&
    config.corsOrigins.length === 0 &&
    /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(origin)
  )
}

export const originNotAllowed = (origin: string) =>
  new AppError(
    403,
    'origin_not_allowed',
    `Pages of ${origin.slice(0, 200)} may not call this server. Add it to CORS_ORIGINS.`,
  )

/** Is this address for pages of any site: what visitors use, and the widget that other sites show? */
export const isForAnySite = (url: string): boolean => /^\/(api\/public\/|widget[./?-]|widget$)/.test(url)

/**
 * Sets the CORS headers. Pages of allowed origins may send cookies; pages of any other origin may use what is for any site,
 * without cookies. True when this was a preflight and has been answered.
 */
export function applyCors(config: Config, request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers
  const forAnySite = isForAnySite(request.url)
  if (forAnySite) reply.header('cross-origin-resource-policy', 'cross-origin')
  // Also without an origin: a response that a cache stored for one page is not the response for another.
  reply.header('vary', 'Origin')
  if (origin === undefined) return false
  const isAllowed = isAllowedOrigin(config, origin)
  if (!isAllowed && !forAnySite) {
    if (request.method !== 'OPTIONS') return false
    void reply
      .code(403)
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(errorBody(originNotAllowed(origin), request.id)))
    return true
  }
  if (isAllowed) reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true')
  else reply.header('access-control-allow-origin', '*')
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    void reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
      .header('access-control-allow-headers', isAllowed ? allowedHeaders : allowedHeadersOfVisitors)
      .header('access-control-max-age', '7200')
      .send()
    return true
  }
  reply.header('access-control-expose-headers', exposedHeaders)
  return false
}
