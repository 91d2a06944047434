import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createAuthenticator, digestResponse, parseChallenges } from './digest.ts'
import type { Challenge } from './digest.ts'

const mufasa = { username: 'Mufasa', method: 'GET', uri: '/dir/index.html', nc: 1 }

function challenge(fields: Partial<Challenge>): Challenge {
  return { realm: 'r', nonce: 'n', algorithm: 'MD5', qop: undefined, opaque: undefined, stale: false, ...fields }
}

test('RFC 2617 section 3.5', () => {
  const rfc2617 = challenge({ realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', qop: 'auth' })
  const response = digestResponse({ ...mufasa, challenge: rfc2617, password: 'Circle Of Life', cnonce: '0a4f113b' })
  assert.equal(response, '6629fae49393a05397450978507c4ef1')
})

test('RFC 2617 without qop', () => {
  const plain = challenge({ realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' })
  const response = digestResponse({ ...mufasa, challenge: plain, password: 'Circle Of Life', cnonce: '' })
  assert.equal(response, '670fd8c2df070c60b045671b8b24ff02')
})

const rfc7616 = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  qop: 'auth',
} as const
const circle = { ...mufasa, password: 'Circle of Life', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' }

test('RFC 7616 section 3.9.1, MD5 and SHA-256', () => {
  assert.equal(digestResponse({ ...circle, challenge: challenge(rfc7616) }), '8ca523f5e9506fed4657c9700eebdbec')
  assert.equal(
    digestResponse({ ...circle, challenge: challenge({ ...rfc7616, algorithm: 'SHA-256' }) }),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  )
})

test('-sess hashes nonce and cnonce into the secret', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const secret = md5(`${md5(`Mufasa:${rfc7616.realm}:Circle of Life`)}:${rfc7616.nonce}:${circle.cnonce}`)
  const expected = md5(`${secret}:${rfc7616.nonce}:00000001:${circle.cnonce}:auth:${md5('GET:/dir/index.html')}`)
  assert.equal(digestResponse({ ...circle, challenge: challenge({ ...rfc7616, algorithm: 'MD5-SESS' }) }), expected)
})

test('SHA-512/256, and auth-int, which hashes the body into the answer', () => {
  const h = (text: string) => createHash('sha512-256').update(text).digest('hex')
  const ha1 = h(`Mufasa:${rfc7616.realm}:Circle of Life`)
  const ha2 = h(`GET:/dir/index.html:${h('v=0')}`)
  const expected = h(`${ha1}:${rfc7616.nonce}:00000001:${circle.cnonce}:auth-int:${ha2}`)
  const asked = challenge({ ...rfc7616, algorithm: 'SHA-512-256', qop: 'auth-int' })
  assert.equal(digestResponse({ ...circle, challenge: asked, body: 'v=0' }), expected)
  assert.notEqual(digestResponse({ ...circle, challenge: asked }), expected)
})

test('one header with several challenges, unknown algorithms left out', () => {
  const value =
    'Digest realm="a, b", nonce="n\\"1", algorithm=SHA-3, Digest realm="a, b", nonce="n2", algorithm=SHA-256, qop="auth,auth-int", Basic realm="x"'
  const [only, ...more] = parseChallenges(value)
  assert.deepEqual(more, [])
  assert.deepEqual(only, challenge({ realm: 'a, b', nonce: 'n2', algorithm: 'SHA-256', qop: 'auth' }))
  assert.deepEqual(parseChallenges('Digest realm="a", nonce="n", qop="auth-int"'), [
    challenge({ realm: 'a', nonce: 'n', qop: 'auth-int' }),
  ])
  assert.deepEqual(parseChallenges('Digest realm="a", nonce="n", qop="auth-conf"'), [])
  assert.deepEqual(parseChallenges(',,= ,"'), [])
})

test('of several algorithms for one realm the first supported one is used', () => {
  const auth = createAuthenticator('u', 'p')
  const offered = [
    'Digest realm="a", nonce="1", algorithm=X',
    'Digest realm="a", nonce="2", algorithm=SHA-256',
    'Digest realm="a", nonce="3"',
  ]
  assert.ok(auth.challenged(unauthorized(...offered), new Map()))
  const [only, ...more] = auth.headers('INVITE', 'sip:x')
  assert.match(only![1], /nonce="2".*algorithm=SHA-256/)
  assert.deepEqual(more, [])
})

function unauthorized(...values: string[]) {
  return {
    status: 401,
    reason: '',
    body: '',
    headers: values.map((value): [string, string] => ['www-authenticate', value]),
  }
}

test('known challenges are answered in advance, with a growing count, once per realm', () => {
  const auth = createAuthenticator('u', 'p')
  assert.deepEqual(auth.headers('BYE', 'sip:x'), [])
  assert.ok(
    auth.challenged(unauthorized('Digest realm="a", nonce="1", qop="auth"', 'Digest realm="b", nonce="2"'), new Map()),
  )
  const first = auth.headers('INVITE', 'sip:x')
  assert.equal(first.length, 2)
  assert.match(first[0]![1], /realm="a".*qop=auth, nc=00000001/)
  assert.match(auth.headers('BYE', 'sip:x')[0]![1], /nc=00000002/)
})

test('a second challenge is answered once more when its nonce is new or stale, and a third one is not', () => {
  const auth = createAuthenticator('u', 'p')
  for (const again of ['nonce="2"', 'nonce="2", stale=TRUE', 'nonce="1", stale=true']) {
    const attempts = new Map()
    assert.ok(auth.challenged(unauthorized('Digest realm="a", nonce="1"'), attempts))
    assert.ok(auth.challenged(unauthorized(`Digest realm="a", ${again}`), attempts), again)
    assert.ok(!auth.challenged(unauthorized('Digest realm="a", nonce="3", stale=true'), attempts), again)
  }
  const refused = new Map()
  assert.ok(auth.challenged(unauthorized('Digest realm="a", nonce="4"'), refused))
  assert.ok(!auth.challenged(unauthorized('Digest realm="a", nonce="4"'), refused))
  assert.ok(!auth.challenged(unauthorized('Basic realm="a"'), new Map()))
})
