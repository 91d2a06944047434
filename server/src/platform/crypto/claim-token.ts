import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { unauthorized } from '../errors.ts'
import type { Services } from '../services.ts'

/** A signed claim on some records, given to a person without an account: the token is all that they need. */
export interface ClaimTokenKind {
  /** The prefix of this kind of token: `sbv_`. */
  prefix: string
  /** The key is derived for it. */
  purpose: string
  lifeSeconds: number
  /** The sentence of the 401. */
  invalid: string
}

/** Makes `<prefix><id>.<id>….<expiry>.<mac>`; the expiry in Unix seconds, the MAC is HMAC-SHA256. */
export function createClaimToken(services: Services, kind: ClaimTokenKind, ids: readonly string[]): string {
  const expiresAt = Math.floor(services.now().getTime() / 1000) + kind.lifeSeconds
  const claim = [...ids, expiresAt].join('.')
  return `${kind.prefix}${claim}.${mac(services, kind, claim)}`
}

/** Returns the ids. Throws 401 when the token was not made here for `count` ids, was changed or has expired. */
export function readClaimToken(services: Services, kind: ClaimTokenKind, token: string, count: number): string[] {
  const parts = token.slice(kind.prefix.length).split('.')
  const received = Buffer.from(parts[count + 1] ?? '')
  const expected = Buffer.from(mac(services, kind, parts.slice(0, count + 1).join('.')))
  const isGenuine =
    token.startsWith(kind.prefix) &&
    parts.length === count + 2 &&
    received.length === expected.length &&
    timingSafeEqual(received, expected)
  const isExpired = Number(parts[count]) * 1000 < services.now().getTime()
  if (!isGenuine || isExpired) throw unauthorized(kind.invalid)
  return parts.slice(0, count).map((id) => z.uuid().parse(id))
}

const mac = (services: Services, { purpose }: ClaimTokenKind, claim: string) =>
  createHmac('sha256', services.secrets.derive(purpose)).update(claim).digest('base64url')
