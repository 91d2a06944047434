import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SoftwarePasskey, createPasskey } from '../../../../test/authenticator.ts'
import { type SignedUp, startTestServer } from '../../../../test/server.ts'
import { addApp, beginSignIn } from '../../../../test/two-factor.ts'
import { readConfig } from '../../../config.ts'
import { relyingPartyId } from './relying-party.ts'

const origin = 'https://app.example.com'
const server = await startTestServer({ PUBLIC_URL: origin, CORS_ORIGINS: 'https://shop.example.com' })
interface Options {
  challenge: string
}
const newKey = () => createPasskey(origin, 'app.example.com')

const registrationOf = async (user: SignedUp) => {
  const { status, body } = await user.post('/api/auth/two-factor/passkeys/options', { password: user.password })
  assert.equal(status, 200, JSON.stringify(body))
  return body.options
}
async function add(user: SignedUp, key: SoftwarePasskey, name = 'My telephone') {
  const response = key.create(await registrationOf(user))
  return user.post('/api/auth/two-factor/passkeys', { name, response })
}
const optionsFor = async (two_factor_token: string) =>
  (await server.anyone.post('/api/auth/two-factor/sign-in/passkey', { two_factor_token })).body.options
const finish = (two_factor_token: string, passkey: object) =>
  server.anyone.post('/api/auth/two-factor/sign-in', { two_factor_token, passkey })

test('a passkey is added, is required at the next sign-in, and completes it', async () => {
  const ana = await server.signUp()
  const key = newKey()
  const options = await registrationOf(ana)
  assert.deepEqual([options.rp.id, options.user.name], ['app.example.com', ana.email])
  assert.deepEqual([options.authenticatorSelection.userVerification, options.attestation], ['required', 'none'])
  const added = await ana.post('/api/auth/two-factor/passkeys', { name: 'My key', response: key.create(options) })
  assert.deepEqual([added.status, added.body.name, added.body.recovery_codes.length], [201, 'My key', 10])
  const { body: state } = await ana.get('/api/auth/two-factor')
  assert.deepEqual(state.methods, ['passkey', 'recovery_code'])
  assert.deepEqual(
    state.passkeys.map((passkey: Record<string, unknown>) => [passkey.id, passkey.name, passkey.last_used_at]),
    [[added.body.id, 'My key', null]],
  )

  const token = await beginSignIn(server, ana)
  const asked = await optionsFor(token)
  assert.deepEqual(asked.allowCredentials, [{ id: key.id, transports: ['internal'], type: 'public-key' }])
  const answer = key.get(asked)
  const { status, body, headers } = await finish(token, answer)
  assert.deepEqual([status, body.user.id], [200, ana.userId])
  assert.equal(headers.getSetCookie().length, 3)
  assert.equal((await finish(token, answer)).body.code, 'two_factor_expired')
  assert.ok((await ana.get('/api/auth/two-factor')).body.passkeys[0].last_used_at)
})

