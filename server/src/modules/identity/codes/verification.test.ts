import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { codeIn, messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { startTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'

const server = await startTestServer()
const database = () => serverContext(server.app.services, { workspaceId: null }).db

/** Moves all messages into the past by this much. */
const ageSending = statement(
  'test.age_sending',
  (_, p: { seconds: number }) =>
    sql`update identity.attempts
         set times = array(select t - make_interval(secs => ${p.seconds}::int) from unnest(times) t order by t)`,
)
const expireCodes = statement('test.expire_codes', () => sql`update identity.codes set expires_at = now()`)
const storedCodes = statement(
  'test.stored_codes',
  () => sql<{ row: string }>`
    select c::text as row from identity.codes c union all
    select m::text from platform.outgoing_messages m`,
)

const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('an e-mail address is verified with the code that was sent to it', async () => {
  const ana = await server.signUp()
  const sent = await ana.post('/api/users/verify', { type: 'email' })
  assert.equal(sent.status, 200, sent.text)
  assert.equal(sent.body.email_verified, false)
  const lifeMs = Date.parse(sent.body.expires_at) - Date.now()
  assert.ok(lifeMs > 9 * 60_000 && lifeMs <= 10 * 60_000 + 5000)
  const code = codeIn((await nthMessageTo(server, ana.email, 1)).text)
  assert.ok(!sent.text.includes(code))

  const wrong = await ana.post('/api/users/verify', { type: 'email', code: another(code) })
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'invalid_code'])
  const right = await ana.post('/api/users/verify', { type: 'email', code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })
  assert.deepEqual([right.status, right.body.email_verified], [200, true])
  assert.equal((await ana.get('/api/auth/me')).body.email_verified, true)
  assert.equal((await ana.post('/api/users/verify', { type: 'email', code })).status, 400, 'a code is valid once')
  assert.equal((await ana.post('/api/users/verify', { type: 'email' })).body.code, 'already_verified')
})

test('a telephone number is verified by SMS, and a change resets that', async () => {
  const ben = await server.signUp()
  assert.equal((await ben.post('/api/users/verify', { type: 'phone' })).body.code, 'no_phone')
  await ben.patch(`/api/profiles/${ben.userId}`, { phone: 'call me' })
  assert.equal((await ben.post('/api/users/verify', { type: 'phone' })).body.code, 'invalid_input')
  await ben.patch(`/api/profiles/${ben.userId}`, { phone: '+49 30 1234567' })
  assert.equal((await ben.post('/api/users/verify', { type: 'phone' })).status, 200)
  const message = await nthMessageTo(server, '+49301234567', 1)
  assert.equal(message.channel, 'sms')
  const code = codeIn(message.text)

  assert.equal((await ben.post('/api/users/verify', { type: 'email', code })).status, 400, 'not for another purpose')
  await ben.patch(`/api/profiles/${ben.userId}`, { phone: '+49 30 7654321' })
  assert.equal((await ben.post('/api/users/verify', { type: 'phone', code })).status, 400, 'not for another number')
  await ben.patch(`/api/profiles/${ben.userId}`, { phone: '+49 30 1234567' })
  assert.equal((await ben.post('/api/users/verify', { type: 'phone', code })).body.phone_verified, true)
  await ben.patch(`/api/profiles/${ben.userId}`, { phone: '+49 30 7654321' })
  assert.equal((await ben.get('/api/auth/me')).body.phone_verified, false)
})

test('after five attempts the right code is refused too', async () => {
  const cem = await server.signUp()
  await cem.post('/api/users/verify', { type: 'email' })
  const code = codeIn((await nthMessageTo(server, cem.email, 1)).text)
  for (let i = 0; i < 5; i++) await cem.post('/api/users/verify', { type: 'email', code: another(code) })
  assert.equal((await cem.post('/api/users/verify', { type: 'email', code })).status, 400)
})

