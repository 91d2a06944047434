import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { serverContext } from '../../../platform/services.ts'
import { startTestServer } from '../../../../test/server.ts'
import { passwordWork } from '../passwords/passwords.ts'
import { signIn } from './sign-in.ts'

const password = 'correct horse battery'
const server = await startTestServer()

const database = () => serverContext(server.app.services, { workspaceId: null }).db
const login = (email: string, given = password, cookie?: string) =>
  server.anyone.post('/api/auth/login', { email, password: given }, cookie ? { cookie } : {})

const suspend = statement(
  'test.suspend',
  (_, p: { email: string }) => sql`update identity.users set suspended_at = now() where email = ${p.email}`,
)
const setHash = statement(
  'test.set_hash',
  (_, p: { email: string; hash: string | null }) =>
    sql`update identity.users set password_hash = ${p.hash} where email = ${p.email}`,
)
const readHash = statement(
  'test.read_hash',
  (_, p: { email: string }) =>
    sql<{ password_hash: string }>`select password_hash from identity.users where email = ${p.email}`,
)
/** Moves all attempts into the past by this much. */
const ageAttempts = statement(
  'test.age_attempts',
  (_, p: { seconds: number }) =>
    sql`update identity.attempts
         set times = array(select t - make_interval(secs => ${p.seconds}::int) from unnest(times) t order by t)`,
)

test('sign-up creates the user, their profile and their workspace', async () => {
  const { status, body, headers } = await server.anyone.post('/api/auth/signup', {
    email: ' Ana@Example.com ',
    password,
    metadata: { full_name: 'Ana Silva', company_name: 'Silva Lda' },
    is_admin: true,
    role: 'admin',
    workspace_id: 'mine',
    id: 'mine',
  })
  assert.equal(status, 201)
  assert.equal(typeof body.message, 'string')
  assert.equal(body.user.email, 'Ana@Example.com')
  assert.equal(body.user.full_name, 'Ana Silva')
  assert.equal(body.user.is_admin, false)
  assert.equal(body.user.role, 'owner')
  assert.equal(body.user.workspace.name, 'Silva Lda')
  assert.deepEqual(body.user.workspaces, [{ id: body.user.workspace.id, name: 'Silva Lda', role: 'owner' }])
  assert.equal(body.session.user.id, body.user.id)
  assert.deepEqual(
    headers.getSetCookie().map((cookie) => cookie.split('=')[0]),
    ['sb_access', 'sb_refresh', 'sb_device'],
  )
})

test('one login response serves all five front-ends', async () => {
  await server.anyone.post('/api/auth/register', { email: 'bea@example.com', password, display_name: 'Bea' })
  const { status, body } = await login('BEA@example.com')
  assert.equal(status, 200)
  assert.deepEqual(body.session.user, { id: body.user.id, email: 'bea@example.com' })
  assert.equal(body.token, body.access_token)
  assert.equal(body.session.access_token, body.access_token)
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.expires_in, 86_400)
  assert.ok(Math.abs(body.session.expires_at - (Date.now() / 1000 + 86_400)) < 60)
  assert.equal(body.user.name, 'Bea')
  assert.equal(body.user.workspace.name, "Bea's workspace")
  const me = await server.anyone.get('/api/auth/me', { authorization: `Bearer ${body.token}` })
  const { success, user, data, ...bare } = me.body
  assert.deepEqual([success, bare, user, data], [true, body.user, body.user, body.user])
})

test('an e-mail address or username is unique, regardless of case', async () => {
  const first = { email: 'cem@example.com', password, username: 'cem' }
  assert.equal((await server.anyone.post('/api/auth/register', first)).status, 201)
  const sameEmail = await server.anyone.post('/api/auth/signup', { email: 'CEM@example.com', password })
  assert.deepEqual([sameEmail.status, sameEmail.body.code], [409, 'email_taken'])
  const sameName = await server.anyone.post('/api/auth/register', {
    email: 'cem2@example.com',
    password,
    username: 'CEM',
  })
  assert.deepEqual([sameName.status, sameName.body.code], [409, 'username_taken'])
})

