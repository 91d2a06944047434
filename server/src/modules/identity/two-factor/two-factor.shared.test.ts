import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../../../test/client.ts'
import { messagesTo } from '../../../../test/mailbox.ts'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'
import { addApp, appCode, beginSignIn, forgetUsedCodes } from '../../../../test/two-factor.ts'
import { otpauthUri } from './totp.ts'

const server = await sharedTestServer()
const { pool } = server.app.services.connections
const finish = (two_factor_token: string, factor: object) =>
  server.anyone.post('/api/auth/two-factor/sign-in', { two_factor_token, ...factor })
const stateOf = async (user: SignedUp) => (await user.get('/api/auth/two-factor')).body
const subjectsTo = async ({ email }: SignedUp) => (await messagesTo(server, email)).map(({ subject }) => subject)

test('an authenticator app is required only after its first code is confirmed', async () => {
  const ana = await server.signUp()
  assert.deepEqual(await stateOf(ana), {
    enabled: false,
    methods: [],
    totp: null,
    passkeys: [],
    recovery_codes_left: 0,
  })
  const wrong = await ana.post('/api/auth/two-factor/totp', { password: 'wrong password' })
  assert.deepEqual([wrong.status, wrong.body.details[0].path], [400, 'body.password'])
  const { status, body } = await ana.post('/api/auth/two-factor/totp', { password: ana.password })
  assert.equal(status, 200)
  assert.equal(body.otpauth_uri, otpauthUri(body.secret, ana.email))
  // Not yet: an app that does not work must not lock the user out.
  assert.equal((await server.anyone.post('/api/auth/login', ana)).status, 200)
  const other = (Number(appCode(body.secret)) + 1) % 1_000_000
  const refused = await ana.post('/api/auth/two-factor/totp/confirm', { code: String(other).padStart(6, '0') })
  assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_code'])
  const confirmed = await ana.post('/api/auth/two-factor/totp/confirm', { code: appCode(body.secret) })
  assert.equal(confirmed.body.enabled, true)
  assert.equal(new Set(confirmed.body.recovery_codes).size, 10)
  const state = await stateOf(ana)
  assert.deepEqual([state.enabled, state.methods, state.recovery_codes_left], [true, ['totp', 'recovery_code'], 10])
  const again = await ana.post('/api/auth/two-factor/totp', { password: ana.password })
  assert.deepEqual([again.status, again.body.code], [409, 'totp_enabled'])
  assert.deepEqual(await subjectsTo(ana), ['Your second factor has changed'])
})

test('the secret is encrypted, the recovery codes are hashed, and logs contain neither', async () => {
  const ben = await server.signUp()
  const { secret, recoveryCodes } = await addApp(ben)
  const tables = ['authenticator_apps', 'recovery_codes', 'audit_log']
  for (const table of tables) {
    const { rows } = await pool.query(`select * from identity.${table}`)
    for (const kept of [secret, ...recoveryCodes]) assert.ok(!JSON.stringify(rows).includes(kept), table)
  }
  const { rows: events } = await pool.query('select data from platform.events')
  const written = JSON.stringify(events) + server.logLines.join('\n')
  for (const kept of [secret, ...recoveryCodes]) assert.ok(!written.includes(kept))
})

test('a login returns a token instead of a session; a code completes it, once', async () => {
  const cara = await server.signUp()
  const { secret } = await addApp(cara)
  const asked = await server.anyone.post('/api/auth/login', cara)
  assert.deepEqual(
    [asked.status, asked.body.code, asked.body.methods, asked.body.expires_in],
    [403, 'two_factor_required', ['totp', 'recovery_code'], 300],
  )
  assert.equal(asked.body.message, asked.body.error)
  assert.deepEqual(asked.headers.getSetCookie(), [])
  assert.ok(!('access_token' in asked.body) && !('session' in asked.body))

  const { two_factor_token } = asked.body
  const { status, body, headers } = await finish(two_factor_token, { code: appCode(secret, 1) })
  assert.equal(status, 200)
  assert.equal(body.user.id, cara.userId)
  assert.deepEqual(
    headers.getSetCookie().map((cookie) => cookie.split('=')[0]),
    ['sb_access', 'sb_refresh', 'sb_device'],
  )
  const signedIn = createClient(server.url, { authorization: `Bearer ${body.access_token}` })
  assert.equal((await signedIn.get('/api/auth/me')).status, 200)

  await forgetUsedCodes(server, cara)
  const twice = await finish(two_factor_token, { code: appCode(secret) })
  assert.deepEqual([twice.status, twice.body.code], [403, 'two_factor_expired'])
})

