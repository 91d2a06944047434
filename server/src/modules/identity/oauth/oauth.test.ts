import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type BrowserOptions, createBrowser, posted } from '../../../../test/browser.ts'
import { createClient } from '../../../../test/client.ts'
import { listen } from '../../../../test/listen.ts'
import { nthMessageTo } from '../../../../test/mailbox.ts'
import { startTestServer } from '../../../../test/server.ts'
import { appCode } from '../../../../test/two-factor.ts'
import {
  type GitHubUser,
  type Lie,
  base64url,
  startGitHub,
  startLyingProvider,
  startOpenIdProvider,
} from '../../../../test/sign-in-providers.ts'
import { readConfig } from '../../../config.ts'

// Browsers reach the server here; the test's browser knows where that really is.
const publicUrl = 'https://app.example.com'
const shop = 'https://shop.example.com'
const callbackOf = (provider: string) => `${publicUrl}/api/auth/oauth/${provider}/callback`

/** Claims of people at Acme, by the name they log in with. */
const people: Record<string, object> = {}
const acme = await startOpenIdProvider(people, callbackOf('acme-corp'))
const liar = await startLyingProvider()
const hub = await startGitHub()
const server = await startTestServer({
  PUBLIC_URL: publicUrl,
  CORS_ORIGINS: shop,
  OIDC_ACME_CORP_ISSUER: acme,
  OIDC_ACME_CORP_CLIENT_ID: 'switchboard',
  OIDC_ACME_CORP_CLIENT_SECRET: 'acme-secret',
  OIDC_LIAR_ISSUER: liar.url,
  OIDC_LIAR_CLIENT_ID: 'switchboard',
  OIDC_LIAR_CLIENT_SECRET: 'liar-secret',
  OIDC_STAFF_ISSUER: liar.url,
  OIDC_STAFF_CLIENT_ID: 'switchboard',
  OIDC_STAFF_TRUST_EMAIL: 'on',
  OAUTH_GITHUB_CLIENT_ID: 'hub-app',
  OAUTH_GITHUB_CLIENT_SECRET: 'hub-secret',
  OAUTH_GITHUB_URL: hub.url,
  OAUTH_GITHUB_API_URL: `${hub.url}/api`,
})

const open = (how: BrowserOptions = {}) => createBrowser({ reached: { [publicUrl]: server.url }, ...how })
type Browser = ReturnType<typeof open>
const startOf = (provider: string, query: Record<string, string> = {}) =>
  `${publicUrl}/api/auth/oauth/${provider}?${new URLSearchParams({ redirect_to: `${shop}/welcome`, ...query }).toString()}`
/** Signs in. Returns the page that the browser is redirected to. */
async function signIn(browser: Browser, provider: string, query: Record<string, string> = {}): Promise<URL> {
  const end = await browser.follow(startOf(provider, query), shop)
  return new URL(end.next ?? assert.fail(`${end.status} ${end.text}`))
}
/** The user a browser is signed in as, or null. */
async function meOf(browser: Browser) {
  const { cookiesOf } = browser
  const token = cookiesOf(publicUrl)['__Host-sb_access']
  return token ? (await createClient(server.url, { authorization: `Bearer ${token}` }).get('/api/auth/me')).body : null
}
const failureOf = (page: URL) => page.searchParams.get('error')
const person = (name: string, more: object = {}) => {
  people[name] = { email: `${name}@example.com`, email_verified: true, name: `${name} of Acme`, ...more }
  return name
}
const verifyEmail = async (id: string) =>
  server.app.services.connections.pool.query('update identity.users set email_verified = true where id = $1', [id])

test('a first sign-in creates an account with a workspace and a verified address; the next one finds it', async () => {
  const login = person('nora', { picture: 'https://acme.example.com/nora.png' })
  const browser = open({ login })
  const page = await signIn(browser, 'acme-corp')
  assert.equal(page.href, `${shop}/welcome`)
  const me = await meOf(browser)
  assert.deepEqual(
    [me.email, me.name, me.email_verified, me.avatar_url, me.role],
    ['nora@example.com', 'nora of Acme', true, 'https://acme.example.com/nora.png', 'owner'],
  )
  assert.equal(me.workspaces.length, 1)
  assert.deepEqual([me.oauth_provider, me.oauth_id, me.is_active], ['acme-corp', 'nora', true])

  // The address at the provider changes; the account does not.
  person('nora', { email: 'nora.new@example.com', email_verified: false })
  const later = open({ login })
  await signIn(later, 'acme-corp')
  assert.equal((await meOf(later)).id, me.id)
  // The user has no password until they choose one.
  const { status } = await server.anyone.post('/api/auth/login', { email: me.email, password: 'correct horse battery' })
  assert.equal(status, 401)
})

