import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openSocket } from '../../../../test/sockets.ts'
import { type SignedUp, startTestServer } from '../../../../test/server.ts'
import { until } from '../../../../test/until.ts'
import { serverContext } from '../../../platform/services.ts'
import { accountOf } from '../accounts.ts'
import { connected } from '../connections.ts'
import { type PlatformName, platformNames } from '../platforms.ts'
import type { NewAccount } from './channel.ts'

// Simulations of the platforms, after their documentation: requests, signatures, and responses to messages.

interface Posted {
  body: string
  headers: Record<string, string>
}
interface MockResponse {
  status?: number
  headers?: Record<string, string>
  body: object
}

interface Vendor {
  account: NewAccount
  /** True when requests name the account, false when each account has its own webhook. */
  isShared: boolean
  says(message: { id: string; text: string; atSeconds: number; account?: string }): Posted
  /** Reads the text and recipient of a message that we sent. */
  // oxlint-disable-next-line no-explicit-any -- of each platform's own shape.
  received(body: any): { text?: string; to: unknown }
  accepts(id: string): MockResponse
  isBusy: MockResponse
  isDown: MockResponse
  refuses: MockResponse
  refusesToken: MockResponse
  /** A read receipt for a message of ours; null: not supported. */
  read: ((id: string) => Posted) | null
}

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex')
const json = { 'content-type': 'application/json' }
const meta =
  (secret: string) =>
  (body: object): Posted => {
    const text = JSON.stringify(body)
    return { body: text, headers: { ...json, 'x-hub-signature-256': `sha256=${hmac(secret, text)}` } }
  }
const signedByFacebook = meta('facebook-secret')
const signedByInstagram = meta('instagram-secret')
const signedByWhatsApp = meta('whatsapp-secret')
const signedByViber = (body: string): Posted => ({
  body,
  headers: { ...json, 'x-viber-content-signature': hmac('viber-token', body) },
})
const signedByTikTok = (body: object): Posted => {
  const [text, time] = [JSON.stringify(body), Math.floor(Date.now() / 1000)]
  return {
    body: text,
    headers: { ...json, 'tiktok-signature': `t=${time},s=${hmac('tiktok-secret', `${time}.${text}`)}` },
  }
}

const metaErrors = {
  isBusy: { status: 429, headers: { 'retry-after': '1' }, body: { error: { code: 613, message: 'Calls exceeded' } } },
  isDown: { status: 503, body: { error: { code: 2, message: 'Service temporarily unavailable' } } },
  refusesToken: { status: 401, body: { error: { code: 190, message: 'Session has expired' } } },
}
const page = (object: string, sign: (body: object) => Posted, own: string) => ({
  isShared: true,
  says: ({ id, text, atSeconds, account = own }: Parameters<Vendor['says']>[0]) =>
    sign({
      object,
      entry: [
        {
          id: account,
          time: atSeconds * 1000,
          messaging: [
            {
              sender: { id: '338' },
              recipient: { id: account },
              timestamp: atSeconds * 1000,
              message: { mid: id, text },
            },
          ],
        },
      ],
    }),
  // oxlint-disable-next-line no-explicit-any -- of each platform's own shape.
  received: (body: any) => ({ text: body.message?.text, to: body.recipient?.id }),
  accepts: (id: string) => ({ body: { recipient_id: '338', message_id: id } }),
  ...metaErrors,
})

const whatsappBody = (value: object, phoneNumberId = '590') => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: 'WABA',
      changes: [{ field: 'messages', value: { metadata: { phone_number_id: phoneNumberId }, ...value } }],
    },
  ],
})

