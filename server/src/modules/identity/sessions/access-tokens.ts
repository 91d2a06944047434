import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { NamedKey } from '../../../platform/crypto/key-files.ts'
import { unauthorized } from '../../../platform/errors.ts'

/** The user and session of an access token. Every request checks in the database whether the session is still valid. */
interface Bearer {
  readonly userId: string
  readonly sessionId: string
}

export interface AccessTokens {
  /** `issuedAtMs` is rounded down to a second. */
  sign(bearer: Bearer, issuedAtMs: number): { token: string; expiresAtSeconds: number }
  /** Throws 401 unless the token is one of ours, unchanged and not expired. */
  verify(token: string, nowMs: number): Bearer
}

export const accessTokenLifeSeconds = 24 * 60 * 60
const issuer = 'switchboard'
const audience = 'switchboard-api'
/** Our tokens have about 300 characters. */
const maxTokenLength = 1024
const maxRemembered = 10_000

interface Claims {
  iss: string
  aud: string
  sub: string
  sid: string
  iat: number
  exp: number
}

/**
 * Signed access tokens (JWT, RFC 7519 and 9068; HS256). `keys` newest first: the first signs, all of them verify. A
 * token's header must equal, byte for byte, one that this server writes, so a client cannot choose an algorithm or key.
 */
export function createAccessTokens(keys: NamedKey[]): AccessTokens {
  const signers = keys.map(({ name, key }) => ({
    header: encode({ alg: 'HS256', typ: 'at+jwt', kid: name }),
    key: createSecretKey(key),
  }))
  const keyOf = new Map(signers.map(({ header, key }) => [header, key]))
  const [newest] = signers
  if (!newest) throw new Error('At least one token key is needed.')
  /** Cache of verified tokens, oldest first, because clients send the same one with every request. */
  const remembered = new Map<string, { bearer: Bearer; expiresAtMs: number }>()

  return {
    sign({ userId, sessionId }, issuedAtMs) {
      const iat = Math.floor(issuedAtMs / 1000)
      const exp = iat + accessTokenLifeSeconds
      const claims: Claims = { iss: issuer, aud: audience, sub: userId, sid: sessionId, iat, exp }
      const content = `${newest.header}.${encode(claims)}`
      return { token: `${content}.${signature(newest.key, content)}`, expiresAtSeconds: exp }
    },

    verify(token, nowMs) {
      const known = remembered.get(token)
      if (known && nowMs < known.expiresAtMs) return known.bearer
      remembered.delete(token)
      const { sub, sid, exp } = claimsOf(token, nowMs)
      const bearer = Object.freeze({ userId: sub, sessionId: sid })
      if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value as string)
      remembered.set(token, { bearer, expiresAtMs: exp * 1000 })
      return bearer
    },
  }

  function claimsOf(token: string, nowMs: number): Claims {
    const parts = token.length > maxTokenLength ? [] : token.split('.')
    const [header, payload, given] = parts
    const key = keyOf.get(header ?? '')
    if (parts.length !== 3 || !key || !payload || !given) throw invalid()
    if (!equal(given, signature(key, `${header}.${payload}`))) throw invalid()
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims
    if (claims.iss !== issuer || claims.aud !== audience) throw invalid()
    if (nowMs >= claims.exp * 1000) throw unauthorized('Your access token has expired. Refresh it or sign in again.')
    return claims
  }
}

const invalid = () => unauthorized('This access token is not valid. Sign in again.')
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signature = (key: KeyObject, content: string) => createHmac('sha256', key).update(content).digest('base64url')

/** Compares in constant time, and as text, so that only one encoding of a signature is accepted. */
function equal(given: string, wanted: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(wanted)
  return a.length === b.length && timingSafeEqual(a, b)
}
