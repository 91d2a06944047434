import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { serverContext } from '../../platform/services.ts'
import { openSocket } from '../../../test/sockets.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { listIntegrations } from './connections.ts'
import { secretsOf } from './index.ts'
import { oauthPlatforms } from './platforms.ts'

/** A service of the world outside, on this machine. */
async function listen(handler?: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

// Browsers reach the server here; the test's browser knows where that really is.
const publicUrl = 'https://app.example.com'

/** An OpenID provider that insists on PKCE and on the client's secret, in the place of Facebook and Instagram. */
async function startProvider(): Promise<string> {
  // It brings no types, and a name that is not a constant is not looked for any.
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
    // To it, what Facebook calls a list of scopes is the name of one.
    scopes: ['openid', oauthPlatforms.facebook.scope],
    pkce: { required: () => true },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 3600, Grant: 3600, Session: 3600, Interaction: 600 },
  })
  server.on('request', provider.callback())
  return url
}

interface Asked {
  path: string
  headers: Record<string, unknown>
  body: Record<string, unknown>
}
const asked: Asked[] = []

/** TikTok's token endpoint, Telegram, Viber and the Graph API, as strict as they are documented. */
const answers: [RegExp, (asked: Asked) => object][] = [
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
  [/^\/set_webhook$/, () => ({ status: 0, status_message: 'ok' })],
  [/^\/555\?fields=/, () => ({ display_phone_number: '+1 555', verified_name: 'Cups Ltd', id: '555' })],
  [/^\/777\/subscribed_apps$/, () => ({ success: true })],
]
const platforms = await listen(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const one = { path: String(request.url), headers: request.headers, body: text ? JSON.parse(text) : {} }
  asked.push(one)
  const [, answer] = answers.find(([path]) => path.test(one.path)) ?? []
  response.setHeader('content-type', 'application/json')
  response.statusCode = answer ? 200 : 404
  response.end(JSON.stringify(answer?.(one) ?? { error: { message: 'Unknown path.' } }))
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
  TELEGRAM_API_URL: platforms.url,
  VIBER_API_URL: platforms.url,
  WHATSAPP_API_URL: platforms.url,
})

interface Page {
  url: string
  status: number
  headers: Headers
  text: string
}

/** A browser with cookies that follows redirects, logs in and agrees. */
function createBrowser({ agrees = true } = {}) {
  const jars = new Map<string, Map<string, string>>()
  async function load(url: string, form?: Record<string, string>): Promise<Page> {
    const target = new URL(url)
    const jar = jars.get(target.origin) ?? new Map<string, string>()
    jars.set(target.origin, jar)
    const reached = target.origin === publicUrl ? server.url + target.pathname + target.search : url
    const response = await fetch(reached, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s)
      if (value === '' || /max-age=0|01 jan 1970/i.test(cookie)) jar.delete(name)
      else jar.set(name, value)
    }
    const page = { url, status: response.status, headers: response.headers, text: await response.text() }
    return page
  }
  const next = (page: Page) => new URL(page.headers.get('location') ?? '', page.url).href
  return {
    load,
    /** Until a page of ours, or until `stopAt` would be loaded. */
    async follow(url: string, stopAt?: string): Promise<Page & { next?: string }> {
      let page = await load(url)
      for (let steps = 0; steps < 20; steps++) {
        if (page.status >= 300 && page.status < 400) {
          const to = next(page)
          if (stopAt && to.startsWith(stopAt)) return { ...page, next: to }
          page = await load(to)
        } else if (page.text.includes('<form') && page.url.startsWith(provider)) {
          const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? ''
          page = agrees
            ? await load(page.url, { prompt, login: 'ana', password: 'secret' })
            : await load(`${page.url}/abort`)
        } else return page
      }
      throw new Error(`This leads nowhere: ${page.url}`)
    },
  }
}

