import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type EmailOtpType } from '@supabase/supabase-js'
import { codeIn, messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { startTestServer } from '../../../../test/server.ts'
import { addApp } from '../../../../test/two-factor.ts'

// Signing in and confirming an address by mail, with the real Supabase client.

const server = await startTestServer({ CORS_ORIGINS: 'https://sales.example.com' })
const page = 'https://sales.example.com/welcome'
const { pool } = server.app.services.connections
const key = 'sb_publishable_anything'

const supabase = (auth: object = {}) =>
  createClient(server.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, ...auth },
  })

const resetLimits = () => pool.query('delete from identity.attempts')
const linkIn = (text: string | null) => new URL(/https?:\S+/.exec(text ?? '')![0])

/** Returns the mail that `send` causes to this address. */
async function mailTo(email: string, send: () => PromiseLike<{ error: unknown }>) {
  await resetLimits()
  const before = (await messagesTo(server, email)).length
  assert.equal((await send()).error, null)
  const { text } = await nthMessageTo(server, email, before + 1)
  const link = linkIn(text)
  return { text: text!, link, token_hash: link.searchParams.get('token')!, code: codeIn(text!.replace(link.href, '')) }
}

const askToSignIn = (email: string, options: object = {}) =>
  mailTo(email, () => supabase().auth.signInWithOtp({ email, options: { emailRedirectTo: page, ...options } }))

const follow = async (link: URL) => {
  const { status, headers } = await server.anyone.get(`${link.pathname}${link.search}`)
  assert.equal(status, 303)
  const target = new URL(headers.get('location')!)
  return { target, fragment: new URLSearchParams(target.hash.slice(1)) }
}

/** Nothing that was sent comes after this: the jobs before it have run. */
async function settled() {
  await resetLimits()
  const ned = await server.signUp()
  await mailTo(ned.email, () => supabase().auth.signInWithOtp({ email: ned.email }))
}

test('a link or its code signs in, and using one uses up both', async () => {
  const ana = await server.signUp()
  const byCode = await askToSignIn(ana.email)
  const { data, error } = await supabase().auth.verifyOtp({ email: ana.email, token: byCode.code, type: 'email' })
  assert.equal(error, null)
  assert.equal(data.user!.id, ana.userId)
  assert.ok(data.user!.email_confirmed_at)
  const again = await supabase().auth.verifyOtp({ token_hash: byCode.token_hash, type: 'magiclink' })
  assert.deepEqual([again.error!.status, again.error!.code], [403, 'otp_expired'])

  const byLink = await askToSignIn(ana.email)
  assert.equal(byLink.link.searchParams.get('type'), 'magiclink')
  const { target, fragment } = await follow(byLink.link)
  assert.equal(target.origin + target.pathname, page)
  assert.equal(fragment.get('type'), 'magiclink')
  const { body } = await server.anyone.get('/api/auth/me', { authorization: `Bearer ${fragment.get('access_token')}` })
  assert.equal(body.id, ana.userId)
  assert.equal((await follow(byLink.link)).fragment.get('error_code'), 'otp_expired')
})

test('every type of supabase-js accepts the code of a sign-in; recovery and a change of address do not', async () => {
  const ben = await server.signUp()
  for (const type of ['recovery', 'email_change'] as EmailOtpType[]) {
    const { code, token_hash } = await askToSignIn(ben.email)
    assert.equal((await supabase().auth.verifyOtp({ email: ben.email, token: code, type })).error!.code, 'otp_expired')
    assert.equal((await supabase().auth.verifyOtp({ token_hash, type })).error!.code, 'otp_expired')
  }
  for (const type of ['email', 'magiclink', 'signup'] as EmailOtpType[]) {
    const { code } = await askToSignIn(ben.email)
    assert.equal((await supabase().auth.verifyOtp({ email: ben.email, token: code, type })).error, null, type)
  }
})

test('an unknown address gets the same response, and its account when the mail is used', async () => {
  const email = `new.${process.pid}@example.com`
  const { data, error } = await supabase().auth.signInWithOtp({ email, options: { shouldCreateUser: false } })
  assert.deepEqual([data, error], [{ user: null, session: null }, null])
  await settled()
  assert.deepEqual(await messagesTo(server, email), [])

  const { code } = await askToSignIn(email, { data: { full_name: 'Nia New', theme: 'dark' } })
  const early = await server.anyone.post('/api/auth/login', { email, password: 'correct horse battery' })
  assert.equal(early.status, 401, 'there is no account yet')
  const verified = await supabase().auth.verifyOtp({ email, token: code, type: 'email' })
  assert.equal(verified.error, null)
  const { user, session } = verified.data
  assert.ok(user!.email_confirmed_at)
  assert.deepEqual(user!.user_metadata, { full_name: 'Nia New', theme: 'dark' })
  const { body: me } = await server.anyone.get('/api/auth/me', { authorization: `Bearer ${session!.access_token}` })
  assert.equal(me.workspace.role, 'owner')
})

