import assert from 'node:assert/strict'
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '../../../platform/errors.ts'
import { createAccessTokens } from './access-tokens.ts'

const now = Date.parse('2026-11-20T10:00:00Z')
const bearer = { userId: randomUUID(), sessionId: randomUUID() }
const key = { name: 'new', key: randomBytes(32) }
const tokens = createAccessTokens([key])
const { token, expiresAtSeconds } = tokens.sign(bearer, now)

const encode = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const signed = (header: object, claims: object, secret: Buffer | string = key.key, hash = 'sha256') => {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac(hash, secret).update(content).digest('base64url')}`
}
const [header = '', payload = '', signature = ''] = token.split('.')
const goodHeader = JSON.parse(Buffer.from(header, 'base64url').toString())
const goodClaims = JSON.parse(Buffer.from(payload, 'base64url').toString())

const isRefused = (candidate: string, at = now) =>
  assert.throws(
    () => tokens.verify(candidate, at),
    (error) => error instanceof AppError && error.status === 401,
    candidate.slice(0, 200),
  )

test('a token identifies its user and session for 24 hours', () => {
  assert.deepEqual(tokens.verify(token, now), bearer)
  assert.equal(expiresAtSeconds, now / 1000 + 24 * 60 * 60)
  assert.deepEqual(tokens.verify(token, expiresAtSeconds * 1000 - 1), bearer)
  isRefused(token, expiresAtSeconds * 1000)
})

test('tokens of an older key stay valid while the key is configured', () => {
  const rotated = createAccessTokens([{ name: 'newer', key: randomBytes(32) }, key])
  assert.deepEqual(rotated.verify(token, now), bearer)
  const gone = createAccessTokens([{ name: 'newer', key: randomBytes(32) }])
  assert.throws(() => gone.verify(token, now), /not valid/)
})

test('forged tokens are refused (AUT-5)', () => {
  const forgeries: Record<string, string> = {
    'alg none': `${encode({ ...goodHeader, alg: 'none' })}.${payload}.`,
    'alg none, signed': signed({ ...goodHeader, alg: 'none' }, goodClaims),
    'no signature': `${header}.${payload}.`,
    'two parts': `${header}.${payload}`,
    'four parts': `${token}.${signature}`,
    'another HMAC': signed({ ...goodHeader, alg: 'HS512' }, goodClaims, key.key, 'sha512'),
    'RS256 with our key as its HMAC secret': signed({ ...goodHeader, alg: 'RS256' }, goodClaims),
    'an id token': signed({ ...goodHeader, typ: 'JWT' }, goodClaims),
    'no kid': signed({ alg: 'HS256', typ: 'at+jwt' }, goodClaims),
    'unknown kid': signed({ ...goodHeader, kid: 'other' }, goodClaims),
    'kid that is a path': signed({ ...goodHeader, kid: '../../dev/null' }, goodClaims, ''),
    'key in the header': signed({ ...goodHeader, jwk: { kty: 'oct', k: encode('attacker') } }, goodClaims, 'attacker'),
    'key by address': signed({ ...goodHeader, jku: 'http://127.0.0.1:9/keys' }, goodClaims, 'attacker'),
    'certificate by address': signed({ ...goodHeader, x5u: 'http://127.0.0.1:9/cert' }, goodClaims, 'attacker'),
    'critical extension': signed({ ...goodHeader, crit: ['exp'] }, goodClaims),
    'another secret': signed(goodHeader, goodClaims, randomBytes(32)),
    'empty secret': signed(goodHeader, goodClaims, ''),
    'another issuer': signed(goodHeader, { ...goodClaims, iss: 'https://evil.example' }),
    'another audience': signed(goodHeader, { ...goodClaims, aud: 'other' }),
    'other claims under the old signature': `${header}.${encode({ ...goodClaims, sub: randomUUID() })}.${signature}`,
    'padding added': `${token}=`,
    'a megabyte': `${header}.${'A'.repeat(1024 * 1024)}.${signature}`,
    nothing: '',
    dots: '..',
  }
  for (const forgery of Object.values(forgeries)) isRefused(forgery)
  isRefused(signed(goodHeader, { ...goodClaims, exp: now / 1000 - 1 }))
})

test('a change of any character is detected, even of an unused bit of the last one', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('')
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet), (position, character) => {
      fc.pre(token[position] !== character)
      isRefused(token.slice(0, position) + character + token.slice(position + 1))
    }),
    { numRuns: 500 },
  )
  for (const last of alphabet) if (last !== token.at(-1)) isRefused(token.slice(0, -1) + last)
})

test('a cached token still expires', () => {
  const fresh = tokens.sign(bearer, now).token
  tokens.verify(fresh, now)
  tokens.verify(fresh, now + 1)
  isRefused(fresh, now + 24 * 60 * 60 * 1000)
})
