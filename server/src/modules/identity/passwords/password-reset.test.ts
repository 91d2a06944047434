import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { startTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'
import { sendPasswordReset } from './password-reset.ts'

const server = await startTestServer({ PASSWORD_RESET_URL: 'https://app.example.com/new-password?lang=en' })
const database = () => serverContext(server.app.services, { workspaceId: null }).db

const forget = statement('test.forget_attempts', () => sql`delete from identity.attempts`)
const expire = statement('test.expire_resets', () => sql`update identity.password_resets set expires_at = now()`)
const resets = statement(
  'test.resets',
  () => sql<{ row: string }>`select r::text as row from identity.password_resets r`,
)

const ask = async (email: string) => {
  await database().all(forget, {})
  return server.anyone.post('/api/auth/forgot-password', { email })
}
const tokenFor = async (email: string, n = 1) => {
  const { text } = await nthMessageTo(server, email, n)
  return new URL(/https:\S+/.exec(text ?? '')![0]).searchParams.get('token')!
}
const reset = (token: string, password: string) => server.anyone.post('/api/auth/reset-password', { token, password })
const login = (email: string, password: string) => server.anyone.post('/api/auth/login', { email, password })

test('a forgotten password is replaced by a mailed link, which is valid once and ends every session', async () => {
  const ana = await server.signUp()
  await login(ana.email, 'wrong password')
  assert.equal((await ask(ana.email.toUpperCase())).status, 200)
  const { text } = await nthMessageTo(server, ana.email, 1)
  assert.match(text!, /https:\/\/app\.example\.com\/new-password\?lang=en&token=[\w-]{43}\s/)
  const token = await tokenFor(ana.email)
  assert.ok(!(await database().all(resets, {})).some(({ row }) => row.includes(token)))

  const short = await reset(token, '123')
  assert.deepEqual([short.status, short.body.details[0].path], [400, 'body.password'])
  assert.equal((await reset(token, 'another horse battery')).status, 200)
  assert.equal((await ana.get('/api/auth/me')).status, 401)
  assert.equal((await login(ana.email, ana.password)).status, 401)
  assert.equal((await login(ana.email, 'another horse battery')).status, 200)
  assert.equal((await reset(token, 'a third horse battery')).body.code, 'invalid_token')
})

test('an unknown address gets the same response, and no mail', async () => {
  const known = await server.signUp()
  const [a, b] = [await ask(known.email), await ask('unknown@example.com')]
  assert.deepEqual([b.status, b.text], [a.status, a.text])
  await nthMessageTo(server, known.email, 1)
  const ctx = serverContext(server.app.services, { workspaceId: null })
  await sendPasswordReset.run(ctx, { email: 'unknown@example.com', address: '127.0.0.1' })
  assert.deepEqual(await messagesTo(server, 'unknown@example.com'), [])
})

test('of several concurrent uses of a link one succeeds, and older links become invalid', async () => {
  const ben = await server.signUp()
  await ask(ben.email)
  const older = await tokenFor(ben.email)
  await ask(ben.email)
  const token = await tokenFor(ben.email, 2)
  await database().all(forget, {})
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => reset(token, `horse battery ${i}`)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(answers.filter(({ body }) => body.code === 'invalid_token').length, 7)
  assert.equal((await reset(older, 'yet another battery')).status, 400)
})

test('a link expires, and attempts are limited', async () => {
  const cem = await server.signUp()
  await ask(cem.email)
  const token = await tokenFor(cem.email)
  await database().all(expire, {})
  assert.equal((await reset(token, 'another horse battery')).status, 400)
  await database().all(forget, {})
  const statuses = []
  for (let i = 0; i < 21; i++) statuses.push((await reset(`guess ${i}`, 'another horse battery')).status)
  assert.deepEqual(statuses, [...Array(20).fill(400), 429])
  assert.equal((await server.anyone.post('/api/auth/forgot-password', { email: 'no address' })).status, 400)
})

test('a reset verifies the address, and revokes sessions and API keys of a user who registered it without owning it', async () => {
  const ana = await server.signUp()
  const newKey = async (token: string) => {
    const body = { name: 'mine', scopes: ['contacts:read'] }
    const { body: made } = await server.anyone.post('/api/api-keys', body, { authorization: `Bearer ${token}` })
    return async () => (await server.anyone.get('/api/contacts', { 'x-api-key': made.key })).status
  }
  const withFirst = await newKey(ana.token)
  assert.equal(await withFirst(), 200)
  await ask(ana.email)
  await reset(await tokenFor(ana.email), 'another horse battery')
  assert.equal(await withFirst(), 401)
  const { body: signedIn } = await login(ana.email, 'another horse battery')
  assert.equal(signedIn.user.email_verified, true)

  // Once the address is verified, a reset keeps the API keys.
  const withSecond = await newKey(signedIn.token)
  await ask(ana.email)
  await reset(await tokenFor(ana.email, 2), 'a third horse battery')
  assert.equal(await withSecond(), 200)
})