test('a sign-up reports invalid fields', async () => {
  const short = await server.anyone.post('/api/auth/signup', { email: 'dan@example.com', password: '12345' })
  assert.equal(short.status, 400)
  assert.deepEqual(short.body.details, [{ path: 'body.password', message: 'A password needs at least 6 characters.' }])
  const address = await server.anyone.post('/api/auth/signup', { email: 'dan at example', password })
  assert.equal(address.body.details[0].path, 'body.email')
})

test('stale credentials do not prevent signing in', async () => {
  const eve = await server.signUp()
  const headers = { authorization: 'Bearer something.long.gone' }
  const { status } = await server.anyone.post('/api/auth/login', { email: eve.email, password: eve.password }, headers)
  assert.equal(status, 200)
})

test('every failed login does the same work and returns the same error (AUT-1)', async () => {
  const [wrong, without, suspended] = [await server.signUp(), await server.signUp(), await server.signUp()]
  await database().all(setHash, { email: without.email, hash: null })
  await database().all(suspend, { email: suspended.email })
  const answers = new Set<string>()
  for (const email of ['unknown@example.com', wrong.email, without.email, suspended.email]) {
    const before = passwordWork.count
    const { status, body } = await login(email, 'wrong password')
    assert.equal(passwordWork.count - before, 1)
    answers.add(JSON.stringify([status, body.error, body.code]))
  }
  assert.equal(answers.size, 1, [...answers].join('\n'))
  const before = passwordWork.count
  assert.equal((await login(wrong.email)).status, 200)
  assert.equal(passwordWork.count - before, 1)
  // The suspension is only reported with the right password.
  const { status, body } = await login(suspended.email)
  assert.deepEqual([status, body.code], [403, 'account_suspended'])
})