test('a code is valid only for its user, for ten minutes, and until a newer one is sent', async () => {
  const [dana, eve] = [await server.signUp(), await server.signUp()]
  await dana.post('/api/users/verify', { type: 'email' })
  const first = codeIn((await nthMessageTo(server, dana.email, 1)).text)
  await eve.post('/api/users/verify', { type: 'email' })
  assert.equal((await eve.post('/api/users/verify', { type: 'email', code: first })).status, 400)
  await database().all(ageSending, { seconds: 61 })
  await dana.post('/api/users/verify', { type: 'email' })
  const second = codeIn((await nthMessageTo(server, dana.email, 2)).text)
  if (first !== second) {
    assert.equal((await dana.post('/api/users/verify', { type: 'email', code: first })).status, 400)
  }
  await database().all(expireCodes, {})
  assert.equal((await dana.post('/api/users/verify', { type: 'email', code: second })).status, 400)
})

test('one address gets at most one message a minute and five an hour', async () => {
  const flo = await server.signUp()
  const ask = () => flo.post('/api/users/verify', { type: 'email' })
  await database().all(ageSending, { seconds: 3600 })
  assert.equal((await ask()).status, 200)
  const soon = await ask()
  assert.equal(soon.status, 429)
  assert.ok(Number(soon.headers.get('retry-after')) <= 60)
  for (let i = 0; i < 4; i++) {
    await database().all(ageSending, { seconds: 61 })
    assert.equal((await ask()).status, 200)
  }
  await database().all(ageSending, { seconds: 61 })
  assert.equal((await ask()).status, 429)
  assert.equal((await messagesTo(server, flo.email)).length, 5)
})

test('of a hundred concurrent attempts with the right code one succeeds', async () => {
  await database().all(ageSending, { seconds: 3600 })
  const gil = await server.signUp()
  await gil.post('/api/users/verify', { type: 'email' })
  const code = codeIn((await nthMessageTo(server, gil.email, 1)).text)
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => gil.post('/api/users/verify', { type: 'email', code })),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  const refused = answers.filter(({ body }) => ['invalid_code', 'too_many_requests'].includes(body.code))
  assert.equal(refused.length, 99)
})

test('codes and messages are not readable in the database', async () => {
  await database().all(ageSending, { seconds: 3600 })
  const hal = await server.signUp()
  await hal.post('/api/users/verify', { type: 'email' })
  const code = codeIn((await nthMessageTo(server, hal.email, 1)).text)
  const rows = await database().all(storedCodes, {})
  assert.ok(rows.some(({ row }) => row.includes(hal.email)))
  assert.ok(!rows.some(({ row }) => new RegExp(`\\b${code}\\b`).test(row)))
})

test('a code can be sent to a new telephone number, which is stored when the code is confirmed', async () => {
  await database().all(ageSending, { seconds: 3600 })
  const ida = await server.signUp()
  await ida.patch(`/api/profiles/${ida.userId}`, { phone: '+49 30 2223334' })
  const phone = async () => {
    const { body } = await ida.get('/api/auth/me')
    return [body.phone, body.phone_verified]
  }
  const verify = (more: object) => ida.post('/api/users/verify', { type: 'phone', ...more })
  assert.equal((await verify({ contact: '+49 151 2345 6789' })).status, 200)
  assert.deepEqual(await phone(), ['+49 30 2223334', false], 'nothing has changed yet')
  const code = codeIn((await nthMessageTo(server, '+4915123456789', 1)).text)
  assert.equal((await verify({ code, contact: '+49 30 2223334' })).status, 400, 'not for another number')

  await database().all(ageSending, { seconds: 3600 })
  assert.equal((await verify({ contact: '+49 151 2345 6789' })).status, 200)
  const second = codeIn((await nthMessageTo(server, '+4915123456789', 2)).text)
  assert.deepEqual((await verify({ code: second })).body.phone_verified, true)
  assert.deepEqual(await phone(), ['+4915123456789', true])
  assert.equal((await verify({ contact: '+49 (151) 23456789' })).body.code, 'already_verified')
  assert.equal((await verify({ contact: 'call me' })).body.details[0].path, 'body.contact')
})

test('a code for an e-mail address is sent to the address of the account only', async () => {
  await database().all(ageSending, { seconds: 3600 })
  const [jan, kim] = [await server.signUp(), await server.signUp()]
  const send = (contact: string) => jan.post('/api/users/verify', { method: 'email', contact })
  assert.equal((await send(kim.email)).body.details[0].path, 'body.contact')
  assert.equal((await messagesTo(server, kim.email)).length, 0)
  assert.equal((await send(jan.email.toUpperCase())).status, 200)
})
