import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { serverContext } from '../../platform/services.ts'
import { type Page, createBrowser as openBrowser, posted } from '../../../test/browser.ts'
import { listen } from '../../../test/listen.ts'
import { openSocket } from '../../../test/sockets.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { connected, listIntegrations } from './connections.ts'
import { accountOf, renewTokens } from './index.ts'
import { oauthPlatforms } from './platforms.ts'

// The public URL of the server; the test's browser maps it to the local one.
const publicUrl = 'https://app.example.com'

/** An OpenID provider that requires PKCE and the client's secret, instead of Facebook and Instagram. */
async function startProvider(): Promise<string> {
  // The package has no types; a non-constant name avoids the lookup.
  const packageName: string = 'oidc-provider'
  const { Provider } = await import(packageName)
  const { server, url } = await listen()
  const clientOf = (name: string) => ({
    client_id: `${name}-app`,
    client_secret: `${name}-secret`,
    redirect_uris: [`${publicUrl}/oauth/${name}/callback`],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code'],
    response_types: ['code'],
  })
  const provider = new Provider(url, {
    clients: ['facebook', 'instagram', 'own']
      .map(clientOf)
      .map((client) =>
        client.client_id === 'own-app'
          ? { ...client, redirect_uris: [`${publicUrl}/oauth/facebook/callback`] }
          : client,
      ),
    // It treats Facebook's comma-separated scopes as one name.
    scopes: ['openid', oauthPlatforms.facebook.scope, oauthPlatforms.instagram.scope],
    pkce: { required: () => true },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 3600, Grant: 3600, Session: 3600, Interaction: 600 },
  })
  server.on('request', provider.callback())
  return url
}

interface ReceivedRequest {
  path: string
  headers: Record<string, unknown>
  body: Record<string, unknown>
}
const asked: ReceivedRequest[] = []