test('the authorization request has PKCE, nonce and state; the response sets HttpOnly cookies', async () => {
  const browser = open({ login: person('wanda') })
  const out = await browser.load(startOf('acme-corp'))
  assert.equal(out.status, 302)
  assert.match(
    out.headers.get('set-cookie') ?? '',
    /^__Secure-sb_oauth_acme-corp=[\w-]{43}; Path=\/api\/auth\/oauth\/acme-corp; Max-Age=600; SameSite=Lax; HttpOnly; Secure$/,
  )
  const asks = new URL(out.headers.get('location') ?? '')
  assert.equal(asks.origin, acme)
  assert.match(asks.searchParams.get('state') ?? '', /^[\w-]{43}$/)
  assert.match(asks.searchParams.get('nonce') ?? '', /^[\w-]{43}$/)
  assert.match(asks.searchParams.get('code_challenge') ?? '', /^[\w-]{43}$/)
  assert.equal(asks.searchParams.get('code_challenge_method'), 'S256')
  const back = await browser.follow(asks.href, publicUrl)
  const end = await browser.load(back.next ?? '')
  assert.equal(end.status, 302)
  const names = end.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  assert.deepEqual(names, [
    '__Secure-sb_oauth_acme-corp',
    '__Host-sb_access',
    '__Secure-sb_refresh',
    '__Host-sb_device',
  ])
  // No token in a URL.
  assert.equal(end.headers.get('location'), `${shop}/welcome`)
})

test('an account is linked only when its address is verified on both sides', async () => {
  const ana = await server.signUp({ email: 'ana.joins@example.com' })
  const login = person('ana.joins')
  const early = open({ login })
  const refused = await signIn(early, 'acme-corp')
  assert.equal(failureOf(refused), 'email_unverified_here')
  assert.match(refused.searchParams.get('error_description') ?? '', /forgot password.*Acme corp signs you in/)
  assert.equal(await meOf(early), null)

  await verifyEmail(ana.userId)
  person(login, { email_verified: false })
  assert.equal(failureOf(await signIn(open({ login }), 'acme-corp')), 'email_unverified')
  person(login, { email: undefined })
  assert.equal(failureOf(await signIn(open({ login }), 'acme-corp')), 'email_missing')

  person(login, { email: 'Ana.Joins@Example.com' })
  const browser = open({ login })
  assert.equal(failureOf(await signIn(browser, 'acme-corp')), null)
  assert.equal((await meOf(browser)).id, ana.userId)
  // The password still works, and the audit log has an entry.
  assert.equal((await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })).status, 200)
  const { rows } = await server.app.services.connections.pool.query(
    `select details from identity.audit_log where action = 'identity.joined' and user_id = $1`,
    [ana.userId],
  )
  assert.deepEqual(rows, [{ details: { provider: 'acme-corp' } }])
})

test('a user who registered the address of another person loses the account to its owner: password, sessions and API keys', async () => {
  const squatter = await server.signUp({ email: 'victor@example.com' })
  const { body: key } = await squatter.post('/api/api-keys', { name: 'back door', scopes: ['contacts:read'] })
  const login = person('victor')
  assert.equal(failureOf(await signIn(open({ login }), 'acme-corp')), 'email_unverified_here')

  await server.anyone.post('/api/auth/forgot-password', { email: 'victor@example.com' })
  const { text: mail } = await nthMessageTo(server, 'victor@example.com', 1)
  const token = /token=([\w-]+)/.exec(mail ?? '')?.[1]
  await server.anyone.post('/api/auth/reset-password', { token, password: 'the owner of it' })
  const owner = open({ login })
  assert.equal(failureOf(await signIn(owner, 'acme-corp')), null)
  assert.equal((await meOf(owner)).id, squatter.userId)
  assert.equal((await meOf(owner)).email_verified, true)

  assert.equal((await squatter.get('/api/auth/me')).status, 401)
  assert.equal((await createClient(server.url, { 'x-api-key': key.key }).get('/api/contacts')).status, 401)
  const { status } = await server.anyone.post('/api/auth/login', { email: squatter.email, password: squatter.password })
  assert.equal(status, 401)
})

