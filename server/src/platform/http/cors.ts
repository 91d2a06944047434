import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'

const allowedHeaders =
  'Authorization, Content-Type, Idempotency-Key, X-API-Key, X-Workspace-Id, apikey, x-client-info, x-supabase-api-version'
/** Headers of a visitor's page. A page that anyone can read must not contain a workspace's key. */
const allowedHeadersOfVisitors = 'Authorization, Content-Type, Idempotency-Key'
const exposedHeaders = 'Link, Retry-After, X-Request-Id, RateLimit, RateLimit-Policy, Idempotency-Replayed'

/** May pages of this origin call us with credentials? Our own, those configured, and in development any localhost. */
export function isAllowedOrigin(config: Config, origin: string): boolean {
  if (origin === config.publicUrl || config.corsOrigins.includes(origin)) return true
  return (
    config.development &&
    config.corsOrigins.length === 0 &&
    /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(origin)
  )
}

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
      .send(
        JSON.stringify({
          error: `Pages of ${origin.slice(0, 200)} may not call this server. Add it to CORS_ORIGINS.`,
          code: 'origin_not_allowed',
          request_id: request.id,
        }),
      )
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