/** TikTok, Telegram, Viber and the Graph API, as strict as documented. */
const answers: [RegExp, (asked: ReceivedRequest) => object | Promise<object>][] = [
  [
    /^\/tiktok\/token$/,
    ({ body }) =>
      body.client_secret === 'tiktok-secret' && body.auth_code === 'good' && typeof body.code_verifier === 'string'
        ? { code: 0, data: { open_id: 'open-1', access_token: 'act.1', refresh_token: 'rft.1', expires_in: 86_400 } }
        : { code: 40_002, message: 'Invalid auth code' },
  ],
  [/^\/bot111:[\w-]+\/getMe$/, () => ({ ok: true, result: { id: 111, is_bot: true, username: 'cups_bot' } })],
  [/^\/bot111:[\w-]+\/(set|delete)Webhook$/, () => ({ ok: true, result: true })],
  [/^\/bot/, () => ({ ok: false, error_code: 401, description: 'Unauthorized' })],
  [
    /^\/get_account_info$/,
    ({ headers }) =>
      headers['x-viber-auth-token'] === 'viber-token'
        ? { status: 0, id: 'pa:1', name: 'Cups' }
        : { status: 2, status_message: 'invalidAuthToken' },
  ],
  // Viber sends a signed request to the webhook before it responds.
  [
    /^\/set_webhook$/,
    async ({ headers, body }) => {
      if (body.url === '') return { status: 0, status_message: 'ok' }
      const event = '{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}'
      const signature = createHmac('sha256', String(headers['x-viber-auth-token'])).update(event).digest('hex')
      const hook = new URL(String(body.url))
      const { status } = await server.anyone.post(hook.pathname + hook.search, event, {
        'content-type': 'application/json',
        'x-viber-content-signature': signature,
      })
      return status === 200 ? { status: 0, status_message: 'ok' } : { status: 1, status_message: 'invalidUrl' }
    },
  ],
  [/^\/555\?fields=/, () => ({ display_phone_number: '+1 555', verified_name: 'Cups Ltd', id: '555' })],
  // Meta verifies a URL before it accepts it.
  [
    /^\/777\/subscribed_apps$/,
    async ({ body }) => {
      const hook = new URL(String(body.override_callback_uri))
      hook.searchParams.set('hub.mode', 'subscribe')
      hook.searchParams.set('hub.verify_token', String(body.verify_token))
      hook.searchParams.set('hub.challenge', '1158201444')
      const { text } = await server.anyone.get(hook.pathname + hook.search)
      return text === '1158201444'
        ? { success: true }
        : { error: { code: 2200, message: 'Callback verification failed' } }
    },
  ],
  [
    /^\/oauth\/access_token\?grant_type=fb_exchange_token&/,
    () => ({ access_token: 'EAAlong', token_type: 'bearer', expires_in: 5_183_944 }),
  ],
  [
    /^\/me\/accounts\?/,
    ({ headers }) =>
      headers.authorization === 'Bearer EAAlong'
        ? {
            data: [
              { id: '1001', name: 'Cups', access_token: 'EAApage1' },
              { id: '1002', name: 'Plates', access_token: 'EAApage2' },
            ],
          }
        : { error: { code: 190, message: 'Invalid OAuth access token.' } },
  ],
  [/^\/100\d\/subscribed_apps(\?|$)/, () => ({ success: true })],
  // Instagram's long-lived tokens: 60 days, renewed with the token itself.
  [
    /^\/access_token\?grant_type=ig_exchange_token&client_secret=instagram-secret&access_token=./,
    () => ({ access_token: 'IGlong', token_type: 'bearer', expires_in: 5_184_000 }),
  ],
  [
    /^\/refresh_access_token\?grant_type=ig_refresh_token&access_token=/,
    ({ path }) =>
      path.endsWith('=IGlong')
        ? { access_token: 'IGlonger', token_type: 'bearer', expires_in: 5_184_000 }
        : { error: { code: 190, message: 'Session has expired' } },
  ],
  [/^\/me\?fields=user_id,username$/, () => ({ user_id: '17841400', username: 'cups', id: 'scoped-1' })],
  [/^\/17841400\/subscribed_apps\?/, () => ({ success: true })],
  [
    /^\/tt_user\/oauth2\/refresh_token\/$/,
    ({ body }) =>
      body.refresh_token === 'rft.1'
        ? { code: 0, data: { access_token: 'act.2', refresh_token: 'rft.2', expires_in: 86_400 } }
        : { code: 40_002, message: 'Refresh token is invalid' },
  ],
  [/^\/business\/get\/\?/, () => ({ code: 0, data: { username: 'cups', display_name: 'Cups' } })],
  [/^\/business\/webhook\/update\/$/, () => ({ code: 0, message: 'OK' })],
]
const platforms = await listen(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const one = { path: String(request.url), headers: request.headers, body: text ? JSON.parse(text) : {} }
  asked.push(one)
  const [, answer] = answers.find(([path]) => path.test(one.path)) ?? []
  response.setHeader('content-type', 'application/json')
  const said = (await answer?.(one)) ?? { error: { message: 'Unknown path.' } }
  response.statusCode = 'error' in said ? (answer ? 400 : 404) : 200
  response.end(JSON.stringify(said))
})
const lastAsked = (path: RegExp) => asked.findLast((one) => path.test(one.path))

const provider = await startProvider()
const server = await startTestServer({
  PUBLIC_URL: publicUrl,
  CORS_ORIGINS: 'https://shop.example.com',
  FACEBOOK_CLIENT_ID: 'facebook-app',
  FACEBOOK_CLIENT_SECRET: 'facebook-secret',
  FACEBOOK_AUTHORIZE_URL: `${provider}/auth`,
  FACEBOOK_TOKEN_URL: `${provider}/token`,
  INSTAGRAM_AUTHORIZE_URL: `${provider}/auth`,
  INSTAGRAM_TOKEN_URL: `${provider}/token`,
  TIKTOK_CLIENT_ID: 'tiktok-key',
  TIKTOK_CLIENT_SECRET: 'tiktok-secret',
  TIKTOK_TOKEN_URL: `${platforms.url}/tiktok/token`,
  FACEBOOK_API_URL: platforms.url,
  INSTAGRAM_API_URL: platforms.url,
  TIKTOK_API_URL: platforms.url,
  TELEGRAM_API_URL: platforms.url,
  VIBER_API_URL: platforms.url,
  WHATSAPP_API_URL: platforms.url,
})