test('a suspended account gets no mail, and its mails are not valid', async () => {
  const cara = await server.signUp()
  const { code, token_hash } = await askToSignIn(cara.email)
  await pool.query('update identity.users set suspended_at = now() where id = $1', [cara.userId])
  const by = (proof: object) => supabase().auth.verifyOtp({ type: 'email', ...proof } as never)
  assert.equal((await by({ email: cara.email, token: code })).error!.code, 'otp_expired')
  assert.equal((await by({ token_hash })).error!.code, 'otp_expired')
  await resetLimits()
  assert.equal((await supabase().auth.signInWithOtp({ email: cara.email })).error, null)
  await settled()
  assert.equal((await messagesTo(server, cara.email)).length, 1)
})

test('a code allows five attempts within ten minutes, and is valid for its address', async () => {
  const [dan, eva] = [await server.signUp(), await server.signUp()]
  const guess = async (email: string, token: string) =>
    (await supabase().auth.verifyOtp({ email, token, type: 'email' })).error?.code
  const first = await askToSignIn(dan.email)
  assert.equal(await guess(eva.email, first.code), 'otp_expired')
  const wrong = first.code === '000000' ? '000001' : '000000'
  for (let i = 0; i < 5; i++) assert.equal(await guess(dan.email, wrong), 'otp_expired')
  assert.equal(await guess(dan.email, first.code), 'otp_expired', 'no attempt is left')
  assert.equal((await supabase().auth.verifyOtp({ token_hash: first.token_hash, type: 'email' })).error, null)

  const late = await askToSignIn(dan.email)
  await pool.query(`update identity.mailed_proofs set created_at = created_at - interval '10 minutes'`)
  assert.equal(await guess(dan.email, late.code), 'otp_expired')
  await pool.query('update identity.mailed_proofs set expires_at = now()')
  assert.equal((await supabase().auth.verifyOtp({ token_hash: late.token_hash, type: 'email' })).error!.status, 403)
})

test('of a hundred concurrent attempts with the right code one succeeds', async () => {
  const fay = await server.signUp()
  const { code } = await askToSignIn(fay.email)
  const verify = () => server.anyone.post('/auth/v1/verify', { type: 'email', email: fay.email, token: code })
  const answers = await Promise.all(Array.from({ length: 100 }, verify))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [200, 403, 429])
})

test('wrong codes are counted per account, over all of its codes', async () => {
  const gil = await server.signUp()
  const { code } = await askToSignIn(gil.email)
  const guess = (email: string) => server.anyone.post('/auth/v1/verify', { type: 'email', email, token: 'nonono' })
  for (const email of [gil.email, 'no-account@example.com']) {
    for (let i = 0; i < 10; i++) assert.equal((await guess(email)).status, 403)
    assert.equal((await guess(email)).status, 429, 'the same for an unknown address')
    await pool.query(`delete from identity.attempts where key like 'password-reset:%'`)
  }
  const right = await server.anyone.post('/auth/v1/verify', { type: 'email', email: gil.email, token: code })
  assert.equal(right.status, 429)
})

test('one address gets at most one mail a minute, whether it has an account or not', async () => {
  const hal = await server.signUp()
  for (const email of [hal.email, 'without-account@example.com']) {
    await resetLimits()
    assert.equal((await supabase().auth.signInWithOtp({ email })).error, null)
    const soon = await supabase().auth.signInWithOtp({ email })
    assert.deepEqual([soon.error!.status, soon.error!.code], [429, 'over_request_rate_limit'])
  }
})

test('the first mail to an unconfirmed address ends the access of the person who created the account', async () => {
  const ida = await server.signUp()
  const { text, code } = await askToSignIn(ida.email)
  assert.match(text, /password of the account .* end/)
  const { data } = await supabase().auth.verifyOtp({ email: ida.email, token: code, type: 'email' })
  assert.equal((await ida.get('/api/auth/me')).status, 401)
  const old = await supabase().auth.signInWithPassword(ida)
  assert.equal(old.error!.code, 'invalid_credentials')

  const client = supabase()
  await client.auth.setSession(data.session!)
  assert.equal((await client.auth.updateUser({ password: 'another horse battery' })).error, null)
  const second = await askToSignIn(ida.email)
  assert.doesNotMatch(second.text, /password of the account/)
  await supabase().auth.verifyOtp({ email: ida.email, token: second.code, type: 'email' })
  const own = await supabase().auth.signInWithPassword({ email: ida.email, password: 'another horse battery' })
  assert.equal(own.error, null, 'a confirmed address keeps its password')
})