const vendors: Record<PlatformName, Vendor> = {
  facebook: {
    ...page('page', signedByFacebook, '117'),
    account: { secrets: { accessToken: 'EAA', pageToken: 'EAApage' }, accountId: '117', accountName: 'Cups' },
    refuses: { status: 400, body: { error: { code: 10, error_subcode: 2_018_278, message: 'outside of window' } } },
    read: () =>
      signedByFacebook({
        object: 'page',
        entry: [{ id: '117', messaging: [{ sender: { id: '338' }, read: { watermark: Date.now() + 60_000 } }] }],
      }),
  },
  instagram: {
    ...page('instagram', signedByInstagram, '178'),
    account: { secrets: { accessToken: 'IGAA' }, accountId: '178', accountName: '@cups' },
    refuses: { status: 400, body: { error: { code: 10, error_subcode: 2_534_022, message: 'outside of window' } } },
    read: (mid) =>
      signedByInstagram({
        object: 'instagram',
        entry: [{ id: '178', messaging: [{ sender: { id: '338' }, timestamp: 1, read: { mid } }] }],
      }),
  },
  whatsapp: {
    account: { secrets: { token: 'EAAG' }, accountId: '590', accountName: 'Cups Ltd' },
    isShared: true,
    says: ({ id, text, atSeconds, account }) =>
      signedByWhatsApp(
        whatsappBody(
          {
            contacts: [{ profile: { name: 'Ana' }, user_id: 'BR.1349' }],
            messages: [
              { from_user_id: 'BR.1349', id, timestamp: String(atSeconds), type: 'text', text: { body: text } },
            ],
          },
          account,
        ),
      ),
    received: (body) => ({ text: body.text?.body, to: body.recipient }),
    accepts: (id) => ({ body: { messaging_product: 'whatsapp', messages: [{ id }] } }),
    ...metaErrors,
    refuses: { status: 400, body: { error: { code: 131_047, message: 'Re-engagement message' } } },
    read: (id) => signedByWhatsApp(whatsappBody({ statuses: [{ id, status: 'read', timestamp: '1' }] })),
  },
  telegram: {
    account: { secrets: { token: `111:${'A'.repeat(35)}`, webhookSecret: 'tg-secret' }, accountId: '111' },
    isShared: false,
    says: ({ id, text, atSeconds }) => ({
      body: JSON.stringify({
        update_id: Number(id.replace(/\D/g, '')) || 1,
        message: {
          message_id: Number(id.replace(/\D/g, '')),
          from: { id: 23, is_bot: false, first_name: 'Ana' },
          chat: { id: 23, first_name: 'Ana', type: 'private' },
          date: atSeconds,
          text,
        },
      }),
      headers: { ...json, 'x-telegram-bot-api-secret-token': 'tg-secret' },
    }),
    received: (body) => ({ text: body.text, to: body.chat_id }),
    accepts: (id) => ({ body: { ok: true, result: { message_id: 900 + Number(id.replace(/\D/g, '')) } } }),
    isBusy: {
      status: 429,
      body: { ok: false, error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 1 } },
    },
    isDown: { status: 502, body: { ok: false, error_code: 502, description: 'Bad Gateway' } },
    refuses: {
      status: 403,
      body: { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' },
    },
    refusesToken: { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } },
    read: null,
  },
  viber: {
    account: { secrets: { token: 'viber-token' }, accountId: 'pa:1', accountName: 'Cups' },
    isShared: false,
    // Written as text, because its tokens have more digits than a double.
    says: ({ id, text, atSeconds }) =>
      signedByViber(
        `{"event":"message","timestamp":${atSeconds * 1000},"message_token":49126618466552${id.replace(/\D/g, '').padStart(5, '0')},` +
          `"sender":{"id":"01234567890A=","name":"Ana"},"message":{"type":"text","text":${JSON.stringify(text)}}}`,
      ),
    received: (body) => ({ text: body.text, to: body.receiver }),
    accepts: (id) => ({
      body: {
        status: 0,
        status_message: 'ok',
        message_token: `@54662975781741${id.replace(/\D/g, '').padStart(5, '0')}`,
      },
    }),
    isBusy: { status: 429, headers: { 'retry-after': '1' }, body: { status: 12, status_message: 'tooManyRequests' } },
    isDown: { status: 500, body: { status: 99, status_message: 'generalError' } },
    refuses: { body: { status: 6, status_message: 'notSubscribed' } },
    refusesToken: { body: { status: 2, status_message: 'invalidAuthToken' } },
    read: (id) => signedByViber(`{"event":"seen","timestamp":1,"message_token":${id},"user_id":"01234567890A="}`),
  },
  tiktok: {
    account: { secrets: { accessToken: 'act.1', refreshToken: 'rft.1' }, accountId: 'biz-123', accountName: '@cups' },
    isShared: true,
    says: ({ id, text, atSeconds, account = 'biz-123' }) =>
      signedByTikTok({
        event: 'im_receive_msg',
        user_openid: account,
        content: JSON.stringify({
          type: 'text',
          message_id: id,
          timestamp: atSeconds * 1000,
          conversation_id: 'conv-1',
          text: { body: text },
          from: 'Ana',
          from_user: { id: 'user-1' },
          to_user: { id: account },
        }),
      }),
    received: (body) => ({ text: body.text?.body, to: body.recipient }),
    accepts: (id) => ({ body: { code: 0, message: 'OK', data: { message: { message_id: id } } } }),
    isBusy: { headers: { 'retry-after': '1' }, body: { code: 40_064, message: 'too fast' } },
    isDown: { body: { code: 50_000, message: 'System error' } },
    refuses: { body: { code: 40_002, message: 'The reply window is closed' } },
    refusesToken: { body: { code: 40_105, message: 'Access token is incorrect or has been revoked' } },
    read: () =>
      signedByTikTok({
        event: 'im_mark_read_msg',
        user_openid: 'biz-123',
        content: JSON.stringify({ conversation_id: 'conv-1', read: { last_read_timestamp: Date.now() + 60_000 } }),
      }),
  },
}

