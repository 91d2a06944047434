import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SupportedStorage, createClient } from '@supabase/supabase-js'
import { createBrowser } from '../../../../test/browser.ts'
import { startOpenIdProvider } from '../../../../test/sign-in-providers.ts'
import { startTestServer } from '../../../../test/server.ts'

// signInWithOAuth of the real Supabase client with a real OpenID provider; the front-end is on another site.

const publicUrl = 'https://app.example.com'
const site = 'https://sales.example.com'
const people: Record<string, object> = {}
const acme = await startOpenIdProvider(people, `${publicUrl}/api/auth/oauth/acme/callback`)
const server = await startTestServer({
  PUBLIC_URL: publicUrl,
  CORS_ORIGINS: site,
  OIDC_ACME_ISSUER: acme,
  OIDC_ACME_CLIENT_ID: 'switchboard',
  OIDC_ACME_CLIENT_SECRET: 'acme-secret',
})
const { pool } = server.app.services.connections

const person = (login: string) => {
  people[login] = { email: `${login}@example.com`, email_verified: true, name: `${login} of Acme` }
  return login
}

function frontEnd(flowType: 'pkce' | 'implicit') {
  const kept = new Map<string, string>()
  const storage: SupportedStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
  return createClient(server.url, 'sb_publishable_anything', {
    auth: { flowType, storage, autoRefreshToken: false, detectSessionInUrl: false },
  })
}
type Client = ReturnType<typeof frontEnd>

const open = (login: string, agrees = true) => createBrowser({ reached: { [publicUrl]: server.url }, login, agrees })

/** The URL that the client redirects the browser to. */
async function startOf(client: Client, redirectTo = `${site}/after?lang=en`) {
  const { data, error } = await client.auth.signInWithOAuth({
    provider: 'acme' as 'google',
    options: { redirectTo, skipBrowserRedirect: true },
  })
  assert.equal(error, null)
  return data.url!.replace(server.url, publicUrl)
}

/** Signs in at the provider. Returns the page that the browser is redirected to. */
async function comeBack(client: Client, browser: ReturnType<typeof open>, redirectTo?: string, stopAt = site) {
  const { next, status, text } = await browser.follow(await startOf(client, redirectTo), stopAt)
  return new URL(next ?? assert.fail(`${status} ${text}`))
}

test('with PKCE the redirect carries a code, which the client exchanges for a session', async () => {
  const [client, browser] = [frontEnd('pkce'), open(person('nora'))]
  const page = await comeBack(client, browser)
  const code = page.searchParams.get('code')!
  page.searchParams.delete('code')
  assert.equal(page.href, `${site}/after?lang=en`)
  // The session belongs to the client: on our own site no user is signed in, and only the device cookie is set.
  assert.deepEqual(Object.keys(browser.cookiesOf(publicUrl)), ['__Host-sb_device'])

  const thief = await frontEnd('pkce').auth.exchangeCodeForSession(code)
  assert.ok(thief.error)
  const { data, error } = await client.auth.exchangeCodeForSession(code)
  assert.equal(error, null)
  const { email, app_metadata, user_metadata } = data.user!
  assert.deepEqual(
    [email, app_metadata.providers, user_metadata.full_name],
    ['nora@example.com', ['email', 'acme'], 'nora of Acme'],
  )
  assert.equal((await client.auth.getUser()).data.user?.id, data.user!.id)
  assert.equal((await client.auth.refreshSession()).error, null)
  assert.ok((await client.auth.exchangeCodeForSession(code)).error, 'a code is valid once')

  const again = frontEnd('pkce')
  const second = await again.auth.exchangeCodeForSession(
    (await comeBack(again, open('nora'))).searchParams.get('code')!,
  )
  assert.equal(second.data.user?.id, data.user!.id)
})

test('without PKCE the session is in the fragment, which no server receives', async () => {
  const client = frontEnd('implicit')
  const page = await comeBack(client, open(person('iris')))
  assert.equal(page.search, '?lang=en')
  const params = Object.fromEntries(new URLSearchParams(page.hash.slice(1)))
  assert.deepEqual(Object.keys(params), ['access_token', 'refresh_token', 'expires_in', 'expires_at', 'token_type'])
  const { access_token, refresh_token } = params as { access_token: string; refresh_token: string }
  const { data, error } = await client.auth.setSession({ access_token, refresh_token })
  assert.equal(error, null)
  assert.equal(data.user?.email, 'iris@example.com')
})

test('an error is reported to the page in the query and the fragment', async () => {
  const login = person('dina')
  const client = frontEnd('pkce')
  const page = await comeBack(client, open(login, false))
  for (const params of [page.searchParams, new URLSearchParams(page.hash.slice(1))]) {
    assert.deepEqual([params.get('error'), params.get('error_code')], ['access_denied', 'access_denied'])
    assert.match(params.get('error_description') ?? '', /did not agree/)
  }
  await comeBack(client, open(login))
  await pool.query("update identity.users set suspended_at = now() where email = 'dina@example.com'")
  assert.equal((await comeBack(client, open(login))).searchParams.get('error_code'), 'account_suspended')
})

test("scopes and parameters are passed to the provider, except the server's own", async () => {
  const { data } = await frontEnd('pkce').auth.signInWithOAuth({
    provider: 'acme' as 'google',
    options: {
      redirectTo: `${site}/after`,
      skipBrowserRedirect: true,
      scopes: 'email calendar.read',
      queryParams: {
        prompt: 'select_account',
        login_hint: 'nora@example.com',
        access_type: '',
        redirect_uri: 'https://evil.example.com/',
        state: 'mine',
        nonce: 'mine',
        client_id: 'mine',
        response_type: 'token',
        response_mode: 'fragment',
        request_uri: 'https://evil.example.com/',
      },
    },
  })
  const { headers, status } = await fetch(data.url!, { redirect: 'manual' })
  assert.equal(status, 302)
  const sent = Object.fromEntries(new URL(headers.get('location')!).searchParams)
  const { state, nonce, code_challenge, ...rest } = sent
  assert.deepEqual(rest, {
    client_id: 'switchboard',
    response_type: 'code',
    redirect_uri: `${publicUrl}/api/auth/oauth/acme/callback`,
    code_challenge_method: 'S256',
    scope: 'openid email profile calendar.read',
    prompt: 'select_account',
    login_hint: 'nora@example.com',
  })
  assert.ok(state !== 'mine' && nonce !== 'mine' && code_challenge)
  const { status: refused } = await server.anyone.get('/auth/v1/authorize?provider=acme&scopes=caf%C3%A9')
  assert.equal(refused, 400)
})

test('a session is sent to allowed pages only, else to our own; a provider that is not configured is refused', async () => {
  const client = frontEnd('implicit')
  const page = await comeBack(client, open(person('eve')), 'https://evil.example.com/', `${publicUrl}/#`)
  assert.equal(page.origin + page.pathname, `${publicUrl}/`)
  for (const provider of ['google', 'myspace']) {
    const { status, body } = await server.anyone.get(`/auth/v1/authorize?provider=${provider}`)
    assert.deepEqual([status, body.error_code], [400, 'validation_failed'])
  }
  const weak = await server.anyone.get(
    `/auth/v1/authorize?provider=acme&code_challenge=${'x'.repeat(43)}&code_challenge_method=plain`,
  )
  assert.equal(weak.status, 400)
  // Another browser cannot finish the login.
  const out = await open('eve').load(await startOf(client))
  const back = await open('eve').follow(out.headers.get('location')!, `${publicUrl}/api/auth/oauth/acme/callback`)
  assert.equal((await open('eve').load(back.next!)).status, 400)
})
