import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as argon2, parseOptions } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import type { TestAnswer } from '../../../../test/client.ts'
import { startTestServer } from '../../../../test/server.ts'
import { readConfig } from '../../../config.ts'
import { AppError } from '../../../platform/errors.ts'
import { hashPassword, isOutdated, isPassword, dummyHash, requireAcceptablePassword } from './passwords.ts'

test('a password is compared exactly: it is not trimmed, case-folded or truncated', async () => {
  const password = `${'a'.repeat(80)} Zß\u{1f3b5}\0end`
  const stored = await hashPassword(password)
  assert.equal(await isPassword(password, stored), true)
  assert.equal(await isPassword(`${'a'.repeat(80)} Zß\u{1f3b5}\0other`, stored), false)
  assert.equal(await isPassword(` ${password}`, stored), false)
  assert.equal(await isPassword(password.slice(0, 72), stored), false)
})

test('checking an unknown user does the same work as checking a password', async () => {
  assert.equal(await isPassword('the password of the dummy hash', dummyHash), true)
  assert.equal(await isPassword('the password of the dummy hash', null), false)
  assert.deepEqual(parseOptions(dummyHash), parseOptions(await hashPassword('a real password')))
})

test('imported bcrypt hashes and weaker argon2id hashes are accepted, and reported as outdated', async () => {
  const stored = await bcrypt('secret one', 4)
  assert.equal(await isPassword('secret one', stored), true)
  assert.equal(await isPassword('secret two', stored), false)
  assert.equal(isOutdated(stored), true)
  assert.equal(isOutdated(await argon2('secret one', { memoryCost: 8192, timeCost: 1, parallelism: 1 })), true)
  assert.equal(isOutdated(await hashPassword('secret one')), false)
})

const rules = { minPasswordLength: 6, refuseCommonPasswords: true }

test('a password has a minimum and a maximum length', () => {
  requireAcceptablePassword('kd82lx', rules)
  requireAcceptablePassword('x'.repeat(128), rules)
  assert.throws(() => requireAcceptablePassword('12345', rules), /at least 6 characters/)
  assert.throws(() => requireAcceptablePassword('x'.repeat(129), rules), /at most 128 characters/)
})

test('common passwords are refused in any case, when configured', () => {
  for (const password of ['123456', 'password', 'Password123', 'QWERTYUIOP', 'iloveyou', 'football']) {
    assert.throws(() => requireAcceptablePassword(password, rules), /too common/, password)
    requireAcceptablePassword(password, { ...rules, refuseCommonPasswords: false })
  }
  for (const password of ['correct horse battery', 'password of mine', ' 123456', '__proto__', 'constructor'])
    requireAcceptablePassword(password, rules)
})

test('a public server refuses common passwords at sign-up and at every change; a local one does not', async () => {
  const server = await startTestServer({ PASSWORD_REFUSE_COMMON: 'on' })
  const isTooCommon = ({ status, body }: TestAnswer, field: string) =>
    assert.deepEqual([status, body.details[0].path, /too common/.test(body.details[0].message)], [400, field, true])
  const account = { email: 'ana@example.com', password: 'iloveyou' }
  for (const path of ['/api/auth/signup', '/api/auth/register'])
    isTooCommon(await server.anyone.post(path, account), 'body.password')
  assert.equal((await server.anyone.post('/auth/v1/signup', account)).body.error_code, 'weak_password')
  const ana = await server.signUp()
  const change = { current_password: 'correct horse battery', new_password: 'Iloveyou' }
  isTooCommon(await ana.post('/api/auth/password', change), 'body.new_password')
  const reset = { token: 'k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc', password: 'iloveyou' }
  isTooCommon(await server.anyone.post('/api/auth/reset-password', reset), 'body.password')

  const { signIn: atHome } = readConfig({})
  const { signIn: reached } = readConfig({ PUBLIC_URL: 'https://app.example.com' })
  assert.deepEqual([atHome.refuseCommonPasswords, reached.refuseCommonPasswords], [false, true])
})

test('concurrent hashing is queued, and refused with 503 when the queue is full', async () => {
  const stored = await bcrypt('secret one', 4)
  const results = await Promise.allSettled(Array.from({ length: 150 }, () => isPassword('secret one', stored)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.ok(refused.length > 0 && refused.length <= 50, `${refused.length} refused`)
  for (const { reason } of refused) {
    assert.ok(reason instanceof AppError && reason.status === 503 && reason.retryAfterSeconds === 2)
  }
  assert.equal(await isPassword('secret one', stored), true)
})
