import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { AppError } from '../../../platform/errors.ts'
import { hashPassword, isOutdated, isPassword, requireAcceptablePassword } from './passwords.ts'

test('a password is checked as a whole: nothing is trimmed, folded or cut', async () => {
  const password = `${'a'.repeat(80)} Zß\u{1f3b5}\0end`
  const stored = await hashPassword(password)
  assert.equal(await isPassword(password, stored), true)
  assert.equal(await isPassword(`${'a'.repeat(80)} Zß\u{1f3b5}\0other`, stored), false)
  assert.equal(await isPassword(` ${password}`, stored), false)
  assert.equal(await isPassword(password.slice(0, 72), stored), false)
})

test('nobody has no password', async () => {
  assert.equal(await isPassword('nobody has this password', null), false)
})

test('bcrypt hashes brought along are accepted, and outdated; so are argon2id hashes with less work', async () => {
  const stored = await bcrypt('secret one', { cost: 4 })
  assert.equal(await isPassword('secret one', stored), true)
  assert.equal(await isPassword('secret two', stored), false)
  assert.equal(isOutdated(stored), true)
  assert.equal(isOutdated(await argon2('secret one', { memoryCost: 8192, timeCost: 1, parallelism: 1 })), true)
  assert.equal(isOutdated(await hashPassword('secret one')), false)
})

test('how long a password may be', () => {
  requireAcceptablePassword('123456', 6)
  requireAcceptablePassword('x'.repeat(128), 6)
  assert.throws(() => requireAcceptablePassword('12345', 6), /at least 6 characters/)
  assert.throws(() => requireAcceptablePassword('x'.repeat(129), 6), /at most 128 characters/)
})

test('a crowd waits its turn, and beyond the queue is told to come back', async () => {
  const stored = await bcrypt('secret one', { cost: 4 })
  const results = await Promise.allSettled(Array.from({ length: 150 }, () => isPassword('secret one', stored)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.ok(refused.length > 0 && refused.length <= 50, `${refused.length} refused`)
  for (const { reason } of refused) {
    assert.ok(reason instanceof AppError && reason.status === 503 && reason.retryAfterSeconds === 2)
  }
  assert.equal(await isPassword('secret one', stored), true)
})