test('a code is valid once, even for another sign-in, and earlier codes become invalid', async () => {
  const dan = await server.signUp()
  const app = await addApp(dan)
  const replayed = await finish(await beginSignIn(server, dan), { code: app.code })
  assert.deepEqual([replayed.status, replayed.body.code], [400, 'invalid_code'])
  const tokens = await Promise.all(Array.from({ length: 5 }, () => beginSignIn(server, dan)))
  const code = appCode(app.secret, 1)
  const answers = await Promise.all(tokens.map((token) => finish(token, { code })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400])
  const earlier = await finish(await beginSignIn(server, dan), { code: app.code })
  assert.deepEqual([earlier.status, earlier.body.code], [400, 'invalid_code'])
})

test('of 50 concurrent uses of one recovery code exactly one succeeds', async () => {
  const eve = await server.signUp()
  const { recoveryCodes } = await addApp(eve)
  // One address may have five attempts at a time.
  const tokens: string[] = []
  for (let i = 0; i < 10; i++) {
    tokens.push(...(await Promise.all(Array.from({ length: 5 }, () => beginSignIn(server, eve)))))
  }
  const [recovery_code] = recoveryCodes
  const answers = await Promise.all(tokens.map((token) => finish(token, { recovery_code })))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.ok(answers.every(({ status }) => [200, 400, 429].includes(status)))
  assert.ok((await subjectsTo(eve)).length === 2, 'a mail about the app, and one about the code')
  const { rows } = await pool.query(
    `select count(*)::int as used from identity.recovery_codes where user_id = $1 and used_at is not null`,
    [eve.userId],
  )
  assert.equal(rows[0].used, 1)
})

test('recovery codes are accepted in any spelling; new ones invalidate the old', async () => {
  const fay = await server.signUp()
  const { recoveryCodes } = await addApp(fay)
  const typed = recoveryCodes[0]!.toLowerCase().replaceAll('-', ' ')
  assert.equal((await finish(await beginSignIn(server, fay), { recovery_code: typed })).status, 200)
  assert.equal((await stateOf(fay)).recovery_codes_left, 9)
  const { body } = await fay.post('/api/auth/two-factor/recovery-codes', { password: fay.password })
  assert.equal(body.recovery_codes.length, 10)
  const old = await finish(await beginSignIn(server, fay), { recovery_code: recoveryCodes[1] })
  assert.deepEqual([old.status, old.body.details[0].path], [400, 'body.recovery_code'])
  const fresh = await finish(await beginSignIn(server, fay), { recovery_code: body.recovery_codes[0] })
  assert.equal(fresh.status, 200)
})

test('a token allows five attempts, and all tokens of an account ten wrong ones before a delay', async () => {
  const gus = await server.signUp()
  const { secret } = await addApp(gus)
  const wrong = '000000' === appCode(secret, 1) || '000000' === appCode(secret) ? '111111' : '000000'
  const first = await beginSignIn(server, gus)
  for (let i = 0; i < 5; i++) assert.equal((await finish(first, { code: wrong })).body.code, 'invalid_code')
  const sixth = await finish(first, { code: appCode(secret, 1) })
  assert.deepEqual([sixth.status, sixth.body.code], [403, 'two_factor_expired'])
  const second = await beginSignIn(server, gus)
  for (let i = 0; i < 5; i++) assert.equal((await finish(second, { code: wrong })).body.code, 'invalid_code')
  // After ten wrong codes the delay grows from one second, so an immediate second attempt is refused on any machine.
  const third = await beginSignIn(server, gus)
  const answers = await Promise.all(Array.from({ length: 4 }, () => finish(third, { code: wrong })))
  assert.ok(answers.some(({ status, headers }) => status === 429 && Number(headers.get('retry-after')) >= 1))
  const { rows } = await pool.query(
    `select count(*)::int as lines from identity.audit_log where user_id = $1 and action = 'session.refused'`,
    [gus.userId],
  )
  assert.ok(rows[0].lines >= 10)
})