test('a state is valid once, in the browser that started the login, for its provider, for ten minutes', async () => {
  const [browser, thief] = [open({ login: person('sara') }), open()]
  const { next = '' } = await browser.follow(startOf('acme-corp'), callbackOf('acme-corp'))
  const isRefused = async (page: ReturnType<Browser['load']>) => {
    const { status, headers, text } = await page
    assert.equal(status, 400, text)
    assert.match(headers.get('content-type') ?? '', /^text\/html/)
    assert.match(text, /Sign in again/)
    assert.deepEqual(headers.getSetCookie(), [])
  }
  await isRefused(thief.load(next))
  await isRefused(browser.load(next.replace('acme-corp', 'liar')))
  await isRefused(browser.load(next.replace(/state=[^&]+/, 'state=forged')))
  await isRefused(browser.load(callbackOf('acme-corp')))
  assert.equal((await browser.load(next)).status, 302)
  await isRefused(browser.load(next))

  const slow = open({ login: 'sara' })
  const late = await slow.follow(startOf('acme-corp'), callbackOf('acme-corp'))
  await server.app.services.connections.pool.query(
    `update identity.oauth_attempts set expires_at = expires_at - interval '601 seconds'`,
  )
  await isRefused(slow.load(late.next ?? ''))

  // Of thirty concurrent requests with one state one succeeds.
  const hasty = open({ login: 'sara' })
  const once = await hasty.follow(startOf('acme-corp'), callbackOf('acme-corp'))
  const pages = await Promise.all(Array.from({ length: 30 }, () => hasty.load(once.next ?? '')))
  assert.equal(pages.filter(({ status }) => status === 302).length, 1)
})

test('a code or response of another login or another provider is refused', async () => {
  const [victim, attacker] = [open({ login: person('vera') }), open({ login: person('mallory') })]
  const stolen = new URL((await victim.follow(startOf('acme-corp'), callbackOf('acme-corp'))).next ?? '')
  const own = new URL((await attacker.follow(startOf('acme-corp'), callbackOf('acme-corp'))).next ?? '')
  assert.equal(own.searchParams.get('iss'), acme)
  own.searchParams.set('code', stolen.searchParams.get('code') ?? '')
  const injected = await attacker.load(own.href)
  assert.equal(failureOf(new URL(injected.headers.get('location') ?? '')), 'provider_failed')
  assert.equal(await meOf(attacker), null)

  for (const iss of [liar.url, undefined]) {
    const browser = open({ login: 'vera' })
    const back = new URL((await browser.follow(startOf('acme-corp'), callbackOf('acme-corp'))).next ?? '')
    if (iss) back.searchParams.set('iss', iss)
    else back.searchParams.delete('iss')
    const page = await browser.load(back.href)
    assert.equal(failureOf(new URL(page.headers.get('location') ?? '')), 'provider_failed', `iss ${iss}`)
    assert.equal(await meOf(browser), null)
  }
})

test('an invalid id token is refused', async () => {
  const hourAgo = Math.floor(Date.now() / 1000) - 3600
  const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const unsigned = (token: string) => {
    const [, payload] = token.split('.')
    return `${base64url({ alg: 'none' })}.${payload}.`
  }
  const lies: Record<string, Lie> = {
    'another nonce': { claims: { nonce: 'another' } },
    'no nonce': { claims: { nonce: undefined } },
    'another issuer': { claims: { iss: 'https://accounts.google.com' } },
    'another audience': { claims: { aud: 'another-client' } },
    expired: { claims: { iat: hourAgo - 300, exp: hourAgo } },
    'no subject': { claims: { sub: undefined } },
    'another key': { key: otherKey },
    'an unknown key': { header: { kid: 'other' }, key: otherKey },
    'no signature': { token: unsigned },
    'another algorithm': { header: { alg: 'HS256' } },
    'not a token at all': { token: () => 'nonsense' },
  }
  for (const [what, lie] of Object.entries(lies)) {
    liar.next(lie)
    const browser = open()
    assert.equal(failureOf(await signIn(browser, 'liar')), 'provider_failed', what)
    assert.equal(await meOf(browser), null, what)
  }
  liar.next({})
  const browser = open()
  assert.equal(failureOf(await signIn(browser, 'liar')), null)
  assert.equal((await meOf(browser)).email, 'liar@example.com')
})

