import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../../config.ts'
import type { Secrets } from '../crypto/secrets.ts'
import { cookie, isSecure, readCookie } from '../http/cookie.ts'

// What a login at another site needs on its way out and back (RFC 6749 4.1, RFC 7636, RFC 9700), for all callers that store such attempts.

/** The time a user has at the other site. */
export const attemptLifeSeconds = 600

/** 256 random bits. */
export const freshSecret = () => randomBytes(32).toString('base64url')

/** Only hashes are stored, so a reader of the table cannot finish a login. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest()

/** RFC 7636: made of the state, which only this browser has, and a key that only we have; so it need not be stored. */
export const verifierOf = (secrets: Secrets, purpose: string, state: string) =>
  createHmac('sha256', secrets.derive(purpose)).update(state).digest('base64url')

/** RFC 7636, 4.2, method S256. */
export const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

/** The cookie by which the browser that set out is known again when it comes back, below `path` only. */
export function attemptCookie(config: Config, provider: string, path: string) {
  const name = `${isSecure(config) ? '__Secure-' : ''}sb_oauth_${provider}`
  // Lax: the browser comes back from the other site, by a link.
  const set = (value: string, seconds: number) =>
    cookie(config, name, value, `Path=${path}; Max-Age=${seconds}; SameSite=Lax`)
  return {
    set: (value: string) => set(value, attemptLifeSeconds),
    clear: () => set('', 0),
    read: (headers: IncomingHttpHeaders) => readCookie(headers, name),
  }
}
