import type { RateLimits } from '../../config/rate-limits.ts'
import type { Principal } from '../context.ts'
import type { Shares } from '../database/shares.ts'
import { tooManyRequests } from '../errors.ts'
import { addressKey } from './address-key.ts'
import type { Route } from './route.ts'

/** The caller and target of a request, as known before its body is read. */
export interface Caller {
  principal: Principal
  /** A guest who shows a token of their own; see `GuestOf`. */
  guestId?: string | undefined
  address: string
  /** From X-Workspace-Id or the path. */
  workspaceId: string | null
  route: Pick<Route, 'access' | 'kind' | 'rawBody'>
}

/** The rest of the caller's allowance, of its fullest bucket. */
export interface Allowance {
  limit: number
  left: number
  /** Seconds until the window ends. */
  resetSeconds: number
}

export interface RateLimiter {
  /** Counts one request. Throws 429 when there were too many. */
  count(caller: Caller): Allowance
}

interface Bucket {
  key: string
  limit: number
}

const windowMs = 60_000
/** Beyond this many callers a minute the oldest are forgotten: bounded memory under an attack from many addresses. */
const maxCallers = 100_000
/** The number of full credential allowances that one user has in total. */
const credentialsPerUser = 3

/** Counts per minute, in the memory of this node. `shares` maps sessions and keys to users. */
export function createRateLimiter(limits: RateLimits, shares: Pick<Shares, 'known'>): RateLimiter {
  let windowStart = 0
  let counts = new Map<string, number>()

  /** From the narrowest to the widest: a full bucket does not count against the wider ones. */
  const bucketsOf = (caller: Caller): Bucket[] => {
    const { principal, guestId, route } = caller
    const from = addressKey(caller.address)
    // Counted separately: a platform and a person may use the same proxy.
    if (route.rawBody) return [{ key: `webhook ${from}`, limit: limits.perSenderAddress }]
    if (principal.kind === 'public' || principal.kind === 'server') {
      if (route.access !== 'public') return [{ key: `refused ${from}`, limit: limits.perCredential }]
      if (route.kind === 'read') return [{ key: `reading ${from}`, limit: limits.perReadingAddress }]
      if (guestId === undefined) return [{ key: `public ${from}`, limit: limits.perPublicAddress }]
      return [
        { key: `guest ${guestId}`, limit: limits.perPublicAddress },
        // A client can create any number of guests.
        { key: `guests ${from}`, limit: limits.perReadingAddress },
      ]
    }
    const credential = credentialOf(principal)
    const who = shares.known(caller)
    const userId = principal.kind === 'user' ? principal.userId : who?.user_id
    const buckets = [{ key: credential, limit: limits.perCredential }]
    // The key has not been checked yet, and a client can invent keys.
    if (principal.kind === 'api_key' && !who) buckets.push({ key: `unproven ${from}`, limit: limits.perCredential })
    if (userId) buckets.push({ key: `user ${userId}`, limit: limits.perCredential * credentialsPerUser })
    if (who?.workspace_id) buckets.push({ key: `workspace ${who.workspace_id}`, limit: limits.perWorkspace })
    return buckets
  }

  return {
    count(caller) {
      const now = Date.now()
      if (now - windowStart >= windowMs) {
        windowStart = now
        counts = new Map()
      }
      const resetSeconds = Math.max(1, Math.ceil((windowStart + windowMs - now) / 1000))
      let least: Allowance = { limit: Infinity, left: Infinity, resetSeconds }
      for (const { key, limit } of bucketsOf(caller)) {
        const used = (counts.get(key) ?? 0) + 1
        if (used > limit) throw tooManyRequests(resetSeconds)
        if (used === 1 && counts.size >= maxCallers) forgetOldest(counts)
        counts.set(key, used)
        if (limit - used < least.left) least = { limit, left: limit - used, resetSeconds }
      }
      return least
    },
  }
}

const forgetOldest = (map: Map<string, unknown>) => map.delete(map.keys().next().value as string)

const credentialOf = (principal: Principal & { kind: 'user' | 'api_key' }) =>
  principal.kind === 'user' ? `session ${principal.sessionId}` : `key ${principal.hash.toString('base64')}`