test('unverified addresses of a provider are trusted only when the operator configures it', async () => {
  const claims = { sub: 'staff-1', email: 'staff@example.com', email_verified: undefined }
  liar.next({ claims })
  assert.equal(failureOf(await signIn(open(), 'liar')), 'email_unverified')
  const browser = open()
  assert.equal(failureOf(await signIn(browser, 'staff')), null)
  assert.equal((await meOf(browser)).email, 'staff@example.com')
})

const octocat: GitHubUser = {
  id: 583_231,
  login: 'octocat',
  name: 'The Octocat',
  avatar_url: 'https://avatars.githubusercontent.com/u/583231?v=4',
  emails: [
    { email: 'old@example.com', primary: false, verified: true, visibility: null },
    { email: 'octocat@example.com', primary: true, verified: true, visibility: 'private' },
  ],
}

test('GitHub: the id identifies the account; the primary address is used when it is verified', async () => {
  hub.logIn(octocat)
  const browser = open()
  assert.equal(failureOf(await signIn(browser, 'github')), null)
  const me = await meOf(browser)
  assert.deepEqual([me.email, me.name, me.email_verified], ['octocat@example.com', 'The Octocat', true])

  // A user who takes over a released login or address is another user.
  const emails = octocat.emails.map((email) => ({ ...email, verified: false }))
  hub.logIn({ ...octocat, id: 1, emails })
  assert.equal(failureOf(await signIn(open(), 'github')), 'email_unverified')
  hub.logIn({ ...octocat, login: 'renamed', emails })
  const renamed = open()
  await signIn(renamed, 'github')
  assert.equal((await meOf(renamed)).id, me.id)

  hub.logIn(undefined)
  const refused = await signIn(open(), 'github')
  assert.equal(failureOf(refused), 'access_denied')
  assert.match(refused.searchParams.get('error_description') ?? '', /did not agree.*GitHub/)
})

test('two concurrent sign-ins create one account', async () => {
  hub.logIn({ ...octocat, id: 77, login: 'twice', emails: [{ ...octocat.emails[1]!, email: 'twice@example.com' }] })
  const browsers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const browser = open()
      return { browser, callback: (await browser.follow(startOf('github'), callbackOf('github'))).next ?? '' }
    }),
  )
  const pages = await Promise.all(browsers.map(({ browser, callback }) => browser.load(callback)))
  for (const page of pages) assert.equal(page.headers.get('location'), `${shop}/welcome`)
  const ids = await Promise.all(browsers.map(async ({ browser }) => (await meOf(browser)).id))
  assert.equal(new Set(ids).size, 1)
})

test('a popup posts the result only to the page that opened it', async () => {
  hub.logIn(octocat)
  const browser = open()
  const page = await browser.follow(startOf('github', { popup: 'true' }))
  assert.equal(page.status, 200)
  assert.deepEqual(posted(page), { result: { type: 'oauth', platform: 'github', success: true }, origin: shop })
  assert.equal((await meOf(browser)).email, 'octocat@example.com')
  hub.logIn(undefined)
  const { result } = posted(await open().follow(startOf('github', { popup: 'true' })))
  assert.deepEqual([result.success, result.code], [false, 'access_denied'])
})

test('redirects to other pages are refused', async () => {
  for (const page of [
    'https://evil.example.com/',
    '//evil.example.com/',
    String.raw`\\evil.example.com`,
    'https://shop.example.com.evil.example.com/',
    'https://shop.example.com@evil.example.com/',
    'https://ana:secret@shop.example.com/',
    'http://shop.example.com/',
    'https://shop.example.com:8443/',
    'javascript:alert(1)',
    'data:text/html,x',
  ]) {
    const { status, headers } = await open().load(startOf('github', { redirect_to: page }))
    assert.equal(status, 400, page)
    assert.equal(headers.get('location'), null)
  }
  hub.logIn(octocat)
  const inside = await open().follow(startOf('github', { redirect_to: '/inbox?tab=mine' }), `${publicUrl}/inbox`)
  assert.equal(inside.next, `${publicUrl}/inbox?tab=mine`)
})

