import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { codeIn, messagesTo, nthMessageTo } from '../../../../test/mailbox.ts'
import { startTestServer } from '../../../../test/server.ts'
import { addApp, beginSignIn } from '../../../../test/two-factor.ts'
import { until } from '../../../../test/until.ts'
import { AppError } from '../../../platform/errors.ts'
import { recover } from '../passwords/recovery.ts'

// Password recovery with the real Supabase client.

const server = await startTestServer({ CORS_ORIGINS: 'https://sales.example.com' })
const page = 'https://sales.example.com/new-password'
const { pool } = server.app.services.connections

const supabase = () =>
  createClient(server.url, 'sb_publishable_anything', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })

/** A session this old needs more than itself to change the password. */
const age = (userId: string) =>
  pool.query(`update identity.sessions set created_at = now() - interval '16 minutes' where user_id = $1`, [userId])

/** Requests a recovery mail with `client`. Returns the mail. */
async function forget(email: string, redirectTo = page) {
  await pool.query('delete from identity.attempts')
  const before = (await messagesTo(server, email)).length
  const { error } = await supabase().auth.resetPasswordForEmail(email, { redirectTo })
  assert.equal(error, null)
  const { text } = await nthMessageTo(server, email, before + 1)
  const link = new URL(/https?:\S+/.exec(text ?? '')![0])
  return { link, token_hash: link.searchParams.get('token')!, code: codeIn(text) }
}

test('the link redirects to the page with a session in which a password can be chosen once without the old one', async () => {
  const ana = await server.signUp()
  const { link } = await forget(ana.email)
  assert.equal(link.origin + link.pathname, `${server.app.services.config.publicUrl}/auth/v1/verify`)
  const followed = await server.anyone.get(`${link.pathname}${link.search}`)
  assert.equal(followed.status, 303)
  const target = new URL(followed.headers.get('location')!)
  assert.equal(target.origin + target.pathname + target.search, page)
  const fragment = new URLSearchParams(target.hash.slice(1))
  assert.equal(fragment.get('type'), 'recovery')

  const client = supabase()
  const { data, error } = await client.auth.setSession({
    access_token: fragment.get('access_token')!,
    refresh_token: fragment.get('refresh_token')!,
  })
  assert.equal(error, null)
  assert.equal(data.user!.id, ana.userId)
  assert.ok(data.user!.email_confirmed_at)
  assert.equal((await ana.get('/api/auth/me')).status, 200)
  assert.equal((await client.auth.updateUser({ password: '123' })).error!.code, 'validation_failed')
  // A refused password does not use it up.
  assert.equal((await client.auth.updateUser({ password: 'another horse battery' })).error, null)
  assert.equal((await ana.get('/api/auth/me')).status, 401, 'the other sessions have ended')
  await age(ana.userId)
  const again = await client.auth.updateUser({ password: 'a third horse battery' })
  assert.equal(again.error!.code, 'current_password_required')
  const signedIn = await supabase().auth.signInWithPassword({ email: ana.email, password: 'another horse battery' })
  assert.equal(signedIn.error, null)

  const twice = await server.anyone.get(`${link.pathname}${link.search}`)
  const failure = new URLSearchParams(new URL(twice.headers.get('location')!).hash.slice(1))
  assert.deepEqual([failure.get('error'), failure.get('error_code')], ['access_denied', 'otp_expired'])
})

test('verifyOtp accepts the code or the token of the mail, each once', async () => {
  const ben = await server.signUp()
  const { token_hash, code } = await forget(ben.email)
  const byCode = await supabase().auth.verifyOtp({ email: ben.email, token: code, type: 'recovery' })
  assert.equal(byCode.error, null)
  assert.equal(byCode.data.user!.id, ben.userId)
  const byToken = supabase()
  assert.equal((await byToken.auth.verifyOtp({ token_hash, type: 'recovery' })).data.user!.id, ben.userId)
  assert.equal((await byToken.auth.updateUser({ password: 'another horse battery' })).error, null)
  const proofs = [{ email: ben.email, token: code } as const, { token_hash } as const]
  for (const proof of proofs) {
    const { error } = await supabase().auth.verifyOtp({ ...proof, type: 'recovery' })
    assert.deepEqual([error!.status, error!.code], [403, 'otp_expired'])
  }
})