test("another user's factor does not complete a sign-in", async () => {
  const [hal, ida] = [await server.signUp(), await server.signUp()]
  const app = await addApp(hal)
  const other = await addApp(ida)
  const token = await beginSignIn(server, hal)
  assert.equal((await finish(token, { code: appCode(other.secret, 1) })).status, 400)
  assert.equal((await finish(token, { recovery_code: other.recoveryCodes[0] })).status, 400)
  assert.equal((await finish(token, { recovery_code: app.recoveryCodes[0] })).status, 200)
  const made = await finish('k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc', { recovery_code: app.recoveryCodes[1] })
  assert.deepEqual([made.status, made.body.code], [403, 'two_factor_expired'])
})

test('a token expires after five minutes, after a password change, and after a suspension', async () => {
  const jim = await server.signUp()
  const { recoveryCodes } = await addApp(jim)
  const expired = async (token: string) =>
    assert.equal((await finish(token, { recovery_code: recoveryCodes[0] })).body.code, 'two_factor_expired')
  const late = await beginSignIn(server, jim)
  await pool.query(
    `update identity.pending_sign_ins set expires_at = expires_at - interval '5 minutes' where user_id = $1`,
    [jim.userId],
  )
  await expired(late)
  const before = await beginSignIn(server, jim)
  const change = { current_password: jim.password, new_password: 'another horse battery' }
  assert.equal((await jim.post('/api/auth/password', change)).status, 200)
  await expired(before)
  const active = await beginSignIn(server, { email: jim.email, password: 'another horse battery' })
  await pool.query('update identity.users set suspended_at = now() where id = $1', [jim.userId])
  await expired(active)
})

test('a first factor ends the sessions that began without it; removing it needs proof and ends the other sessions', async () => {
  const kim = await server.signUp()
  const { body: elsewhere } = await server.anyone.post('/api/auth/login', kim)
  const other = createClient(server.url, { authorization: `Bearer ${elsewhere.access_token}` })
  const { secret } = await addApp(kim)
  assert.equal((await other.get('/api/auth/me')).status, 401)
  assert.equal((await kim.get('/api/auth/me')).status, 200)

  const code = appCode(secret, 1)
  const { body: second } = await finish(await beginSignIn(server, kim), { code })
  const later = createClient(server.url, { authorization: `Bearer ${second.access_token}` })
  assert.equal((await kim.delete('/api/auth/two-factor', {})).body.details[0].path, 'body.password')
  assert.equal((await kim.delete('/api/auth/two-factor/totp', { password: 'wrong password' })).status, 400)
  assert.equal((await kim.delete('/api/auth/two-factor/totp', { code })).status, 400, 'was used')
  await forgetUsedCodes(server, kim)
  assert.equal((await kim.delete('/api/auth/two-factor/totp', { code: appCode(secret, 1) })).status, 200)
  assert.equal((await later.get('/api/auth/me')).status, 401)
  assert.deepEqual(await stateOf(kim), {
    enabled: false,
    methods: [],
    totp: null,
    passkeys: [],
    recovery_codes_left: 0,
  })
  assert.equal((await server.anyone.post('/api/auth/login', kim)).status, 200)
  const { rows } = await pool.query(
    `select action from identity.audit_log where user_id = $1 and action like 'two_factor.%' order by id`,
    [kim.userId],
  )
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['two_factor.totp_added', 'two_factor.totp_removed'],
  )
  assert.equal((await subjectsTo(kim)).length, 2)
})

test('API keys do not need a second factor; the export lists the factors without their secrets', async () => {
  const lea = await server.signUp()
  const { body: key } = await lea.post('/api/api-keys', { name: 'till', scopes: ['contacts:read'] })
  const { secret, recoveryCodes } = await addApp(lea)
  const byKey = createClient(server.url, { 'x-api-key': key.key })
  assert.equal((await byKey.get('/api/contacts')).status, 200)
  const { body } = await lea.get('/api/auth/me/export')
  assert.deepEqual(Object.keys(body.authenticator_apps[0]).sort(), ['confirmed_at', 'created_at', 'id'])
  assert.equal(body.recovery_codes.length, 10)
  for (const kept of [secret, ...recoveryCodes]) assert.ok(!JSON.stringify(body).includes(kept))
  assert.equal((await lea.delete('/api/auth/me', { password: lea.password })).status, 200)
  const { rows } = await pool.query('select 1 from identity.recovery_codes where user_id = $1', [lea.userId])
  assert.equal(rows.length, 0)
})
