import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { codeIn, messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { type SignedUp, startTestServer } from '../../../../test/server.ts'
import { addApp } from '../../../../test/two-factor.ts'

// Changing the address and the password, with the real Supabase client and with our own API.

const server = await startTestServer({ CORS_ORIGINS: 'https://calling.example.com' })
const page = 'https://calling.example.com/profile'
const { pool } = server.app.services.connections

const supabase = () =>
  createClient(server.url, 'sb_publishable_anything', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })

const resetLimits = () => pool.query('delete from identity.attempts')

async function signedIn(who: SignedUp) {
  const client = supabase()
  assert.equal((await client.auth.signInWithPassword(who)).error, null)
  return client
}
/** Makes all sessions of the user this old. */
const age = (who: SignedUp, minutes: number) =>
  pool.query('update identity.sessions set created_at = now() - make_interval(mins => $2) where user_id = $1', [
    who.userId,
    minutes,
  ])

let addresses = 0
const newAddress = () => `moved.${++addresses}.${process.pid}@example.com`

async function newestMail(address: string, n = 1) {
  const { text, subject } = await nthMessageTo(server, address, n)
  const link = new URL(/https?:\S+/.exec(text ?? '')?.[0] ?? server.url)
  return { subject, text: text!, link, code: codeIn(`${text!.replace(link.href, '')} 000000`) }
}
const follow = async (link: URL) => {
  const { headers } = await server.anyone.get(`${link.pathname}${link.search}`)
  const target = new URL(headers.get('location')!)
  return { target, fragment: new URLSearchParams(target.hash.slice(1)) }
}
const emailOf = async (who: SignedUp) => (await who.get('/api/auth/me')).body.email
const canSignIn = async (email: string, password: string) =>
  (await supabase().auth.signInWithPassword({ email, password })).error === null

test('a recent session changes the address with the link to the new one', async () => {
  const [ana, email] = [await server.signUp(), newAddress()]
  const client = await signedIn(ana)
  const { data, error } = await client.auth.updateUser({ email }, { emailRedirectTo: page })
  assert.equal(error, null)
  assert.equal(data.user!.new_email, email)
  assert.equal(data.user!.email, ana.email)
  assert.ok(data.user!.email_change_sent_at)
  assert.equal(await emailOf(ana), ana.email)

  const { link } = await newestMail(email)
  assert.equal(link.searchParams.get('type'), 'email_change')
  const { target, fragment } = await follow(link)
  assert.equal(target.origin + target.pathname, page)
  assert.ok(fragment.get('access_token'))
  const { body: me } = await ana.get('/api/auth/me')
  assert.deepEqual([me.email, me.email_verified], [email, true])
  assert.equal((await client.auth.getUser()).data.user!.new_email, null)
  assert.ok(await canSignIn(email, ana.password))
  assert.ok(!(await canSignIn(ana.email, ana.password)))
  assert.match((await newestMail(ana.email, 2)).text, /another e-mail address now/)
  assert.equal((await follow(link)).fragment.get('error_code'), 'otp_expired')
})

test('the code of the mail makes the change too, and the newest change counts', async () => {
  const [ben, first, second] = [await server.signUp(), newAddress(), newAddress()]
  const client = await signedIn(ben)
  for (const email of [first, second]) {
    await resetLimits()
    assert.equal((await client.auth.updateUser({ email })).error, null)
  }
  const old = await newestMail(first)
  assert.equal((await follow(old.link)).fragment.get('error_code'), 'otp_expired')
  const { code } = await newestMail(second)
  const wrong = await supabase().auth.verifyOtp({ email: ben.email, token: code, type: 'email_change' })
  assert.equal(wrong.error!.code, 'otp_expired', 'a code is valid for the address it was sent to')
  const { data, error } = await supabase().auth.verifyOtp({ email: second, token: code, type: 'email_change' })
  assert.equal(error, null)
  assert.equal(data.user!.email, second)
  assert.equal(await emailOf(ben), second)
})