test('a code allows five attempts, and is valid for its address and purpose', async () => {
  const [cara, dan] = [await server.signUp(), await server.signUp()]
  const { code } = await forget(cara.email)
  const guess = async (email: string, token: string) =>
    (await supabase().auth.verifyOtp({ email, token, type: 'recovery' })).error?.code
  assert.equal(await guess(dan.email, code), 'otp_expired')
  assert.equal(await guess('unknown@example.com', code), 'otp_expired')
  for (let i = 0; i < 5; i++)
    assert.equal(await guess(cara.email, code === '000000' ? '000001' : '000000'), 'otp_expired')
  assert.equal(await guess(cara.email, code), 'otp_expired')

  await dan.post('/api/users/verify', { type: 'email' })
  assert.equal(await guess(dan.email, codeIn((await nthMessageTo(server, dan.email, 1)).text)), 'otp_expired')
})

test('only a session that began with the mail can set a password without the old one, for half an hour', async () => {
  const eve = await server.signUp()
  const { token_hash } = await forget(eve.email)
  const client = supabase()
  await client.auth.verifyOtp({ token_hash, type: 'recovery' })
  await age(eve.userId)
  await pool.query(
    `update identity.sessions set recovery_until = recovery_until - interval '30 minutes' where user_id = $1`,
    [eve.userId],
  )
  const late = await client.auth.updateUser({ password: 'another horse battery' })
  assert.equal(late.error!.code, 'current_password_required')
})

test('the link redirects to allowed pages only; an unknown address gets the same response and no mail', async () => {
  const fay = await server.signUp()
  const { link } = await forget(fay.email, 'https://evil.example.com/steal')
  const { publicUrl } = server.app.services.config
  assert.equal(link.searchParams.get('redirect_to'), `${publicUrl}/`)
  link.searchParams.set('redirect_to', 'https://evil.example.com/steal')
  const { headers } = await server.anyone.get(`${link.pathname}${link.search}`)
  assert.ok(headers.get('location')!.startsWith(`${publicUrl}/#access_token=`))

  const { data, error } = await supabase().auth.resetPasswordForEmail('unknown@example.com')
  assert.deepEqual([data, error], [{}, null])
  assert.deepEqual(await messagesTo(server, 'unknown@example.com'), [])
})

test('settings and health are public', async () => {
  const { body: settings } = await server.anyone.get('/auth/v1/settings')
  assert.deepEqual(settings.external, { email: true, phone: false })
  assert.equal((await server.anyone.get('/auth/v1/health')).body.name, 'Switchboard')
})

test('with PKCE the link redirects with a code that only the requesting client can redeem', async () => {
  const gil = await server.signUp()
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const client = createClient(server.url, 'sb_publishable_anything', {
    auth: { flowType: 'pkce', storage, autoRefreshToken: false, detectSessionInUrl: false },
  })
  const ask = async (n: number) => {
    await pool.query('delete from identity.attempts')
    assert.equal((await client.auth.resetPasswordForEmail(gil.email, { redirectTo: `${page}?lang=en` })).error, null)
    const { text } = await nthMessageTo(server, gil.email, n)
    const link = new URL(/https?:\S+/.exec(text ?? '')![0])
    const { headers } = await server.anyone.get(`${link.pathname}${link.search}`)
    return new URL(headers.get('location')!)
  }
  const target = await ask(1)
  const code = target.searchParams.get('code')!
  assert.deepEqual([target.hash, target.searchParams.get('lang')], ['', 'en'])

  const exchange = (auth_code: string, code_verifier: string) =>
    server.anyone.post('/auth/v1/token?grant_type=pkce', { auth_code, code_verifier })
  assert.equal((await exchange(code, 'x'.repeat(56))).body.error_code, 'bad_code_verifier')
  const { data, error } = await client.auth.exchangeCodeForSession(code)
  assert.equal(error, null)
  assert.equal(data.user!.id, gil.userId)
  assert.equal((await client.auth.updateUser({ password: 'another horse battery' })).error, null)

  /** Returns a code and the client's verifier for it. */
  const askAgain = async (n: number) => {
    kept.clear()
    const code = (await ask(n)).searchParams.get('code')!
    const [, value] = [...kept].find(([key]) => key.includes('code-verifier'))!
    return { code, verifier: (JSON.parse(value) as string).split('/')[0]! }
  }
  const late = await askAgain(2)
  await pool.query(`update identity.auth_codes set expires_at = now()`)
  assert.equal((await exchange(late.code, late.verifier)).status, 400)
  const once = await askAgain(3)
  assert.equal((await exchange(once.code, once.verifier)).status, 200)
  assert.equal((await exchange(once.code, once.verifier)).status, 400)
})

