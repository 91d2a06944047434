import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'

const allowedHeaders =
  'Authorization, Content-Type, Idempotency-Key, X-API-Key, X-Workspace-Id, apikey, x-client-info, x-supabase-api-version'
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

/** Sets the CORS headers. True when this was a preflight and has been answered. */
export function applyCors(config: Config, request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers
  if (origin === undefined) return false
  reply.header('vary', 'Origin')
  if (!isAllowedOrigin(config, origin)) {
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
  reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true')
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    void reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
      .header('access-control-allow-headers', allowedHeaders)
      .header('access-control-max-age', '7200')
      .send()
    return true
  }
  reply.header('access-control-expose-headers', exposedHeaders)
  return false
}
