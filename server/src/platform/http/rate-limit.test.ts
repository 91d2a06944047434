import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../context.ts'
import { AppError } from '../errors.ts'
import { createRateLimiter } from './rate-limit.ts'

const limits = { perCredential: 5, perPublicAddress: 2, perSenderAddress: 4 }
const nobody: Principal = { kind: 'public' }
const reply = { header: () => reply } as unknown as FastifyReply
const from = (ip: string) => ({ ip }) as FastifyRequest

/** How many of ten requests get through. */
function admitted(count: (place: number) => void): number {
  return Array.from({ length: 10 }, (_, place) => {
    try {
      count(place)
      return true
    } catch (error) {
      assert.ok(error instanceof AppError && error.status === 429 && error.retryAfterSeconds)
      return false
    }
  }).filter(Boolean).length
}

test('webhooks have a limit of their own, because a platform posts from few addresses', () => {
  const limiter = createRateLimiter(limits)
  const page = { access: 'public' } as const
  const webhook = { access: 'public', rawBody: true } as const
  const request = from('192.0.2.1')
  assert.equal(
    admitted(() => limiter.count(nobody, page, request, reply)),
    2,
  )
  assert.equal(
    admitted(() => limiter.count(nobody, webhook, request, reply)),
    4,
  )
  assert.equal(
    admitted(() => limiter.count(nobody, webhook, from('192.0.2.2'), reply)),
    4,
  )
  const user: Principal = { kind: 'user', userId: 'u', sessionId: 's' }
  assert.equal(
    admitted(() => limiter.count(user, page, request, reply)),
    5,
  )
})
