import { createHash, randomBytes } from 'node:crypto'
import { splitOutside, unquote } from './message/headers.ts'
import type { Header } from './message/headers.ts'
import type { SipResponse } from './message/message.ts'

/** A Digest challenge of WWW-Authenticate or Proxy-Authenticate (RFC 7616, RFC 8760). */
export interface Challenge {
  realm: string
  nonce: string
  algorithm: string
  /** `auth` when the server offers it, else `auth-int`; undefined for RFC 2069 style. */
  qop: 'auth' | 'auth-int' | undefined
  opaque: string | undefined
  stale: boolean
}

export interface DigestInput {
  challenge: Challenge
  username: string
  password: string
  method: string
  uri: string
  /** The request's body, which `auth-int` protects too. Default: empty. */
  body?: string
  cnonce: string
  nc: number
}

const hashes: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** Returns the supported challenges of one header value, in the server's order of preference. */
export function parseChallenges(value: string): Challenge[] {
  const challenges: Map<string, string>[] = []
  for (const part of splitOutside(value, ',')) {
    const scheme = /^([\w-]+)\s+(?=[\w-]+\s*=)/.exec(part)
    if (scheme) challenges.push(new Map([['scheme', scheme[1]!.toLowerCase()]]))
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const name = part
      .slice(scheme?.[0].length ?? 0, equals)
      .trim()
      .toLowerCase()
    challenges.at(-1)?.set(name, unquote(part.slice(equals + 1).trim()))
  }
  return challenges.flatMap(toChallenge)
}

function toChallenge(params: Map<string, string>): Challenge[] {
  const realm = params.get('realm')
  const nonce = params.get('nonce')
  const algorithm = (params.get('algorithm') ?? 'MD5').toUpperCase()
  const offered = params.get('qop')
  const offers = offered?.split(',').map((option) => option.trim().toLowerCase())
  const qop = (['auth', 'auth-int'] as const).find((option) => offers?.includes(option))
  const usable = Object.hasOwn(hashes, algorithm.replace(/-SESS$/, '')) && (!offered || qop !== undefined)
  if (params.get('scheme') !== 'digest' || realm === undefined || nonce === undefined || !usable) return []
  const stale = params.get('stale')?.toLowerCase() === 'true'
  return [{ realm, nonce, algorithm, qop, opaque: params.get('opaque'), stale }]
}

/** `response` of RFC 7616 section 3.4.1, for MD5, SHA-256 and SHA-512/256, with and without `-sess`. */
export function digestResponse(input: DigestInput): string {
  const { challenge, cnonce } = input
  const hash = (text: string): string =>
    createHash(hashes[challenge.algorithm.replace(/-SESS$/, '')] ?? 'md5')
      .update(text)
      .digest('hex')
  const secret = hash(`${input.username}:${challenge.realm}:${input.password}`)
  const ha1 = challenge.algorithm.endsWith('-SESS') ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret
  const target = `${input.method}:${input.uri}`
  const ha2 = hash(challenge.qop === 'auth-int' ? `${target}:${hash(input.body ?? '')}` : target)
  if (!challenge.qop) return hash(`${ha1}:${challenge.nonce}:${ha2}`)
  return hash(`${ha1}:${challenge.nonce}:${hexCount(input.nc)}:${cnonce}:${challenge.qop}:${ha2}`)
}

function authorization(input: DigestInput): string {
  const { challenge } = input
  const parts = [
    `username=${quote(input.username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(input.uri)}`,
    `response="${digestResponse(input)}"`,
    `algorithm=${challenge.algorithm.replace('-SESS', '-sess')}`,
  ]
  if (challenge.qop || challenge.algorithm.endsWith('-SESS')) parts.push(`cnonce="${input.cnonce}"`)
  if (challenge.qop) parts.push(`qop=${challenge.qop}`, `nc=${hexCount(input.nc)}`)
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`)
  return `Digest ${parts.join(', ')}`
}

function hexCount(nc: number): string {
  return nc.toString(16).padStart(8, '0')
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}

/** What one request has been challenged with so far, by realm: a new one per request, kept over its retries. */
export type Attempts = Map<string, { answers: number; nonce: string }>

/** The credentials of one call or registration. Known challenges are answered in advance, with a nonce count. */
export interface Authenticator {
  /** Authorization and Proxy-Authorization headers for the next request. */
  headers(method: string, uri: string, body?: string): Header[]
  /** Takes a 401 or 407. Returns false when our credentials were refused or no challenge is supported: a retry is useless. */
  challenged(response: SipResponse, attempts: Attempts): boolean
}

/**
 * A second challenge of a realm is answered once more when it is `stale` or has another nonce: the server may have
 * restarted, or have handed the request to a peer, between its challenge and our answer (RFC 3261 section 22.2, RFC 7616
 * section 3.4). The same nonce again means that the credentials were refused.
 */
const maxAnswers = 2

/** A limit against servers that make us compute thousands of responses; eight realms on one path do not occur. */
const maxRealms = 8

export function createAuthenticator(username: string, password: string): Authenticator {
  const known = new Map<string, { header: string; challenge: Challenge; nc: number; cnonce: string }>()
  return {
    headers(method, uri, body = '') {
      return [...known.values()].map((entry) => {
        const { challenge, cnonce } = entry
        return [
          entry.header,
          authorization({ challenge, username, password, method, uri, body, cnonce, nc: ++entry.nc }),
        ]
      })
    },
    challenged(response, attempts) {
      const proxy = response.status === 407
      const asks = proxy ? 'proxy-authenticate' : 'www-authenticate'
      const realms = new Set<string>()
      for (const [name, value] of response.headers) {
        if (name !== asks) continue
        for (const challenge of parseChallenges(value).slice(0, maxRealms)) {
          const key = `${asks} ${challenge.realm}`
          // The server lists its preferred algorithm first.
          if (realms.has(key) || realms.size === maxRealms) continue
          realms.add(key)
          const before = attempts.get(key)
          const isNew = before?.nonce !== challenge.nonce || challenge.stale
          if (before && (before.answers >= maxAnswers || !isNew)) return false
          attempts.set(key, { answers: (before?.answers ?? 0) + 1, nonce: challenge.nonce })
          const header = proxy ? 'proxy-authorization' : 'authorization'
          known.set(key, { header, challenge, nc: 0, cnonce: randomBytes(8).toString('hex') })
        }
      }
      return realms.size > 0
    },
  }
}