test('wrong codes are counted per account, over all of its codes and all addresses', async () => {
  const eva = await server.signUp()
  let addresses = 0
  const guess = async (email: string) => {
    const n = addresses++
    const from = { address: `198.51.${100 + (n >> 8)}.${n & 255}`, userAgent: null }
    try {
      await recover(server.app.services, { email, code: 'nonono' }, from)
      return 200
    } catch (error) {
      assert.ok(error instanceof AppError)
      return error.status
    }
  }
  const age = (seconds: number) =>
    pool.query(
      `update identity.attempts
          set times = array(select t - make_interval(secs => $1::int) from unnest(times) t order by t)`,
      [seconds],
    )
  await pool.query('delete from identity.attempts')
  // The same for an unknown address.
  for (const email of [eva.email, 'no-account@example.com']) {
    for (let i = 0; i < 10; i++) assert.equal(await guess(email), 403)
    await age(1)
    assert.equal(await guess(email), 403)
    await age(2)
    for (let i = 0; i < 5; i++) {
      assert.equal(await guess(email), 403)
      if (i >= 2) assert.equal(await guess(email), 429, 'the delay grows')
      await age(15 * 60)
    }
  }
  while ((await guess(eva.email)) === 403) await age(15 * 60)
  const { rows } = await pool.query<{ guesses: number }>(
    "select max(cardinality(times)) as guesses from identity.attempts where key like 'code-month:%'",
  )
  assert.equal(rows[0]?.guesses, 100)
  // After a day both codes are still refused, even the right code of a new mail. The link of that mail works.
  await age(24 * 60 * 60)
  assert.equal(await guess(eva.email), 429)
  assert.equal(await guess(eva.email.toUpperCase()), 429)
})

test('the right code resets the count of wrong ones', async () => {
  const fay = await server.signUp()
  const { code } = await forget(fay.email)
  const from = (n: number) => ({ address: `203.0.113.${n}`, userAgent: null })
  for (let i = 0; i < 4; i++) {
    await assert.rejects(recover(server.app.services, { email: fay.email, code: 'nonono' }, from(i)))
  }
  await recover(server.app.services, { email: fay.email, code }, from(5))
  const { rows } = await pool.query("select key from identity.attempts where key like 'code-%' and times <> '{}'")
  assert.deepEqual(rows, [])
})

test('neither the mail nor a new password replaces the second factor; the password is chosen after it', async () => {
  const tom = await server.signUp()
  const { recoveryCodes } = await addApp(tom)
  const byPassword = await supabase().auth.signInWithPassword(tom)
  assert.deepEqual([byPassword.error!.status, byPassword.error!.code], [403, 'two_factor_required'])

  const first = await forget(tom.email)
  const byCode = await supabase().auth.verifyOtp({ email: tom.email, token: first.code, type: 'recovery' })
  assert.equal(byCode.error!.code, 'two_factor_required')
  const followed = await server.anyone.get(`${first.link.pathname}${first.link.search}`)
  const fragment = new URLSearchParams(new URL(followed.headers.get('location')!).hash.slice(1))
  assert.deepEqual([fragment.get('error_code'), fragment.get('access_token')], ['two_factor_required', null])
  const { body } = await server.anyone.post('/api/auth/two-factor/sign-in', {
    two_factor_token: fragment.get('two_factor_token'),
    recovery_code: recoveryCodes[0],
  })
  const client = supabase()
  await client.auth.setSession(body)
  assert.equal((await client.auth.updateUser({ password: 'another horse battery' })).error, null)

  await server.app.services.connections.pool.query('delete from identity.attempts')
  await server.anyone.post('/api/auth/forgot-password', { email: tom.email })
  let token: string | undefined
  await until('the link is there', async () => {
    const texts = (await messagesTo(server, tom.email)).map(({ text }) => text ?? '')
    token = texts.map((text) => /reset-password\?token=([\w-]+)/.exec(text)?.[1]).find(Boolean)
    return token !== undefined
  })
  const reset = await server.anyone.post('/api/auth/reset-password', { token, password: 'a third horse battery' })
  assert.equal(reset.status, 200)
  await beginSignIn(server, { email: tom.email, password: 'a third horse battery' })
})