const createBrowser = (how: { agrees?: boolean } = {}) => openBrowser({ reached: { [publicUrl]: server.url }, ...how })

const connect = (who: SignedUp, platform: string, body: unknown = {}, headers = {}) =>
  who.post(`/api/shops/${who.workspaceId}/integrations/${platform}/connect`, body, headers)
const shopSees = async (who: SignedUp, platform: string) =>
  (await who.get(`/api/shops/${who.workspaceId}/integrations`)).body.data.find(
    (one: { platform: string }) => one.platform === platform,
  )
const secretsIn = async (who: SignedUp, platform: 'facebook' | 'instagram' | 'tiktok' | 'telegram') =>
  (await accountOf(serverContext(server.app.services, { workspaceId: who.workspaceId }), platform))?.secrets ?? null
const fromShop = { origin: 'https://shop.example.com' }

test('connecting Facebook: a login there, the code is exchanged for a token, the result is posted to the page', async () => {
  const ana = await server.signUp()
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: ana.token })
  const { status, body } = await connect(ana, 'facebook', {}, fromShop)
  assert.equal(status, 200)
  assert.match(body.authUrl, /^https:\/\/app\.example\.com\/oauth\/facebook\/start\?ticket=/)

  const browser = createBrowser()
  const set = await browser.load(body.authUrl)
  const cookie = set.headers.get('set-cookie') ?? ''
  assert.match(
    cookie,
    /^__Secure-sb_oauth_facebook=[\w-]{43}; Path=\/oauth\/facebook; Max-Age=600; SameSite=Lax; HttpOnly; Secure$/,
  )
  const asks = new URL(set.headers.get('location') ?? '').searchParams
  assert.equal(asks.get('client_id'), 'facebook-app')
  assert.equal(asks.get('code_challenge_method'), 'S256')
  assert.match(asks.get('state') ?? '', /^[\w-]{43}$/)

  const page = await browser.follow(set.headers.get('location') ?? '')
  assert.equal(page.status, 200, page.text)
  assert.deepEqual(posted(page), {
    result: { type: 'oauth', platform: 'facebook', success: true },
    origin: 'https://shop.example.com',
  })
  const seen = await shopSees(ana, 'facebook')
  assert.equal(seen.isConnected, true)
  // A page token does not expire when it comes from a long-lived user token.
  assert.deepEqual([seen.accountName, seen.expiresAt], ['Cups', null])
  assert.deepEqual(await secretsIn(ana, 'facebook'), { accessToken: 'EAAlong', pageToken: 'EAApage1' })
  const subscribed = lastAsked(/^\/1001\/subscribed_apps\?subscribed_fields=messages,messaging_postbacks,/)
  assert.equal(subscribed?.headers.authorization, 'Bearer EAApage1')
  assert.equal((await socket.next('integration:update')).data.status, 'connected')

  // A user with several pages switches to another one without another login.
  assert.equal((await connect(ana, 'facebook', { pageId: '1002' })).body.accountName, 'Plates')
  assert.equal((await secretsIn(ana, 'facebook'))?.pageToken, 'EAApage2')
  assert.equal((await connect(ana, 'facebook', { pageId: '1003' })).body.details[0].path, 'body.pageId')

  const off = await ana.post(`/api/shops/${ana.workspaceId}/integrations/facebook/disconnect`)
  assert.deepEqual(off.body, { success: true })
  assert.equal((await shopSees(ana, 'facebook')).isConnected, false)
  assert.equal(await secretsIn(ana, 'facebook'), null)
})