const connect = (who: SignedUp, platform: string, body: unknown = {}, headers = {}) =>
  who.post(`/api/shops/${who.workspaceId}/integrations/${platform}/connect`, body, headers)
const shopSees = async (who: SignedUp, platform: string) =>
  (await who.get(`/api/shops/${who.workspaceId}/integrations`)).body.data.find(
    (one: { platform: string }) => one.platform === platform,
  )
const secretsIn = (who: SignedUp, platform: 'facebook' | 'tiktok' | 'telegram') =>
  secretsOf(serverContext(server.app.services, { workspaceId: who.workspaceId }), platform)
const fromShop = { origin: 'https://shop.example.com' }

/** What a page posts, and to whom; its script must be the one its policy allows. */
function posted(page: Page): { result: { success: boolean; error?: string; platform: string }; origin: string } {
  const script = /<script>(.*)<\/script>/s.exec(page.text)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  assert.ok(page.headers.get('content-security-policy')?.includes(`script-src 'sha256-${hash}'`))
  assert.equal(page.headers.get('cross-origin-opener-policy'), 'unsafe-none')
  let said: { result: never; origin: string } | undefined
  let isClosed = false
  const window = {
    // As browsers do it: what is posted is a copy.
    opener: { postMessage: (result: never, origin: string) => void (said = structuredClone({ result, origin })) },
    close: () => void (isClosed = true),
  }
  runInNewContext(script, { window })
  assert.ok(isClosed && said)
  return said
}

test('connecting Facebook: login there, the code becomes a token, the page that asked is told', async () => {
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
  assert.ok(Date.parse(seen.expiresAt) > Date.now())
  assert.ok((await secretsIn(ana, 'facebook'))?.accessToken)
  assert.equal((await socket.next('integration:update')).data.status, 'connected')

  const off = await ana.post(`/api/shops/${ana.workspaceId}/integrations/facebook/disconnect`)
  assert.deepEqual(off.body, { success: true })
  assert.equal((await shopSees(ana, 'facebook')).isConnected, false)
  assert.equal(await secretsIn(ana, 'facebook'), null)
})