test('a suspended user cannot sign in', async () => {
  const login = person('susan')
  const browser = open({ login })
  await signIn(browser, 'acme-corp')
  const { id } = await meOf(browser)
  await server.app.services.connections.pool.query('update identity.users set suspended_at = now() where id = $1', [id])
  assert.equal(failureOf(await signIn(open({ login }), 'acme-corp')), 'account_suspended')
})

test('unknown providers are 404, those without configuration 409, one that cannot be reached 502', async () => {
  assert.deepEqual((await server.anyone.get('/api/auth/oauth')).body.data, [
    { provider: 'github', name: 'GitHub' },
    { provider: 'acme-corp', name: 'Acme corp' },
    { provider: 'liar', name: 'Liar' },
    { provider: 'staff', name: 'Staff' },
  ])
  for (const end of ['', '/callback?state=x']) {
    assert.equal((await server.anyone.get(`/api/auth/oauth/myspace${end}`)).status, 404)
    assert.equal((await server.anyone.get(`/api/auth/oauth/constructor${end}`)).status, 404)
    const bare = await server.anyone.get(`/api/auth/oauth/google${end}`)
    assert.deepEqual([bare.status, bare.body.code], [409, 'not_configured'])
  }
  const gone = await listen()
  await new Promise((resolve) => gone.server.close(resolve))
  const lost = await startTestServer({ OIDC_LOST_ISSUER: gone.url, OIDC_LOST_CLIENT_ID: 'x' })
  const unreached = await lost.anyone.get('/api/auth/oauth/lost')
  assert.deepEqual([unreached.status, unreached.body.code], [502, 'outbound_failed'])
  // A browser gets a page.
  const { status, text } = await createBrowser().load(`${lost.url}/api/auth/oauth/github`)
  assert.equal(status, 409)
  assert.match(text, /<p>Signing in with github is not set up here/)
})

test('an incomplete configuration, or one without https, is refused', () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ OIDC_X_ISSUER: 'http://login.example.com', OIDC_X_CLIENT_ID: 'x' }, /OIDC_X_ISSUER must be an https address/],
    [{ OIDC_X_ISSUER: 'https://login.example.com' }, /OIDC_X_CLIENT_ID is needed/],
    [{ OAUTH_GOOGLE_CLIENT_ID: 'x' }, /OAUTH_GOOGLE_CLIENT_SECRET is needed/],
    [{ OIDC_GOOGLE_ISSUER: 'https://accounts.google.com', OIDC_GOOGLE_CLIENT_ID: 'x' }, /OIDC_GOOGLE_… is taken/],
  ]
  for (const [env, why] of refused) {
    assert.throws(() => readConfig({ DATA_DIR: server.app.services.config.dataDir, ...env }), why)
  }
})

test('an account at another provider does not replace the second factor', async () => {
  const login = person('tina')
  const first = open({ login })
  await signIn(first, 'acme-corp')
  const { id } = await meOf(first)
  const token = first.cookiesOf(publicUrl)['__Host-sb_access']
  const tina = createClient(server.url, { authorization: `Bearer ${token}` })
  // The user has no password; a recent sign-in is enough to set up the app.
  const { body: begun } = await tina.post('/api/auth/two-factor/totp', {})
  const confirmed = await tina.post('/api/auth/two-factor/totp/confirm', { code: appCode(begun.secret) })
  assert.equal(confirmed.status, 200)

  const browser = open({ login })
  const page = await signIn(browser, 'acme-corp')
  assert.equal(failureOf(page), 'two_factor_required')
  assert.equal(browser.cookiesOf(publicUrl)['__Host-sb_access'], undefined)
  const fragment = new URLSearchParams(page.hash.slice(1))
  assert.equal(fragment.get('two_factor_methods'), 'totp,recovery_code')
  assert.ok(!page.search.includes(fragment.get('two_factor_token')!), 'the token is only in the fragment')
  const { status, body } = await server.anyone.post('/api/auth/two-factor/sign-in', {
    two_factor_token: fragment.get('two_factor_token'),
    code: appCode(begun.secret, 1),
  })
  assert.deepEqual([status, body.user.id], [200, id])

  await server.app.services.connections.pool.query(
    `update identity.sessions set created_at = created_at - interval '10 minutes' where user_id = $1`,
    [id],
  )
  const late = await tina.delete('/api/auth/two-factor', {})
  assert.deepEqual([late.status, late.body.code], [403, 'sign_in_again'])
})