test('in an older session the present address has to agree, in either order', async () => {
  for (const order of ['new first', 'present first']) {
    await resetLimits()
    const [cara, email] = [await server.signUp(), newAddress()]
    const client = await signedIn(cara)
    await age(cara, 16)
    assert.equal((await client.auth.updateUser({ email }, { emailRedirectTo: page })).error, null)
    const mails = [await newestMail(email), await newestMail(cara.email)]
    assert.equal(mails[1]!.subject, 'Approve the change of your e-mail address')
    const [one, other] = order === 'new first' ? mails : mails.toReversed()
    const { fragment } = await follow(one!.link)
    assert.match(fragment.get('message')!, /mail to the other address/)
    assert.equal(fragment.get('access_token'), null)
    assert.equal(await emailOf(cara), cara.email)
    assert.ok((await follow(other!.link)).fragment.get('access_token'))
    assert.equal(await emailOf(cara), email)
  }
})

test('with verifyOtp the first of the two codes returns a message and no session', async () => {
  await resetLimits()
  const [dan, email] = [await server.signUp(), newAddress()]
  const client = await signedIn(dan)
  await age(dan, 16)
  await client.auth.updateUser({ email })
  const verify = async (address: string) =>
    supabase().auth.verifyOtp({ email: address, token: (await newestMail(address)).code, type: 'email_change' })
  const first = await verify(email)
  assert.deepEqual([first.error, first.data.session], [null, null])
  const second = await verify(dan.email)
  assert.equal(second.data.user!.email, email)
})

test('the current password or a nonce replaces the mail to the present address', async () => {
  const eva = await server.signUp()
  const client = await signedIn(eva)
  await age(eva, 16)
  const wrong = await client.auth.updateUser({ email: newAddress(), current_password: 'wrong password' })
  assert.equal(wrong.error!.code, 'validation_failed')
  const byPassword = newAddress()
  assert.equal((await client.auth.updateUser({ email: byPassword, current_password: eva.password })).error, null)
  await follow((await newestMail(byPassword)).link)
  assert.equal(await emailOf(eva), byPassword)

  assert.equal((await client.auth.reauthenticate()).error, null)
  const { code: nonce } = await newestMail(byPassword, 2)
  const byNonce = newAddress()
  assert.equal((await client.auth.updateUser({ email: byNonce, nonce })).error, null)
  await follow((await newestMail(byNonce)).link)
  assert.equal(await emailOf(eva), byNonce)
})

test('an address of another account is refused, also when it was taken in the meantime', async () => {
  await resetLimits()
  const [fay, gil] = [await server.signUp(), await server.signUp()]
  const client = await signedIn(fay)
  const taken = await client.auth.updateUser({ email: gil.email.toUpperCase() })
  assert.deepEqual([taken.error!.status, taken.error!.code], [422, 'email_exists'])
  const email = newAddress()
  await client.auth.updateUser({ email })
  const { link, code } = await newestMail(email)
  await server.signUp({ email })
  const late = await supabase().auth.verifyOtp({ email, token: code, type: 'email_change' })
  assert.equal(late.error!.code, 'email_exists')
  assert.equal((await follow(link)).fragment.get('error_code'), 'email_exists')
  assert.equal(await emailOf(fay), fay.email)
})

test('the mails of a change are sent again', async () => {
  await resetLimits()
  const [hal, email] = [await server.signUp(), newAddress()]
  const client = await signedIn(hal)
  await client.auth.updateUser({ email })
  const first = await newestMail(email)
  for (const [n, address] of [hal.email, email].entries()) {
    await resetLimits()
    assert.equal((await supabase().auth.resend({ type: 'email_change', email: address })).error, null)
    await newestMail(email, n + 2)
  }
  assert.equal((await follow(first.link)).fragment.get('error_code'), 'otp_expired')
  await follow((await newestMail(email, 3)).link)
  assert.equal(await emailOf(hal), email)
  await resetLimits()
  const again = await supabase().auth.resend({ type: 'email_change', email })
  assert.deepEqual([again.error, (await messagesTo(server, email)).length], [null, 3], 'nothing is pending')
})

test('a second factor is not replaced: the change is made, and the session is not given', async () => {
  await resetLimits()
  const [ida, email] = [await server.signUp(), newAddress()]
  await addApp(ida)
  const changed = await ida.post('/api/auth/email', { email, password: ida.password })
  assert.equal(changed.status, 200, changed.text)
  const { link } = await newestMail(email)
  link.searchParams.set('redirect_to', page)
  const { fragment } = await follow(link)
  assert.deepEqual([...fragment.keys()], ['message'])
  assert.equal(await emailOf(ida), email)
})