test('a ticket and a state count once, in one browser, for one platform, with one verifier', async () => {
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

  // Of fifty that come at once with one state, one gets through.
  const again = createBrowser()
  const second = await again.follow((await connect(ana, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)
  const pages = await Promise.all(Array.from({ length: 50 }, () => again.load(second.next as string)))
  assert.equal(pages.filter(({ status }) => status === 200).length, 1)
})

test('a code stolen from one login is worth nothing in another: its verifier does not fit', async () => {
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

test('a login that has taken longer than ten minutes is over', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  const { next } = await browser.follow((await connect(ana, 'facebook')).body.authUrl, `${publicUrl}/oauth/`)
  await server.app.services.connections.pool.query(
    `update integrations.oauth_attempts set expires_at = expires_at - interval '601 seconds' where workspace_id = $1`,
    [ana.workspaceId],
  )
  assert.equal((await browser.load(next as string)).status, 400)
})

test('who does not agree is back with a sentence; strangers are told nothing', async () => {
  const ana = await server.signUp()
  const { body } = await connect(ana, 'facebook', {}, { origin: 'https://evil.example.com' })
  const { result, origin } = posted(await createBrowser({ agrees: false }).follow(body.authUrl))
  assert.equal(result.success, false)
  assert.equal(result.error, 'You did not agree.')
  assert.equal(origin, publicUrl)
})

test('without credentials 409; with those of the workspace their app is used; unknown platforms are 404', async () => {
  const ana = await server.signUp()
  const none = await connect(ana, 'instagram')
  assert.equal(none.status, 409)
  assert.equal(none.body.code, 'not_configured')
  assert.equal((await connect(ana, 'myspace')).status, 404)
  const at = `/api/shops/${ana.workspaceId}/integrations/facebook/credentials`
  const half = await ana.put(at, { clientId: 'own-app' })
  assert.equal(half.body.details[0].path, 'body.clientSecret')
  assert.deepEqual((await ana.put(at, { clientId: 'own-app', clientSecret: 'own-secret' })).body, { success: true })
  const { body } = await connect(ana, 'facebook')
  const browser = createBrowser()
  const out = await browser.load(body.authUrl)
  assert.match(out.headers.get('location') ?? '', /client_id=own-app/)
  assert.equal(posted(await browser.follow(out.headers.get('location') ?? '')).result.success, true)
  // The provider checks the secret, so a wrong one fails.
  await ana.put(at, { clientId: 'own-app', clientSecret: 'wrong' })
  const refused = posted(await createBrowser().follow((await connect(ana, 'facebook')).body.authUrl))
  assert.equal(refused.result.success, false)
  await ana.delete(at)
  const { body: usual } = await connect(ana, 'facebook')
  assert.match((await createBrowser().load(usual.authUrl)).headers.get('location') ?? '', /client_id=facebook-app/)
})

test('TikTok speaks its own dialect', async () => {
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

  const again = await browser.load((await connect(ana, 'tiktok')).body.authUrl)
  const state = new URL(again.headers.get('location') ?? '').searchParams.get('state')
  const bad = await browser.load(`${publicUrl}/oauth/tiktok/callback?code=bad&state=${state}`)
  assert.equal(posted(bad).result.error, 'TikTok did not give us a token.')
})

test('Telegram, Viber and WhatsApp take a token and register the webhook', async () => {
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

test('a token that a platform refuses is a fault of that field', async () => {
  const ana = await server.signUp()
  const attempts: [string, object, RegExp][] = [
    ['telegram', {}, /token of a bot/],
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

test('systems of other kinds are written down: made once, changed after that', async () => {
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
  // Whether Facebook is connected is for the server to say.
  const claimed = await ana.post('/api/integrations', { name: 'Facebook', type: 'social', status: 'connected' })
  assert.equal(claimed.body.data.status, 'disconnected')
  const { body } = await ana.get('/api/integrations')
  assert.deepEqual(
    body.data.map(({ name }: { name: string }) => name),
    ['Facebook', 'Our CRM'],
  )
  const ghost = { id: '0199ffff-ffff-7fff-bfff-ffffffffffff', name: 'X', type: 'crm' }
  assert.equal((await ana.post('/api/integrations', ghost)).status, 404)
  assert.equal((await ana.post('/api/integrations', { name: 'X', type: 'fax' })).body.details[0].path, 'body.type')
})

test('nobody in particular sees name, type and status of the public workspace, whatever workspace they ask for', async () => {
  const ana = await server.signUp()
  await ana.post('/api/integrations', { name: 'Calendar', type: 'calendar' })
  const { body } = await server.anyone.get('/api/integrations', { 'x-workspace-id': ana.workspaceId })
  assert.deepEqual(body.data, [])
  assert.deepEqual(await publiclyShown(ana.workspaceId), [
    { name: 'Calendar', type: 'calendar', status: 'disconnected' },
  ])
})

/** What the same server would show with PUBLIC_WORKSPACE_ID. */
async function publiclyShown(publicWorkspaceId: string) {
  const services = { ...server.app.services, config: { ...server.app.services.config, publicWorkspaceId } }
  const ctx = { ...serverContext(services, { workspaceId: null }), principal: { kind: 'public' } as const }
  return (await listIntegrations(ctx, { limit: 50 })).data
}

test('roles: an agent sees them and changes none', async () => {
  const ana = await server.signUp()
  const agent = await server.addMember(ana, 'agent')
  assert.equal((await agent.get('/api/integrations')).status, 200)
  assert.equal((await agent.post('/api/integrations', { name: 'X', type: 'crm' })).status, 403)
  assert.equal((await agent.post(`/api/shops/${ana.workspaceId}/integrations/facebook/connect`)).status, 403)
})