test('a challenge is valid once, even after a failure, and only for its own sign-in or session', async () => {
  const ben = await server.signUp()
  const key = newKey()
  const options = await registrationOf(ben)
  const created = key.create(options)
  const other = await server.signUp()
  const elsewhere = await other.post('/api/auth/two-factor/passkeys', { response: created })
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [400, 'challenge_expired'])
  assert.equal((await ben.post('/api/auth/two-factor/passkeys', { response: created })).status, 201)
  const twice = await ben.post('/api/auth/two-factor/passkeys', { response: created })
  assert.deepEqual([twice.status, twice.body.code], [400, 'challenge_expired'])

  const [first, second] = [await beginSignIn(server, ben), await beginSignIn(server, ben)]
  const [forFirst, forSecond] = [await optionsFor(first), await optionsFor(second)]
  const swapped = await finish(second, key.get(forFirst))
  assert.deepEqual([swapped.status, swapped.body.code], [400, 'invalid_passkey'])
  const afterFailure = await finish(second, key.get(forSecond))
  assert.deepEqual([afterFailure.status, afterFailure.body.code], [400, 'challenge_expired'])
  const answer = key.get(forFirst)
  const answers = await Promise.all(Array.from({ length: 5 }, () => finish(first, answer)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('another origin, another site, an unverified user, a counter that does not increase and another key are refused', async () => {
  const cara = await server.signUp()
  const key = newKey()
  await add(cara, key)
  const token = await beginSignIn(server, cara)
  const tries = [
    (options: Options) => key.get(options, { origin: 'https://app.example.com.evil.example' }),
    (options: Options) => key.get(options, { rpId: 'evil.example' }),
    (options: Options) => key.get(options, { isUnverified: true }),
    (options: Options) => key.get(options, { counter: 1 }),
    (options: Options) => ({ ...newKey().get(options), id: key.id, rawId: key.id }),
  ]
  for (const attempt of tries) {
    const { status, body } = await finish(token, attempt(await optionsFor(token)))
    assert.deepEqual([status, body.code], [400, 'invalid_passkey'], String(attempt))
  }
  // A token has five attempts.
  const sixth = await server.anyone.post('/api/auth/two-factor/sign-in/passkey', { two_factor_token: token })
  assert.equal(sixth.body.code, 'two_factor_expired')
  const next = await beginSignIn(server, cara)
  assert.equal((await finish(next, key.get(await optionsFor(next)))).status, 200)

  const lies = [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { isUnverified: true }]
  for (const lie of lies) {
    const response = newKey().create(await registrationOf(cara), lie)
    const { status, body } = await cara.post('/api/auth/two-factor/passkeys', { response })
    assert.deepEqual([status, body.code], [400, 'invalid_passkey'])
  }
})

test("another user's passkey does not complete a sign-in, and cannot be registered twice", async () => {
  const [dan, eve] = [await server.signUp(), await server.signUp()]
  const [dans, eves] = [newKey(), newKey()]
  await add(dan, dans)
  await add(eve, eves)
  const token = await beginSignIn(server, dan)
  assert.equal((await finish(token, eves.get(await optionsFor(token)))).body.code, 'invalid_passkey')
  const taken = await add(eve, dans)
  assert.deepEqual([taken.status, taken.body.code], [409, 'passkey_taken'])
})

test('passkeys are named, renamed and removed; recovery codes stay while any factor does', async () => {
  const fay = await server.signUp()
  await addApp(fay)
  const added = await add(fay, newKey(), 'Laptop')
  assert.deepEqual(added.body.recovery_codes, [], 'the codes of the app stay valid')
  const place = `/api/auth/two-factor/passkeys/${added.body.id}`
  const other = await server.signUp()
  assert.equal((await other.patch(place, { name: 'Mine' })).status, 404)
  assert.equal((await other.delete(place, { password: other.password })).status, 404)
  assert.equal((await fay.patch(place, { name: 'Old laptop' })).body.name, 'Old laptop')
  assert.equal((await fay.delete(place, {})).status, 400)
  assert.equal((await fay.delete(place, { password: fay.password })).status, 200)
  const { body } = await fay.get('/api/auth/two-factor')
  assert.deepEqual([body.methods, body.recovery_codes_left], [['totp', 'recovery_code'], 10])
  assert.equal((await fay.delete('/api/auth/two-factor', { password: fay.password })).status, 200)
  assert.equal((await fay.get('/api/auth/two-factor')).body.recovery_codes_left, 0)
})

test('a passkey alone signs in, without e-mail address and password', async () => {
  const gus = await server.signUp()
  const key = newKey()
  await add(gus, key)
  const begin = async () => (await server.anyone.post('/api/auth/passkeys/options')).body
  const signIn = (passkey_token: string, response: object) =>
    server.anyone.post('/api/auth/passkeys/sign-in', { passkey_token, response })
  const begun = await begin()
  const answer = key.get(begun.options)
  const { status, body } = await signIn(begun.passkey_token, answer)
  assert.deepEqual([status, body.user.id], [200, gus.userId])
  assert.equal((await signIn(begun.passkey_token, answer)).body.code, 'challenge_expired')
  const locked = await begin()
  const refused = await signIn(locked.passkey_token, key.get(locked.options, { isUnverified: true }))
  assert.equal(refused.body.code, 'invalid_passkey')
  const [one, two] = [await begin(), await begin()]
  assert.equal((await signIn(one.passkey_token, key.get(two.options))).body.code, 'invalid_passkey')
  await server.app.services.connections.pool.query('update identity.users set suspended_at = now() where id = $1', [
    gus.userId,
  ])
  const suspended = await begin()
  assert.equal((await signIn(suspended.passkey_token, key.get(suspended.options))).body.code, 'account_suspended')
})

test('the relying party id is the host of PUBLIC_URL', () => {
  const siteOf = (PUBLIC_URL: string) => relyingPartyId(readConfig({ DATA_DIR: '/tmp', PUBLIC_URL }))
  assert.equal(siteOf('https://app.example.com:8443'), 'app.example.com')
  assert.equal(siteOf('http://127.0.0.1:3001'), 'localhost')
  assert.throws(() => siteOf('https://192.0.2.1'), { code: 'not_configured' })
})