/** The messages that reached the platforms, and their next responses; the default is to accept. */
const received: { platform: PlatformName; text?: string; to: unknown; path: string }[] = []
const script = new Map<PlatformName, MockResponse[]>()
const files = new Map<string, Buffer>()
let accepted = 0

const outside = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const [, platform = '', path = ''] = /^\/(\w+)\/(.*)$/.exec(String(request.url)) ?? []
  const file = files.get(path)
  if (file && !Buffer.concat(chunks).length) return void response.end(file)
  const vendor = vendors[platform as PlatformName]
  const body = JSON.parse(Buffer.concat(chunks).toString() || '{}')
  const answer = nextResponse()
  response.writeHead(answer.status ?? 200, { ...json, ...answer.headers })
  // A double cannot represent Viber's tokens.
  response.end(JSON.stringify(answer.body).replace(/"@(\d+)"/, '$1'))

  function nextResponse(): MockResponse {
    if (path.endsWith('/getFile')) return { body: { ok: true, result: { file_path: 'photos/file_1.png' } } }
    const next = script.get(platform as PlatformName)?.shift()
    if (next) return next
    received.push({ platform: platform as PlatformName, path, ...vendor.received(body) })
    return vendor.accepts(`out-${++accepted}`)
  }
})
outside.listen(0, '127.0.0.1')
await new Promise((resolve) => outside.once('listening', resolve))
after(() => {
  outside.close()
  outside.closeAllConnections()
})
const outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`

const server = await startTestServer({
  META_VERIFY_TOKEN: 'our-verify-token',
  ...Object.fromEntries(platformNames.map((name) => [`${name.toUpperCase()}_API_URL`, `${outsideUrl}/${name}`])),
  ...Object.fromEntries(
    ['facebook', 'instagram', 'whatsapp', 'tiktok'].flatMap((name) => [
      [`${name.toUpperCase()}_CLIENT_ID`, `${name}-app`],
      [`${name.toUpperCase()}_CLIENT_SECRET`, `${name}-secret`],
    ]),
  ),
})
const { services } = server.app
const contextOf = (who: SignedUp) => serverContext(services, { workspaceId: who.workspaceId })

/** Creates a shop for the platform, so that tests do not share data. */
async function connectedShop(platform: PlatformName): Promise<SignedUp> {
  const ana = await server.signUp()
  // In these tests an account belongs to one shop at a time.
  await services.connections.pool.query(
    `update integrations.connections set status = 'disconnected' where platform = $1`,
    [platform],
  )
  await connected(contextOf(ana), platform, vendors[platform].account)
  return ana
}

const hookOf = (platform: PlatformName, shop: SignedUp) =>
  `/webhook/${platform}${vendors[platform].isShared ? '' : `?shopId=${shop.workspaceId}`}`
const post = (platform: PlatformName, shop: SignedUp, { body, headers }: Posted) =>
  server.anyone.post(hookOf(platform, shop), body, headers)

interface StoredMessage {
  id: string
  sender: string
  text: string
  status: string
  error: string | null
  attachment: { url: string; type: string } | null
}
async function inboxOf(shop: SignedUp) {
  const { body } = await shop.get(`/api/shops/${shop.workspaceId}/conversations`)
  return body.data as { id: string; channel: string; customerName: string; customerId: string; unreadCount: number }[]
}
async function threadOf(shop: SignedUp): Promise<{ id: string; messages: StoredMessage[] }> {
  const [conversation] = await inboxOf(shop)
  assert.ok(conversation, 'There is no conversation.')
  const { body } = await shop.get(`/api/shops/${shop.workspaceId}/conversations/${conversation.id}/messages`)
  return { id: conversation.id, messages: body.data.toReversed() }
}
async function reply(shop: SignedUp, text: string, more: object = {}): Promise<string> {
  const { id } = await threadOf(shop)
  const at = `/api/shops/${shop.workspaceId}/conversations/${id}/messages`
  const { body } = await shop.post(at, { text, ...more })
  assert.equal(body.status, 'queued')
  return body.id
}
/** Waits until `isSo` returns true for the message, and returns it. */
async function settled(shop: SignedUp, id: string, isSo: (message: StoredMessage) => boolean): Promise<StoredMessage> {
  let message: StoredMessage | undefined
  const look = async () => {
    message = (await threadOf(shop)).messages.find((one) => one.id === id)
    return message !== undefined && isSo(message)
  }
  await until(`the message satisfies ${isSo.toString()}`, look).catch((late: unknown) => {
    throw new Error(`It stayed ${JSON.stringify(message)}. ${server.logLines.join(' ')}`, { cause: late })
  })
  return message!
}
const isSent = ({ status }: StoredMessage) => status === 'sent'

const onEach = async (what: (platform: PlatformName, vendor: Vendor) => Promise<void>): Promise<void> => {
  await Promise.all(
    platformNames.map(async (platform): Promise<void> => {
      try {
        await what(platform, vendors[platform])
      } catch (error) {
        throw new Error(`${platform}: ${(error as Error).message}`, { cause: error })
      }
    }),
  )
}

test('a customer’s message creates one conversation, even when the platform repeats it', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: shop.token })
    const first = vendor.says({ id: 'm1', text: 'is it in stock?', atSeconds: 1_790_000_000 })
    const answers = await Promise.all([1, 2, 3].map(() => post(platform, shop, first)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    )
    assert.equal((await post(platform, shop, first)).status, 200)
    await post(platform, shop, vendor.says({ id: 'm3', text: 'third', atSeconds: 1_790_000_009 }))
    // A delayed request.
    await post(platform, shop, vendor.says({ id: 'm2', text: 'second', atSeconds: 1_790_000_005 }))

    const [conversation, ...others] = await inboxOf(shop)
    assert.ok(conversation && others.length === 0)
    assert.deepEqual([conversation.channel, conversation.unreadCount], [platform, 3])
    const { messages } = await threadOf(shop)
    assert.deepEqual(
      messages.map(({ text, sender }) => [text, sender]),
      [
        ['is it in stock?', 'user'],
        ['second', 'user'],
        ['third', 'user'],
      ],
    )
    assert.equal((await socket.next('message:new')).data.text, 'is it in stock?')
    const { body: timeline } = await shop.get(`/api/contacts/${conversation.customerId}/timeline`)
    assert.equal(timeline.data[0].kind, 'conversation.started')
    const { body: identities } = await shop.get(`/api/contacts/${conversation.customerId}/identities`)
    assert.ok(identities.data.some(({ kind }: { kind: string }) => kind === platform))
  }))

test('a request with a wrong signature is 401, and nothing is stored', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    const { body, headers } = vendor.says({ id: 'm1', text: 'forged', atSeconds: 1_790_000_000 })
    const [[name, signature] = ['', '']] = Object.entries(headers).filter(([name]) => name !== 'content-type')
    const attempts: Posted[] = [
      { body, headers: json },
      { body, headers: { ...json, [name]: '' } },
      { body, headers: { ...headers, [name]: signature.replace(/.$/, (end) => (end === '0' ? '1' : '0')) } },
      ...(platform === 'telegram' ? [] : [{ body: body.replace('forged', 'Forged'), headers }]),
    ]
    for (const attempt of attempts) {
      const answer = await post(platform, shop, attempt)
      assert.equal(answer.status, 401)
      assert.equal(answer.body.code, 'invalid_signature')
    }
    assert.deepEqual(await inboxOf(shop), [])
  }))

test('replies are sent through the same channel in order, and their status is reported', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    await post(platform, shop, vendor.says({ id: 'm1', text: 'hello?', atSeconds: Math.floor(Date.now() / 1000) }))
    const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: shop.token })
    const ids = []
    // The first is delayed; the others wait for it.
    script.set(platform, [vendor.isBusy])
    for (const text of ['one', 'two', 'three']) ids.push(await reply(shop, `${platform} ${text}`))
    for (const id of ids) await settled(shop, id, isSent)
    const said = received.filter(({ text }) => text?.startsWith(`${platform} `))
    assert.deepEqual(
      said.map(({ text }) => text),
      ['one', 'two', 'three'].map((text) => `${platform} ${text}`),
    )
    const update = await socket.next('message:update')
    assert.equal(update.data.status, 'sent')
    if (!vendor.read) return
    const [, , last = ''] = ids
    const { rows } = await services.connections.pool.query(`select external_id from inbox.messages where id = $1`, [
      last,
    ])
    const receipt = vendor.read(rows[0].external_id)
    assert.equal((await post(platform, shop, receipt)).status, 200)
    await settled(shop, last, ({ status }) => status === 'read')
    // Repeated receipts do not lower the status.
    await post(platform, shop, receipt)
    await settled(shop, last, ({ status }) => status === 'read')
  }))

test('a message to a busy or unavailable platform is retried, and delivered once', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    await post(platform, shop, vendor.says({ id: 'm1', text: 'hello?', atSeconds: Math.floor(Date.now() / 1000) }))
    script.set(platform, [vendor.isDown, vendor.isBusy])
    const text = `after all, ${platform}`
    await settled(shop, await reply(shop, text), isSent)
    assert.deepEqual(script.get(platform), [])
    assert.equal(received.filter((one) => one.text === text).length, 1)
  }))

test('a refused message fails with a readable reason, and is not retried', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    await post(platform, shop, vendor.says({ id: 'm1', text: 'hello?', atSeconds: Math.floor(Date.now() / 1000) }))
    script.set(platform, [vendor.refuses])
    const { error } = await settled(shop, await reply(shop, 'too late'), ({ status }) => status === 'failed')
    const reasons: Record<PlatformName, RegExp> = {
      facebook: /not written for 24 hours/,
      instagram: /not written for 24 hours/,
      whatsapp: /not written for 24 hours.*approved templates/,
      telegram: /blocked the bot/,
      viber: /not subscribed/,
      tiktok: /The reply window is closed/,
    }
    assert.match(error ?? '', reasons[platform])
    assert.equal((await accountOf(contextOf(shop), platform))?.id, vendor.account.accountId)
    const { body } = await shop.get(`/api/shops/${shop.workspaceId}/integrations`)
    assert.equal(body.data.find((one: { platform: string }) => one.platform === platform).status, 'connected')
  }))

test('a refused token marks the connection and sends a notification', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    await post(platform, shop, vendor.says({ id: 'm1', text: 'hello?', atSeconds: Math.floor(Date.now() / 1000) }))
    const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: shop.token })
    script.set(platform, [vendor.refusesToken])
    const { error } = await settled(shop, await reply(shop, 'hello'), ({ status }) => status === 'failed')
    assert.match(error ?? '', /no longer accepts our token/)
    // The event of the connection may still arrive first.
    await socket.next(({ event, data }) => event === 'integration:update' && data.status === 'error')
    await socket.next(({ event, data }) => event === 'notification' && /has to be reconnected/.test(data.title))
    const { body } = await shop.get(`/api/shops/${shop.workspaceId}/integrations`)
    const state = body.data.find((one: { platform: string }) => one.platform === platform)
    assert.deepEqual([state.status, state.isConnected], ['error', false])
    assert.match(state.error, /no longer accepts our token/)
  }))

test('Messenger: a delivered attachment is not sent again when its text fails', async () => {
  const shop = await connectedShop('facebook')
  await post('facebook', shop, vendors.facebook.says({ id: 'm1', text: 'hello?', atSeconds: 1_790_000_000 }))
  script.set('facebook', [vendors.facebook.accepts('out-picture'), vendors.facebook.isDown])
  const attachment = { url: 'https://shop.example.com/cup.png', type: 'image/png' }
  const id = await reply(shop, 'this one', { attachment })
  assert.match((await settled(shop, id, ({ status }) => status === 'failed')).error ?? '', /the text was not/)
  assert.equal(received.filter(({ text }) => text === 'this one').length, 0)
})

test('a message that is too long for the platform is refused before it is sent', () =>
  onEach(async (platform, vendor) => {
    const shop = await connectedShop(platform)
    await post(platform, shop, vendor.says({ id: 'm1', text: 'hello?', atSeconds: 1_790_000_000 }))
    const id = await reply(shop, 'ж'.repeat(8000))
    assert.match(
      (await settled(shop, id, ({ status }) => status === 'failed')).error ?? '',
      /accepts at most \d+ characters/,
    )
  }))

test('events for an account without a connection are accepted, counted and dropped', async () => {
  for (const platform of platformNames) {
    const shop = await connectedShop(platform)
    const unknownAccount = vendors[platform].isShared ? shop : await server.signUp()
    const said = vendors[platform].says({ id: 'm1', text: 'x', atSeconds: 1_790_000_000, account: '999' })
    assert.equal((await post(platform, unknownAccount, said)).status, 200, platform)
    assert.deepEqual(await inboxOf(shop), [])
    const { text } = await server.anyone.get('/metrics')
    assert.match(text, new RegExp(`switchboard_webhooks_unclaimed_total\\{platform="${platform}"\\} 1`))
  }
})

test('a shop’s own app sends events for that shop only', async () => {
  const [ana, eve] = [await connectedShop('facebook'), await server.signUp()]
  await eve.put(`/api/shops/${eve.workspaceId}/integrations/facebook/credentials`, {
    clientId: 'eve-app',
    clientSecret: 'eve-secret',
  })
  const said = vendors.facebook.says({ id: 'm1', text: 'from Eve', atSeconds: 1_790_000_000 })
  const body = { body: said.body, headers: meta('eve-secret')(JSON.parse(said.body)).headers }
  assert.equal((await server.anyone.post('/webhook/facebook', body.body, body.headers)).status, 401)
  const own = `/webhook/facebook?shopId=${eve.workspaceId}`
  assert.equal((await server.anyone.post(own, body.body, body.headers)).status, 200)
  // The installation's app is refused there.
  assert.equal((await server.anyone.post(own, said.body, said.headers)).status, 401)
  const victim = `/webhook/facebook?shopId=${ana.workspaceId}`
  assert.equal((await server.anyone.post(victim, body.body, body.headers)).status, 401)
  assert.deepEqual([await inboxOf(ana), await inboxOf(eve)], [[], []])
})

test('Meta’s verification of the webhook URL', async () => {
  const check = (query: string) => server.anyone.get(`/webhook/instagram?${query}`)
  const good = await check('hub.mode=subscribe&hub.verify_token=our-verify-token&hub.challenge=1158201444')
  assert.deepEqual(
    [good.status, good.text, good.headers.get('content-type')],
    [200, '1158201444', 'text/plain; charset=utf-8'],
  )
  assert.equal((await check('hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1')).status, 403)
  assert.equal((await check('hub.verify_token=our-verify-token&hub.challenge=1')).status, 403)
  assert.equal((await server.anyone.get('/webhook/myspace?hub.mode=subscribe')).status, 404)
  assert.equal((await server.anyone.post('/webhook/myspace', '{}', json)).status, 404)
})

test('WhatsApp: a customer who hides their number keeps the same conversation', async () => {
  const shop = await connectedShop('whatsapp')
  const text = { type: 'text', timestamp: '1790000000' }
  const contact = { profile: { name: 'Ana' }, wa_id: '5516992318222' }
  const post3 = async (value: object) => post('whatsapp', shop, signedByWhatsApp(whatsappBody(value)))
  await post3({ contacts: [contact], messages: [{ ...text, id: 'w1', from: '5516992318222', text: { body: 'a' } }] })
  const both = { from: '5516992318222', from_user_id: 'BR.77' }
  await post3({
    contacts: [{ ...contact, user_id: 'BR.77' }],
    messages: [{ ...text, ...both, id: 'w2', text: { body: 'b' } }],
  })
  await post3({ contacts: [], messages: [{ ...text, from_user_id: 'BR.77', id: 'w3', text: { body: 'c' } }] })
  const [conversation, ...others] = await inboxOf(shop)
  assert.equal(others.length, 0)
  assert.equal(conversation?.customerName, 'Ana')
  assert.deepEqual(
    (await threadOf(shop)).messages.map(({ text }) => text),
    ['a', 'b', 'c'],
  )
})

test('WhatsApp: a customer without a number is merged with the contact of that number', async () => {
  const shop = await connectedShop('whatsapp')
  const person = { first_name: 'Ana', last_name: 'Diaz', phone_number: '+5516992318333' }
  const { body: known } = await shop.post('/api/contacts', person)
  assert.ok(known.id)
  const text = { type: 'text', timestamp: '1790000000', from_user_id: 'BR.99' }
  const send = (value: object) => post('whatsapp', shop, signedByWhatsApp(whatsappBody(value)))
  await send({ messages: [{ ...text, id: 'w1', text: { body: 'a' } }] })
  assert.notEqual((await inboxOf(shop))[0]?.customerId, known.id)
  await send({ messages: [{ ...text, id: 'w2', from: '5516992318333', text: { body: 'b' } }] })
  const [conversation, ...others] = await inboxOf(shop)
  assert.deepEqual([conversation?.customerId, others.length], [known.id, 0])
  assert.deepEqual(
    (await threadOf(shop)).messages.map(({ text }) => text),
    ['a', 'b'],
  )
})

test('concurrent requests with several messages, repeated and in any order, create one thread', async () => {
  const shop = await connectedShop('whatsapp')
  const message = (n: number) => ({
    from_user_id: 'BR.88',
    id: `wamid.${n}`,
    timestamp: String(1_790_000_000 + n),
    type: 'text',
    text: { body: `${n}` },
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }), {
        minLength: 4,
        maxLength: 12,
      }),
      async (batches) => {
        const answers = await Promise.all(
          batches.map((batch) =>
            post('whatsapp', shop, signedByWhatsApp(whatsappBody({ messages: batch.map(message) }))),
          ),
        )
        assert.ok(answers.every(({ status }) => status === 200))
      },
    ),
    { numRuns: 5 },
  )
  const { messages } = await threadOf(shop)
  const said = messages.map(({ text }) => Number(text))
  assert.deepEqual(
    said,
    [...new Set(said)].toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    (await inboxOf(shop)).map(({ unreadCount }) => unreadCount),
    [said.length],
  )
})

test('Telegram: an edited message is updated here; a picture is fetched and stored', async () => {
  const shop = await connectedShop('telegram')
  const headers = { ...json, 'x-telegram-bot-api-secret-token': 'tg-secret' }
  const message = { message_id: 5, chat: { id: 23, type: 'private' }, from: { first_name: 'Ana' }, date: 1_790_000_000 }
  const send = (update: object) =>
    post('telegram', shop, { body: JSON.stringify({ update_id: 1, ...update }), headers })
  await send({ message: { ...message, text: 'two cups' } })
  await send({ edited_message: { ...message, edit_date: 1_790_000_050, text: 'three cups' } })
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  files.set(`file/bot${vendors.telegram.account.secrets.token}/photos/file_1.png`, png)
  await send({
    message: { ...message, message_id: 6, date: 1_790_000_060, photo: [{ file_id: 'AgAC' }], caption: 'these' },
  })
  const [first, second] = (await threadOf(shop)).messages
  assert.equal(first?.text, 'three cups')
  const { attachment } = await settled(shop, second?.id ?? '', (one) => one.attachment !== null)
  assert.equal(attachment?.type, 'image/png')
  const file = await fetch(server.url + attachment?.url, { headers: { authorization: `Bearer ${shop.token}` } })
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), png)

  // In the other direction, our files are sent as signed URLs.
  const id = await reply(shop, 'like this?', { attachment: { url: attachment?.url, type: 'image/png' } })
  await settled(shop, id, isSent)
  const sent = received.findLast(({ path }) => path.endsWith('/sendPhoto'))
  assert.equal(sent?.to, '23')
})

test('Instagram: a withdrawn message is removed here too', async () => {
  const shop = await connectedShop('instagram')
  await post('instagram', shop, vendors.instagram.says({ id: 'm1', text: 'secret', atSeconds: 1_790_000_000 }))
  const event = { sender: { id: '338' }, timestamp: 1, message: { mid: 'm1', is_deleted: true } }
  await post('instagram', shop, signedByInstagram({ object: 'instagram', entry: [{ id: '178', messaging: [event] }] }))
  assert.deepEqual(
    (await threadOf(shop)).messages.map(({ text }) => text),
    ['Withdrawn by the sender.'],
  )
})

test('malformed requests with a valid signature are 400 or accepted, never 500', async () => {
  const shop = await connectedShop('facebook')
  for (const body of ['', '{', 'null', '[]', '7', '{"entry":7}', '{"entry":[{"id":[]}]}', '['.repeat(100_000)]) {
    const headers = { ...json, 'x-hub-signature-256': `sha256=${hmac('facebook-secret', body)}` }
    const { status } = await post('facebook', shop, { body, headers })
    assert.ok([200, 400].includes(status), `${body.slice(0, 20)}: ${status}`)
  }
  const huge = JSON.stringify({ entry: 'x'.repeat(2_000_000) })
  assert.equal((await post('facebook', shop, signedByFacebook({ huge }))).status, 413)
})
