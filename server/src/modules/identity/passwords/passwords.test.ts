import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as argon2, parseOptions } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import type { TestAnswer } from '../../../../test/client.ts'
import { startTestServer } from '../../../../test/server.ts'
import { readConfig } from '../../../config.ts'
import { AppError } from '../../../platform/errors.ts'
import { hashPassword, isOutdated, isPassword, placeholderHash, requireAcceptablePassword } from './passwords.ts'

test('a password is checked as a whole: nothing is trimmed, folded or cut', async () => {
  const password = `${'a'.repeat(80)} Zß\u{1f3b5}\0end`
  const stored = await hashPassword(password)
  assert.equal(await isPassword(password, stored), true)
  assert.equal(await isPassword(`${'a'.repeat(80)} Zß\u{1f3b5}\0other`, stored), false)
  assert.equal(await isPassword(` ${password}`, stored), false)
  assert.equal(await isPassword(password.slice(0, 72), stored), false)
})

test('nobody has no password, which costs as much as having one', async () => {
  assert.equal(await isPassword('nobody has this password', placeholderHash), true)
  assert.equal(await isPassword('nobody has this password', null), false)
  assert.deepEqual(parseOptions(placeholderHash), parseOptions(await hashPassword('somebody has this one')))
})

test('bcrypt hashes brought along are accepted, and outdated; so are argon2id hashes with less work', async () => {
  const stored = await bcrypt('secret one', 4)
  assert.equal(await isPassword('secret one', stored), true)
  assert.equal(await isPassword('secret two', stored), false)
  assert.equal(isOutdated(stored), true)
  assert.equal(isOutdated(await argon2('secret one', { memoryCost: 8192, timeCost: 1, parallelism: 1 })), true)
  assert.equal(isOutdated(await hashPassword('secret one')), false)
})

const rules = { minPasswordLength: 6, refuseCommonPasswords: true }

test('how long a password may be', () => {
  requireAcceptablePassword('kd82lx', rules)
  requireAcceptablePassword('x'.repeat(128), rules)
  assert.throws(() => requireAcceptablePassword('12345', rules), /at least 6 characters/)
  assert.throws(() => requireAcceptablePassword('x'.repeat(129), rules), /at most 128 characters/)
})

test('passwords that are guessed first are refused, in whatever case, where that is asked for', () => {
  for (const password of ['123456', 'password', 'Password123', 'QWERTYUIOP', 'iloveyou', 'football']) {
    assert.throws(() => requireAcceptablePassword(password, rules), /guessed first/, password)
    requireAcceptablePassword(password, { ...rules, refuseCommonPasswords: false })
  }
  for (const password of ['correct horse battery', 'password of mine', ' 123456', '__proto__', 'constructor'])
    requireAcceptablePassword(password, rules)
})

test('a server that others reach refuses them at sign-up and at every change; one for trying at home does not', async () => {
  const server = await startTestServer({ PASSWORD_REFUSE_COMMON: 'on' })
  const isGuessedFirst = ({ status, body }: TestAnswer, field: string) =>
    assert.deepEqual([status, body.details[0].path, /guessed first/.test(body.details[0].message)], [400, field, true])
  const account = { email: 'ana@example.com', password: 'iloveyou' }
  for (const path of ['/api/auth/signup', '/api/auth/register'])
    isGuessedFirst(await server.anyone.post(path, account), 'body.password')
  assert.equal((await server.anyone.post('/auth/v1/signup', account)).body.error_code, 'weak_password')
  const ana = await server.signUp()
  const change = { current_password: 'correct horse battery', new_password: 'Iloveyou' }
  isGuessedFirst(await ana.post('/api/auth/password', change), 'body.new_password')
  const reset = { token: 'k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc', password: 'iloveyou' }
  isGuessedFirst(await server.anyone.post('/api/auth/reset-password', reset), 'body.password')

  const { signIn: atHome } = readConfig({})
  const { signIn: reached } = readConfig({ PUBLIC_URL: 'https://app.example.com' })
  assert.deepEqual([atHome.refuseCommonPasswords, reached.refuseCommonPasswords], [false, true])
})

test('a crowd waits its turn, and beyond the queue is told to come back', async () => {
  const stored = await bcrypt('secret one', 4)
  const results = await Promise.allSettled(Array.from({ length: 150 }, () => isPassword('secret one', stored)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.ok(refused.length > 0 && refused.length <= 50, `${refused.length} refused`)
  for (const { reason } of refused) {
    assert.ok(reason instanceof AppError && reason.status === 503 && reason.retryAfterSeconds === 2)
  }
  assert.equal(await isPassword('secret one', stored), true)
})
