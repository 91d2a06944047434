import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../context.ts'
import { tooManyRequests } from '../errors.ts'
import type { Route } from './route.ts'

/** Counted in windows of a minute. */
export interface RateLimits {
  /** Requests a minute for one credential. */
  perCredential: number
  /** Requests a minute to public endpoints from one address. */
  perPublicAddress: number
  /** Deliveries a minute to webhooks from one address: a platform serves all its customers from few. */
  perSenderAddress: number
}

export interface RateLimiter {
  /** Counts one request and sets the RateLimit headers. Throws 429 when there were too many. */
  count(
    principal: Principal,
    route: Pick<Route, 'access' | 'rawBody'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void
}

const windowMs = 60_000
/** Beyond this many callers a minute the oldest are forgotten: bounded memory under an attack from many addresses. */
const maxCallers = 100_000

/** Counts per minute, in the memory of this node. */
export function createRateLimiter(limits: RateLimits): RateLimiter {
  let windowStart = 0
  let counts = new Map<string, number>()

  const limitOf = (principal: Principal, { access, rawBody }: Pick<Route, 'access' | 'rawBody'>): number => {
    if (rawBody) return limits.perSenderAddress
    return principal.kind === 'public' && access === 'public' ? limits.perPublicAddress : limits.perCredential
  }

  return {
    count(principal, route, request, reply) {
      const now = Date.now()
      if (now - windowStart >= windowMs) {
        windowStart = now
        counts = new Map()
      }
      const limit = limitOf(principal, route)
      // Counted by themselves: a platform and a person may come by the same proxy.
      const key = (route.rawBody ? 'webhook ' : '') + callerKey(principal, request)
      const used = (counts.get(key) ?? 0) + 1
      if (used === 1 && counts.size >= maxCallers) counts.delete(counts.keys().next().value as string)
      counts.set(key, used)
      const resetSeconds = Math.max(1, Math.ceil((windowStart + windowMs - now) / 1000))
      reply.header('ratelimit', `"default";r=${Math.max(0, limit - used)};t=${resetSeconds}`)
      reply.header('ratelimit-policy', `"default";q=${limit};w=60`)
      if (used > limit) throw tooManyRequests(resetSeconds)
    },
  }
}

function callerKey(principal: Principal, request: FastifyRequest): string {
  switch (principal.kind) {
    case 'user':
      return principal.sessionId
    case 'api_key':
      return principal.hash.toString('base64')
    default:
      return addressKey(request.ip)
  }
}

/** One key for all spellings and neighbours: an IPv6 customer owns a /64, so that is what counts. */
export function addressKey(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1] as string
  const [head = '', tail] = ip.split('%')[0]?.toLowerCase().split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...middle, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