test('an imported bcrypt hash is replaced at the next login', async () => {
  const { email } = await server.signUp()
  await database().all(setHash, { email, hash: await bcrypt('old password', 4) })
  assert.equal((await login(email, 'old password')).status, 200)
  assert.match((await database().one(readHash, { email })).password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal((await login(email, 'old password')).status, 200)
})

test('a burst of 200 gets five attempts, and an exact Retry-After (AUT-2)', async () => {
  const { email } = await server.signUp()
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => login(email, `guess number ${i}`)))
  assert.equal(answers.filter(({ status }) => status === 401).length, 5)
  const refused = answers.filter(({ status }) => status === 429)
  assert.equal(refused.length, 195)
  const waitSeconds = Number(refused[0]?.headers.get('retry-after'))
  assert.ok(waitSeconds > 880 && waitSeconds <= 900)
  assert.match(refused[0]?.headers.get('ratelimit') ?? '', /r=0;t=\d+/)

  assert.equal((await login(email)).status, 429, 'the right password has to wait too')
  await database().all(ageAttempts, { seconds: waitSeconds })
  assert.equal((await login(email)).status, 200)
  // Success resets the count.
  for (let i = 0; i < 4; i++) assert.equal((await login(email, 'wrong password')).status, 401)
  assert.equal((await login(email)).status, 200)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('all spellings of an address and its neighbours share one counter (AUT-2)', async () => {
  const { email } = await server.signUp()
  const addresses = [
    '2001:db8::1',
    '2001:DB8:0:0::2',
    '2001:db8:0:0:ffff::',
    '2001:0db8::3',
    '2001:db8::4',
    '2001:db8::5',
  ]
  const outcomes: unknown[] = []
  for (const address of addresses) outcomes.push(await attempt(email, address))
  assert.deepEqual(outcomes, [401, 401, 401, 401, 401, 429])
  assert.equal(await attempt(email, '2001:db8:0:1::1'), 401)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('one address may fail 30 times over all accounts', async () => {
  for (let i = 0; i < 30; i++) assert.equal(await attempt(`guess${i}@example.com`, '192.0.2.1'), 401)
  assert.equal(await attempt('guess30@example.com', '192.0.2.1'), 429)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('addresses that fail for an account wait longer and longer', async () => {
  const { email } = await server.signUp()
  for (let i = 0; i < 10; i++) assert.equal(await attempt(email, `198.51.100.${i}`), 401)
  for (const [i, delaySeconds] of [1, 2, 4, 8, 16].entries()) {
    // The short delays may pass on a busy machine.
    if (delaySeconds > 4) assert.equal(await attempt(email, `198.51.100.${i}`), 429)
    await database().all(ageAttempts, { seconds: delaySeconds })
    assert.equal(await attempt(email, `198.51.100.${i}`), 401)
  }
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('others cannot lock out a user with the right password and a clean address', async () => {
  const { email, password } = await server.signUp()
  const owner = (address: string) => attempt(email, address, password)
  for (let address = 0; address < 8; address++) {
    for (let i = 0; i < 5; i++) await attempt(email, `198.51.100.${address}`)
    await database().all(ageAttempts, { seconds: 60 })
  }
  for (let i = 0; i < 5; i++) await attempt(email, '198.51.100.1')
  assert.equal(await owner('203.0.113.1'), 200)

  // Delaying everyone takes a hundred addresses a day.
  for (let i = 0; i < 100; i++) assert.equal(await attempt(email, `192.0.2.${i}`), 401)
  assert.equal(await attempt(email, '192.0.2.200'), 429)
  assert.equal(await owner('203.0.113.2'), 429)
  await database().all(ageAttempts, { seconds: 15 * 60 })
  assert.equal(await owner('203.0.113.2'), 200)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('a Supabase client is recognized by the same cookie', async () => {
  const { email, password } = await server.signUp()
  const grant = (given: string, cookie?: string) =>
    server.anyone.post('/auth/v1/token?grant_type=password', { email, password: given }, cookie ? { cookie } : {})
  const first = await grant(password)
  const cookie = first.headers.getSetCookie().find((cookie) => cookie.startsWith('sb_device='))!
  assert.match(cookie, /; Path=\/; /)
  for (let i = 0; i < 5; i++) assert.equal((await grant('wrong password')).status, 400)
  assert.equal((await grant(password)).status, 429)
  assert.equal((await grant(password, cookie.split(';')[0])).status, 200)
  assert.equal((await login(email, password, cookie.split(';')[0])).status, 200)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('a user on a known device is not locked out by the failures of others (AUT-3)', async () => {
  const { email, password } = await server.signUp()
  const loginWith = (given: string, cookie?: string) =>
    server.anyone.post('/api/auth/login', { email, password: given }, cookie ? { cookie } : {})
  const first = await loginWith(password)
  const device = first.headers.getSetCookie().find((cookie) => cookie.startsWith('sb_device='))!
  assert.match(device, /^sb_device=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=31536000; SameSite=Strict; HttpOnly$/)
  const cookie = device.split(';')[0]!
  // From the victim's own address and from many others.
  for (let i = 0; i < 5; i++) assert.equal((await loginWith('wrong password')).status, 401)
  for (let i = 0; i < 10; i++) await attempt(email, `198.51.100.${i}`)
  assert.equal((await loginWith(password)).status, 429)
  assert.equal((await loginWith(password, cookie)).status, 200)

  // It is not valid for another account, or when changed; and it has five attempts itself.
  const other = await server.signUp()
  for (let i = 0; i < 5; i++) {
    await server.anyone.post('/api/auth/login', { email: other.email, password: 'wrong password' }, { cookie })
  }
  const { status } = await server.anyone.post(
    '/api/auth/login',
    { email: other.email, password: other.password },
    { cookie },
  )
  assert.equal(status, 429)
  assert.equal((await loginWith(password, `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`)).status, 429)
  for (let i = 0; i < 5; i++) assert.equal((await loginWith('wrong password', cookie)).status, 401)
  assert.equal((await loginWith(password, cookie)).status, 429)
  await database().all(ageAttempts, { seconds: 24 * 60 * 60 })
})

test('one address can sign up twenty times an hour', async () => {
  const strict = await startTestServer({ SIGN_UPS_PER_HOUR: '20' })
  const signUp = (i: number) => strict.anyone.post('/api/auth/signup', { email: `many${i}@example.com`, password })
  for (let i = 0; i < 20; i++) assert.equal((await signUp(i)).status, 201)
  const { status, headers } = await signUp(20)
  assert.equal(status, 429)
  assert.ok(Number(headers.get('retry-after')) > 3500)
  await strict.close()
})

async function attempt(email: string, address: string, given = 'wrong password'): Promise<number> {
  try {
    await signIn(server.app.services, { email, password: given }, { address, userAgent: null })
    return 200
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.status
  }
}