test('our own API asks for the password, and its link gives no session', async () => {
  await resetLimits()
  const [jon, email] = [await server.signUp(), newAddress()]
  const change = (body: object) => jon.post('/api/auth/email', body)
  for (const password of [undefined, 'wrong password']) {
    const refused = await change({ email, password })
    assert.deepEqual([refused.status, refused.body.details[0].path], [400, 'body.password'])
  }
  assert.match((await change({ email })).body.error, /Send your password/)
  const taken = await server.signUp()
  assert.equal((await change({ email: taken.email, password: jon.password })).body.code, 'email_taken')
  assert.equal((await change({ email: jon.email, password: jon.password })).status, 400)
  await resetLimits()
  const { body } = await change({ email, password: jon.password })
  assert.deepEqual([body.email, body.new_email], [jon.email, email])
  const { target, fragment } = await follow((await newestMail(email)).link)
  assert.equal(target.origin, new URL(server.app.services.config.publicUrl).origin)
  assert.deepEqual([...fragment.keys()], ['message'])
  assert.equal(await emailOf(jon), email)
  assert.equal((await server.anyone.post('/api/auth/email', { email: newAddress() })).status, 401)
})

test('a link to the former address does not give access any more', async () => {
  await resetLimits()
  const [kim, email] = [await server.signUp(), newAddress()]
  const client = await signedIn(kim)
  await supabase().auth.signInWithOtp({ email: kim.email })
  const signInLink = (await newestMail(kim.email)).link
  await supabase().auth.resetPasswordForEmail(kim.email)
  const recoveryLink = (await newestMail(kim.email, 2)).link
  await client.auth.updateUser({ email })
  await follow((await newestMail(email)).link)
  assert.equal(await emailOf(kim), email)
  for (const link of [signInLink, recoveryLink]) {
    assert.equal((await follow(link)).fragment.get('error_code'), 'otp_expired')
  }
})

test('a recent session changes its password without the old one; an older one needs that or a nonce', async () => {
  await resetLimits()
  const lea = await server.signUp()
  const client = await signedIn(lea)
  await age(lea, 14)
  assert.equal((await client.auth.updateUser({ password: 'another horse battery' })).error, null)
  assert.equal((await lea.get('/api/auth/me')).status, 401, 'the other sessions have ended')
  assert.equal((await client.auth.getUser()).error, null)
  const { data } = await client.auth.getSession()
  const own = { authorization: `Bearer ${data.session!.access_token}` }
  const ours = await server.anyone.post('/api/auth/password', { new_password: 'a third horse battery' }, own)
  assert.equal(ours.status, 400, 'our own API always asks')

  await age(lea, 16)
  const late = await client.auth.updateUser({ password: 'a third horse battery' })
  assert.equal(late.error!.code, 'current_password_required')
  assert.equal((await client.auth.reauthenticate()).error, null)
  assert.equal((await client.auth.reauthenticate()).error!.status, 429)
  const { code: nonce } = await newestMail(lea.email)
  const weak = await client.auth.updateUser({ password: '123', nonce })
  assert.equal(weak.error!.code, 'validation_failed', 'which does not use up the nonce')
  const other = nonce === '000000' ? '000001' : '000000'
  const wrong = await client.auth.updateUser({ password: 'a third horse battery', nonce: other })
  assert.deepEqual([wrong.error!.status, wrong.error!.code], [422, 'reauthentication_not_valid'])
  assert.equal((await client.auth.updateUser({ password: 'a third horse battery', nonce })).error, null)
  const twice = await client.auth.updateUser({ password: 'a fourth horse battery', nonce })
  assert.equal(twice.error!.code, 'reauthentication_not_valid')
  assert.ok(await canSignIn(lea.email, 'a third horse battery'))
})

test("a nonce is the caller's own", async () => {
  await resetLimits()
  const [mia, noa] = [await server.signUp(), await server.signUp()]
  assert.equal((await mia.post('/auth/v1/reauthenticate')).status, 200)
  const { code: nonce } = await newestMail(mia.email)
  await age(noa, 16)
  const stolen = await noa.put('/auth/v1/user', { password: 'another horse battery', nonce })
  assert.equal(stolen.body.error_code, 'reauthentication_not_valid')
  assert.equal((await server.anyone.get('/auth/v1/reauthenticate')).status, 401)
})