test('a mail does not replace the second factor', async () => {
  const jon = await server.signUp()
  await addApp(jon)
  const { code, link } = { ...(await askToSignIn(jon.email)) }
  const byCode = await supabase().auth.verifyOtp({ email: jon.email, token: code, type: 'email' })
  assert.deepEqual([byCode.error!.status, byCode.error!.code], [403, 'two_factor_required'])
  assert.equal((await follow(link)).fragment.get('error_code'), 'otp_expired', 'the mail is used up')
  const another = await askToSignIn(jon.email)
  const { fragment } = await follow(another.link)
  assert.equal(fragment.get('error_code'), 'two_factor_required')
  assert.ok(fragment.get('two_factor_token'))
  assert.equal(fragment.get('access_token'), null)
})

test('with PKCE the link redirects with a code that only the requesting client can redeem', async () => {
  const kim = await server.signUp()
  const kept = new Map<string, string>()
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
  const client = supabase({ flowType: 'pkce', persistSession: true, storage })
  const options = { emailRedirectTo: page }
  const { link } = await mailTo(kim.email, () => client.auth.signInWithOtp({ email: kim.email, options }))
  const { target } = await follow(link)
  assert.equal(target.hash, '')
  const code = target.searchParams.get('code')!
  const stolen = { auth_code: code, code_verifier: 'x'.repeat(56) }
  assert.equal((await server.anyone.post('/auth/v1/token?grant_type=pkce', stolen)).status, 400)
  const { data, error } = await client.auth.exchangeCodeForSession(code)
  assert.equal(error, null)
  assert.equal(data.user!.id, kim.userId)
})

test('the link redirects to allowed pages only', async () => {
  const lea = await server.signUp()
  const { link } = await askToSignIn(lea.email, { emailRedirectTo: 'https://evil.example.com/steal' })
  const { publicUrl } = server.app.services.config
  assert.equal(link.searchParams.get('redirect_to'), `${publicUrl}/`)
  link.searchParams.set('redirect_to', 'https://evil.example.com/steal')
  assert.ok((await follow(link)).target.href.startsWith(`${publicUrl}/#access_token=`))
})

test('the mail of a sign-up is sent again to accounts that are not confirmed, and to no others', async () => {
  const mia = await server.signUp()
  const resend = (email: string) =>
    supabase().auth.resend({ type: 'signup', email, options: { emailRedirectTo: page } })
  const { link, code } = await mailTo(mia.email, () => resend(mia.email))
  assert.equal(link.searchParams.get('type'), 'signup')
  const { data, error } = await supabase().auth.verifyOtp({ email: mia.email, token: code, type: 'signup' })
  assert.equal(error, null)
  assert.ok(data.user!.email_confirmed_at)
  assert.equal((await supabase().auth.signInWithPassword(mia)).error, null, 'its password stays')
  assert.equal((await mia.get('/api/auth/me')).body.email_verified, true)

  for (const email of [mia.email, 'never.signed.up@example.com']) {
    await resetLimits()
    const before = (await messagesTo(server, email)).length
    const again = await resend(email)
    assert.deepEqual([again.data, again.error], [{ user: null, session: null }, null])
    assert.equal((await resend(email)).error!.status, 429)
    await settled()
    assert.equal((await messagesTo(server, email)).length, before)
  }
  const unknown = await supabase().auth.resend({ type: 'sms', phone: '+49301234567' })
  assert.equal(unknown.error!.code, 'validation_failed')
})

test('neither tokens nor codes are readable in the database', async () => {
  const noa = await server.signUp()
  const { token_hash, code } = await askToSignIn(noa.email)
  const { rows } = await pool.query<{ row: string }>(
    `select m::text as row from identity.mailed_proofs m union all select o::text from platform.outgoing_messages o`,
  )
  assert.ok(rows.some(({ row }) => row.includes(noa.email)))
  assert.ok(!rows.some(({ row }) => row.includes(token_hash) || new RegExp(`\\b${code}\\b`).test(row)))
})
