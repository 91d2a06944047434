import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestServer } from '../../../test/server.ts'
import type { Principal } from '../context.ts'
import { createShares } from '../database/shares.ts'
import { AppError } from '../errors.ts'
import { type Caller, createRateLimiter } from './rate-limit.ts'

const limits = { perCredential: 5, perWorkspace: 25, perPublicAddress: 2, perReadingAddress: 9, perSenderAddress: 4 }
const anonymous: Principal = { kind: 'public' }
const order = { access: 'public', kind: 'write' } as const
const page = { access: 'public', kind: 'read' } as const
const membersOnly = { access: 'user', kind: 'read' } as const

const caller = (more: Partial<Caller>): Caller => ({
  principal: anonymous,
  address: '192.0.2.1',
  workspaceId: null,
  route: membersOnly,
  ...more,
})

/** Returns how many of these requests are admitted. */
function admitted(requests: number, count: (place: number) => void): number {
  return Array.from({ length: requests }, (_, place) => {
    try {
      count(place)
      return true
    } catch (error) {
      assert.ok(error instanceof AppError && error.status === 429 && error.retryAfterSeconds)
      return false
    }
  }).filter(Boolean).length
}

test('each kind of request without a credential has a limit of its own', () => {
  const limiter = createRateLimiter(limits, createShares())
  const webhook = { ...order, rawBody: true }
  const passed = (more: Partial<Caller>) => admitted(30, () => limiter.count(caller(more)))
  assert.equal(passed({ route: order }), 2)
  assert.equal(passed({ route: page }), 9)
  // A platform posts from few addresses.
  assert.equal(passed({ route: webhook }), 4)
  assert.equal(passed({ route: webhook, address: '192.0.2.2' }), 4)
  assert.equal(passed({ route: order, address: '192.0.2.2' }), 2)
  assert.equal(passed({ principal: { kind: 'user', userId: 'u', sessionId: 's' } }), 5)
})

test('each visitor of a shop has a limit of their own, and those of one address have one together', () => {
  const limiter = createRateLimiter(limits, createShares())
  const passed = (guestId: string) => admitted(5, () => limiter.count(caller({ route: order, guestId })))
  assert.deepEqual(['a', 'b', 'c', 'd', 'e', 'f'].map(passed), [2, 2, 2, 2, 1, 0])
})

test('many sessions of one user have a limit together', () => {
  const limiter = createRateLimiter(limits, createShares())
  const principal = (i: number): Principal => ({ kind: 'user', userId: 'ana', sessionId: `${i % 10}` })
  assert.equal(
    admitted(60, (i) => limiter.count(caller({ principal: principal(i) }))),
    15,
  )
})

test('many keys of one workspace have a limit together once they are known, made-up ones for each address', () => {
  const shares = createShares()
  const limiter = createRateLimiter(limits, shares)
  const key = (i: number, address = '192.0.2.1') =>
    caller({ principal: { kind: 'api_key', hash: Buffer.from(`${i}`) }, address })
  assert.equal(
    admitted(60, (i) => limiter.count(key(i))),
    5,
  )
  const people = ['ana', 'ben', 'cai', 'dee', 'eva']
  for (let i = 0; i < 20; i++) {
    shares.note(key(i), { user_id: people[i % people.length] as string, workspace_id: 'w', role: null })
  }
  // Each address counts the made-up ones by itself.
  assert.equal(
    admitted(200, (i) => limiter.count(key(i % 20, `192.0.2.${i}`))),
    25,
  )
})

test('the keys of a workspace cannot have more together than it may have', async () => {
  const server = await startTestServer({ RATE_LIMIT_PER_MINUTE: '30', RATE_LIMIT_WORKSPACE_PER_MINUTE: '60' })
  const ana = await server.signUp()
  const keys: string[] = []
  for (let i = 0; i < 10; i++) {
    keys.push((await ana.post('/api/api-keys', { name: `Key ${i}`, scopes: ['contacts:read'] })).body.key)
  }
  let passed = 0
  for (let i = 0; i < 100; i++) {
    const { status } = await server.anyone.get('/api/contacts', { 'x-api-key': keys[i % keys.length] as string })
    if (status === 200) passed++
    else assert.equal(status, 429)
  }
  // The first use of each key counts for its address, since nothing is known of it yet.
  assert.ok(passed >= 40 && passed <= 70, `${passed} passed`)
})