test('a ticket and a state are valid once, in one browser, for one platform, with one verifier', async () => {
  const ana = await server.signUp()
  const { body } = await connect(ana, 'facebook')
  const [browser, thief] = [createBrowser(), createBrowser()]
  const back = await browser.follow(body.authUrl, `${publicUrl}/oauth/`)
  const callback = back.next as string

  const isRefused = async (page: Promise<Page>) => {
    const { status, headers, text } = await page
    assert.equal(status, 400)
    assert.match(headers.get('content-type') ?? '', /^text\/html/)
    assert.doesNotMatch(text, /<script/)
  }
  await isRefused(thief.load(body.authUrl))
  await isRefused(thief.load(callback))
  await isRefused(browser.load(callback.replace('/facebook/', '/instagram/')))
  await isRefused(browser.load(callback.replace(/state=[^&]+/, 'state=forged')))
  await isRefused(browser.load(`${publicUrl}/oauth/facebook/callback`))
  assert.equal((await shopSees(ana, 'facebook')).isConnected, false)
  assert.equal(posted(await browser.load(callback)).result.success, true)
  await isRefused(browser.load(callback))
  assert.equal((await thief.load(`${publicUrl}/oauth/myspace/start?ticket=x`)).status, 404)

  // Of fifty concurrent requests with one state one succeeds.
  const again = createBrowser()
  const second = await again.follow((await connect(ana, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)
  const pages = await Promise.all(Array.from({ length: 50 }, () => again.load(second.next as string)))
  assert.equal(pages.filter(({ status }) => status === 200).length, 1)
})

test('a code of one login is refused in another, because the verifier does not match', async () => {
  const [ana, eve] = [await server.signUp(), await server.signUp()]
  const victim = createBrowser()
  const stolen = new URL(
    (await victim.follow((await connect(ana, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)).next as string,
  )
  const attacker = createBrowser()
  const own = new URL(
    (await attacker.follow((await connect(eve, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)).next as string,
  )
  own.searchParams.set('code', stolen.searchParams.get('code') ?? '')
  assert.equal(posted(await attacker.load(own.href)).result.success, false)
  assert.equal((await shopSees(eve, 'facebook')).isConnected, false)
})

test('a login expires after ten minutes', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  const { next } = await browser.follow((await connect(ana, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)
  await server.app.services.connections.pool.query(
    `update integrations.oauth_attempts set expires_at = expires_at - interval '601 seconds' where workspace_id = $1`,
    [ana.workspaceId],
  )
  assert.equal((await browser.load(next as string)).status, 400)
})

test('a refusal is posted to the page that opened the window, and not to other origins', async () => {
  const ana = await server.signUp()
  const { body } = await connect(ana, 'facebook', {}, { origin: 'https://evil.example.com' })
  const { result, origin } = posted(await createBrowser({ agrees: false }).follow(body.authUrl))
  assert.equal(result.success, false)
  assert.equal(result.error, 'You did not agree.')
  assert.equal(origin, publicUrl)
})

test('without credentials 409; the workspace’s own app is used; unknown platforms are 404', async () => {
  const ana = await server.signUp()
  const none = await connect(ana, 'instagram')
  assert.equal(none.status, 409)
  assert.equal(none.body.code, 'not_configured')
  assert.equal((await connect(ana, 'myspace')).status, 404)
  const at = `/api/shops/${ana.workspaceId}/integrations/facebook/credentials`
  const half = await ana.put(at, { clientId: 'own-app' })
  assert.equal(half.body.details[0].path, 'body.clientSecret')
  const saved = await ana.put(at, { clientId: 'own-app', clientSecret: 'own-secret' })
  assert.equal(saved.body.success, true)
  // The values that the owner of an app enters at the platform.
  assert.equal(saved.body.webhookUrl, `${publicUrl}/webhook/facebook?shopId=${ana.workspaceId}`)
  const check = (token: string) =>
    server.anyone.get(
      `/webhook/facebook?shopId=${ana.workspaceId}&hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=42`,
    )
  assert.equal((await check(saved.body.verifyToken)).text, '42')
  assert.equal((await check('guessed')).status, 403)
  const { body } = await connect(ana, 'facebook')
  const browser = createBrowser()
  const out = await browser.load(body.authUrl)
  assert.match(out.headers.get('location') ?? '', /client_id=own-app/)
  assert.equal(posted(await browser.follow(out.headers.get('location') ?? '')).result.success, true)
  // The provider refuses a wrong secret.
  await ana.put(at, { clientId: 'own-app', clientSecret: 'wrong' })
  const refused = posted(await createBrowser().follow((await connect(ana, 'facebook')).body.authUrl))
  assert.equal(refused.result.success, false)
  await ana.delete(at)
  const { body: usual } = await connect(ana, 'facebook')
  assert.match((await createBrowser().load(usual.authUrl)).headers.get('location') ?? '', /client_id=facebook-app/)
})

test('TikTok differs from standard OAuth', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  const out = await browser.load((await connect(ana, 'tiktok')).body.authUrl)
  const asks = new URL(out.headers.get('location') ?? '')
  assert.equal(asks.origin, 'https://www.tiktok.com')
  assert.equal(asks.searchParams.get('client_key'), 'tiktok-key')
  const back = (code: string) =>
    `${publicUrl}/oauth/tiktok/callback?code=${code}&state=${asks.searchParams.get('state')}`
  assert.equal(posted(await browser.load(back('good'))).result.success, true)
  assert.deepEqual(await secretsIn(ana, 'tiktok'), { accessToken: 'act.1', refreshToken: 'rft.1' })
  assert.equal((await shopSees(ana, 'tiktok')).accountName, '@cups')
  assert.equal(lastAsked(/webhook\/update/)?.body.callback_url, `${publicUrl}/webhook/tiktok`)

  const again = await browser.load((await connect(ana, 'tiktok')).body.authUrl)
  const state = new URL(again.headers.get('location') ?? '').searchParams.get('state')
  const bad = await browser.load(`${publicUrl}/oauth/tiktok/callback?code=bad&state=${state}`)
  assert.equal(posted(bad).result.error, 'TikTok did not return a token.')
})

test('Telegram, Viber and WhatsApp are connected with a token, and the webhook is registered', async () => {
  const ana = await server.signUp()
  const token = `111:${'A'.repeat(35)}`
  const telegram = await connect(ana, 'telegram', { token })
  assert.deepEqual(telegram.body, { success: true, platform: 'telegram', accountName: '@cups_bot' })
  const hook = lastAsked(/\/setWebhook$/)
  assert.equal(hook?.body.url, `${publicUrl}/webhook/telegram?shopId=${ana.workspaceId}`)
  assert.equal(hook?.body.secret_token, (await secretsIn(ana, 'telegram'))?.webhookSecret)
  assert.doesNotMatch(JSON.stringify((await ana.get('/api/integrations')).body), /AAAAA/)
  await ana.post(`/api/shops/${ana.workspaceId}/integrations/telegram/disconnect`)
  assert.ok(lastAsked(/\/deleteWebhook$/))

  assert.equal((await connect(ana, 'viber', { token: 'viber-token' })).body.accountName, 'Cups')
  const whatsapp = { token: 'EAAG', phoneNumberId: '555', businessAccountId: '777' }
  assert.equal((await connect(ana, 'whatsapp', whatsapp)).body.accountName, 'Cups Ltd')
  assert.equal(lastAsked(/subscribed_apps$/)?.headers.authorization, 'Bearer EAAG')
})

test('a token that a platform refuses is an error of that field', async () => {
  const ana = await server.signUp()
  const attempts: [string, object, RegExp][] = [
    ['telegram', { token: '../../etc' }, /does not look like/],
    ['telegram', { token: `222:${'A'.repeat(35)}` }, /Unauthorized/],
    ['viber', { token: 'nonsense' }, /invalidAuthToken/],
    ['viber', { token: 'a\nb' }, /characters/],
    ['whatsapp', { token: 'EAAG', phoneNumberId: '666' }, /Unknown path/],
  ]
  for (const [platform, body, why] of attempts) {
    const answer = await connect(ana, platform, body)
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.body.details[0].path, 'body.token')
    assert.match(answer.body.details[0].message, why)
    assert.equal((await shopSees(ana, platform)).isConnected, false)
  }
})

test('without a token a form asks for it, with the same rules as a login', async () => {
  const ana = await server.signUp()
  const { body } = await connect(ana, 'telegram', {}, fromShop)
  assert.match(body.authUrl, /^https:\/\/app\.example\.com\/oauth\/telegram\/start\?ticket=/)
  const [browser, thief] = [createBrowser(), createBrowser()]
  const form = await browser.load(body.authUrl)
  assert.match(form.headers.get('content-security-policy') ?? '', /form-action 'self'/)
  const state = /name="state" value="([\w-]{43})"/.exec(form.text)?.[1] ?? ''
  const code = `111:${'A'.repeat(35)}`
  assert.equal((await thief.load(`${publicUrl}/oauth/telegram/callback`, { state, code })).status, 400)
  const wrong = posted(await browser.load(`${publicUrl}/oauth/telegram/callback`, { state, code: 'nonsense' }))
  assert.match(wrong.result.error ?? '', /does not look like/)
  const again = createBrowser()
  const second = await again.load((await connect(ana, 'telegram', {}, fromShop)).body.authUrl)
  const fresh = /name="state" value="([\w-]{43})"/.exec(second.text)?.[1] ?? ''
  const page = await again.load(`${publicUrl}/oauth/telegram/callback`, { state: fresh, code })
  assert.deepEqual(posted(page), {
    result: { type: 'oauth', platform: 'telegram', success: true },
    origin: 'https://shop.example.com',
  })
  assert.equal((await shopSees(ana, 'telegram')).accountName, '@cups_bot')
  for (const platform of ['telegram', 'viber', 'whatsapp']) {
    assert.equal((await createBrowser().load(`${publicUrl}/oauth/${platform}/callback?state=x&code=y`)).status, 400)
  }
})

test('Instagram: the short-lived token is exchanged for one of 60 days, renewed before it expires', async () => {
  const ana = await server.signUp()
  await ana.put(`/api/shops/${ana.workspaceId}/integrations/instagram/credentials`, {
    clientId: 'instagram-app',
    clientSecret: 'instagram-secret',
  })
  const { body } = await connect(ana, 'instagram', {}, fromShop)
  assert.equal(posted(await createBrowser().follow(body.authUrl)).result.success, true)
  const seen = await shopSees(ana, 'instagram')
  assert.deepEqual([seen.isConnected, seen.accountName], [true, '@cups'])
  assert.equal(Math.round((Date.parse(seen.expiresAt) - Date.now()) / 86_400_000), 60)
  assert.deepEqual(await secretsIn(ana, 'instagram'), { accessToken: 'IGlong' })
  assert.ok(lastAsked(/^\/17841400\/subscribed_apps\?subscribed_fields=messages,/))

  const renewAll = () => renewTokens.run(serverContext(server.app.services, { workspaceId: null }), {})
  const endsIn = (days: number) =>
    server.app.services.connections.pool.query(
      `update integrations.connections set expires_at = now() + make_interval(days => $2) where workspace_id = $1`,
      [ana.workspaceId, days],
    )
  await renewAll()
  assert.deepEqual(await secretsIn(ana, 'instagram'), { accessToken: 'IGlong' })
  await endsIn(9)
  await renewAll()
  assert.deepEqual(await secretsIn(ana, 'instagram'), { accessToken: 'IGlonger' })
  assert.ok(Date.parse((await shopSees(ana, 'instagram')).expiresAt) > Date.now() + 50 * 86_400_000)
  // The renewal is refused: the user has to log in again.
  await endsIn(9)
  await renewAll()
  assert.equal((await shopSees(ana, 'instagram')).status, 'error')
})

test('TikTok: tokens of a day are renewed with the refresh token, which changes too', async () => {
  const ana = await server.signUp()
  const account = { secrets: { accessToken: 'act.1', refreshToken: 'rft.1' }, accountId: 'open-1' }
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  await connected(ctx, 'tiktok', { ...account, expiresAt: new Date(Date.now() + 3_600_000) })
  await renewTokens.run(serverContext(server.app.services, { workspaceId: null }), {})
  assert.deepEqual(await secretsIn(ana, 'tiktok'), { accessToken: 'act.2', refreshToken: 'rft.2' })
})

test('other systems are recorded: created once, then updated', async () => {
  const ana = await server.signUp()
  const made = await ana.post('/api/integrations', {
    name: 'HubSpot',
    type: 'crm',
    status: 'connected',
    token: 'pat-1',
  })
  assert.equal(made.status, 201)
  assert.equal(made.body.data.status, 'connected')
  assert.ok(made.body.data.last_sync)
  assert.doesNotMatch(made.text, /pat-1/)
  const changed = await ana.post('/api/integrations', { name: 'HubSpot', type: 'crm', status: 'disconnected' })
  assert.equal(changed.status, 200)
  assert.equal(changed.body.data.id, made.body.data.id)
  const renamed = await ana.post('/api/integrations', { id: made.body.data.id, name: 'Our CRM', type: 'crm' })
  assert.equal(renamed.body.data.name, 'Our CRM')
  // The server sets the status of Facebook.
  const claimed = await ana.post('/api/integrations', { name: 'Facebook', type: 'social', status: 'connected' })
  assert.equal(claimed.body.data.status, 'disconnected')
  const { body } = await ana.get('/api/integrations')
  assert.deepEqual(
    body.data.map(({ name }: { name: string }) => name),
    ['Facebook', 'Our CRM'],
  )
  assert.deepEqual(Object.keys(body), ['data'], 'the next page is in the Link header')
  const first = await ana.get('/api/integrations?limit=1')
  const [, next] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
  assert.equal((await ana.get(next ?? '')).body.data[0].name, 'Our CRM')
  const path = `/api/integrations/${made.body.data.id}`
  const broken = await ana.patch(path, { status: 'error' })
  assert.equal(broken.body.data.status, 'error', 'of a system that is not connected through this server')
  const moved = await ana.patch(path, { settings: { region: 'eu1' } })
  assert.deepEqual([moved.body.data.name, moved.body.data.settings], ['Our CRM', { region: 'eu1' }])
  assert.deepEqual((await ana.get(path)).body, moved.body)
  assert.deepEqual((await ana.delete(path)).body, { success: true })
  assert.equal((await ana.get(path)).status, 404)
  const unknownId = { id: '0199ffff-ffff-7fff-bfff-ffffffffffff', name: 'X', type: 'crm' }
  assert.equal((await ana.post('/api/integrations', unknownId)).status, 404)
  assert.equal((await ana.post('/api/integrations', { name: 'X', type: 'fax' })).body.details[0].path, 'body.type')
})

test('anonymous users see name, type and status in the public workspace, with any workspace header', async () => {
  const ana = await server.signUp()
  await ana.post('/api/integrations', { name: 'Calendar', type: 'calendar' })
  const { body } = await server.anyone.get('/api/integrations', { 'x-workspace-id': ana.workspaceId })
  assert.deepEqual(body, { data: [] })
  assert.deepEqual(await publiclyShown(ana.workspaceId), [
    { name: 'Calendar', type: 'calendar', status: 'disconnected' },
  ])
})

test('an API key with the scope sees those of its workspace', async () => {
  const ana = await server.signUp()
  await ana.post('/api/integrations', { name: 'Calendar', type: 'calendar' })
  const keyWith = async (scopes: string[]) =>
    (await ana.post('/api/api-keys', { name: 'k', scopes })).body.key as string
  const asked = async (key: string) => server.anyone.get('/api/integrations', { 'x-api-key': key })
  const seen = await asked(await keyWith(['integrations:read']))
  assert.equal(seen.status, 200, seen.text)
  assert.equal(seen.body.data[0].platform, 'calendar')
  assert.equal((await asked(await keyWith(['contacts:read']))).status, 403)
})

/** The list that the same server would show with PUBLIC_WORKSPACE_ID. */
async function publiclyShown(publicWorkspaceId: string) {
  const services = { ...server.app.services, config: { ...server.app.services.config, publicWorkspaceId } }
  const ctx = { ...serverContext(services, { workspaceId: null }), principal: { kind: 'public' } as const }
  return (await listIntegrations(ctx, { limit: 50 })).data
}

test('roles: an agent can list but not change them', async () => {
  const ana = await server.signUp()
  const agent = await server.addMember(ana, 'agent')
  assert.equal((await agent.get('/api/integrations')).status, 200)
  assert.equal((await agent.post('/api/integrations', { name: 'X', type: 'crm' })).status, 403)
  assert.equal((await agent.post(`/api/shops/${ana.workspaceId}/integrations/facebook/connect`)).status, 403)
})
