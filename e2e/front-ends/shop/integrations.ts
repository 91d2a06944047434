import assert from 'node:assert/strict'
import { answered, assertShape, refused } from '../answers.ts'
import type { Answer, FrontEnd } from '../front-end.ts'
import type { Platforms } from '../platforms.ts'
import type { Shop } from './fixture.ts'

export async function checkLogins({ visitor, url, ana, path: shop }: Shop): Promise<void> {
  const integrations = `${shop}/integrations`
  await refused(404, ana.post(`${integrations}/myspace/connect`, {}))
  await refused(404, ana.post(`${integrations}/myspace/disconnect`, {}))
  assert.equal(await refused(409, ana.post(`${integrations}/instagram/connect`, {})), 'not_configured')
  await refused(400, ana.post(`${integrations}/telegram/connect`, { token: 5 }), 'body.token')

  for (const [platform, pageId] of [
    ['facebook', '1234'],
    ['tiktok', 'open-1'],
  ]) {
    const { authUrl } = await answered(200, ana.post(`${integrations}/${platform}/connect`, {}))
    const { state, cookie } = await setOut(visitor, url, authUrl)
    const callback = `/oauth/${platform}/callback`
    // The state alone is refused in another browser.
    await isRefusalPage(visitor.get(`${callback}?code=good&state=${state}`))
    await isRefusalPage(visitor.get(`${callback}?code=good&state=nonsense`, { cookie }))
    const done = await visitor.get(`${callback}?code=good&state=${state}`, { cookie })
    await answered(200, Promise.resolve(done))
    assert.match(done.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(done.text, /postMessage\(\{.*"success":true.*\}, "http:\/\/127\.0\.0\.1:\d+"\).*window\.close\(\)/)
    assert.doesNotMatch(done.text, /EAAB|act\.1/, 'The token stays with us.')
    await isRefusalPage(visitor.get(`${callback}?code=good&state=${state}`, { cookie }))
    const connected = await answered(200, ana.get(shop))
    assertShape(connected.integrations[platform!], { isConnected: true, pageId, status: 'connected' })
    assert.doesNotMatch(JSON.stringify(connected), /EAA[BP]|act\.1|accessToken/)
  }
  for (const platform of ['facebook', 'instagram', 'tiktok', 'telegram', 'viber'])
    await isRefusalPage(visitor.get(`/oauth/${platform}/callback?code=x&state=y`))

  assert.deepEqual(await answered(200, ana.post(`${integrations}/facebook/disconnect`, {})), { success: true })
  assertShape(await answered(200, ana.get(shop)), {
    integrations: {
      facebook: { isConnected: false },
      instagram: { isConnected: false },
      tiktok: { isConnected: true },
      telegram: { isConnected: false },
      viber: { isConnected: false },
      whatsapp: { isConnected: false },
    },
  })
  const next = await answered(201, ana.post('/api/shops', { name: 'Silva Tiles' }))
  assertShape(next, { integrations: { tiktok: { isConnected: false } } })
}

export async function checkChannel(
  { visitor, url, ana, agent, live, path: shop }: Shop,
  platforms: Platforms,
): Promise<void> {
  const before = platforms.asked.length
  const token = '111:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'
  const connected = await answered(200, ana.post(`${shop}/integrations/telegram/connect`, { token }))
  assertShape(connected, { success: true, platform: 'telegram', accountName: '@silva_bot' })
  const registration = platforms.asked.findLast(({ path }) => path.endsWith('/setWebhook'))
  const { url: webhook, secret_token } = JSON.parse(registration!.body)
  const update = {
    update_id: 1,
    message: {
      message_id: 7,
      date: Math.floor(Date.now() / 1000),
      chat: { id: 555, type: 'private' },
      from: { id: 555, first_name: 'Rui' },
      text: 'Do you ship to Faro?',
    },
  }
  const path = webhook.slice(url.length)
  const secret = { 'x-telegram-bot-api-secret-token': secret_token }
  await refused(401, visitor.post(path, update, { 'x-telegram-bot-api-secret-token': 'guessed' }))
  await answered(200, visitor.post(path, update, secret))
  await answered(200, visitor.post(path, update, secret))
  const heard = await live.next('message:new', ({ text }) => text === 'Do you ship to Faro?')
  const thread = `${shop}/conversations/${heard.data.conversationId}`
  const { messages, ...conversation } = await answered(200, ana.get(thread))
  assertShape(conversation, { channel: 'telegram', customerName: 'Rui', status: 'open' })
  assert.equal(messages.length, 1, 'A delivery that is repeated says nothing twice.')
  const reply = await answered(201, agent.post(`${thread}/messages`, { text: 'Yes, we do.' }))
  await live.next('message:update', ({ id, status }) => id === reply.id && status === 'sent')
  const sent = platforms.asked.slice(before).filter(({ path }) => path.endsWith('/sendMessage'))
  assert.deepEqual(
    sent.map(({ body }) => JSON.parse(body)),
    [{ chat_id: '555', text: 'Yes, we do.' }],
  )
  assert.doesNotMatch((await ana.get(shop)).text, /AAHdqTcv/)
}

export async function checkNotifications({ ana }: Shop): Promise<void> {
  const subscription = {
    endpoint: 'https://push.example.com/send/1',
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  }
  await answered(201, ana.post('/api/notifications/subscribe', subscription))
  await answered(201, ana.post('/api/notifications/subscribe', { subscription }))
  await refused(400, ana.post('/api/notifications/subscribe', { keys: subscription.keys }), 'body.endpoint')
  await refused(400, ana.post('/api/notifications/subscribe', { endpoint: subscription.endpoint }), 'body.keys')
  const { endpoint } = subscription
  assert.deepEqual(await answered(200, ana.post('/api/notifications/unsubscribe', { endpoint })), { success: true })
  await refused(400, ana.post('/api/notifications/unsubscribe', { endpoint: 'nonsense' }), 'body.endpoint')
}

/** Opens our start page in a browser, which redirects to the platform's login with a state. */
async function setOut(browser: FrontEnd, url: string, authUrl: string): Promise<{ state: string; cookie: string }> {
  assert.ok(authUrl.startsWith(url), authUrl)
  const start = await browser.get(authUrl.slice(url.length))
  assert.equal(start.status, 302, start.text)
  const login = new URL(start.headers.get('location')!)
  assert.equal(login.searchParams.get('code_challenge_method'), 'S256')
  const [cookie = ''] = start.headers.getSetCookie()
  assert.match(cookie, /HttpOnly/i)
  return { state: login.searchParams.get('state')!, cookie: cookie.split(';')[0]! }
}

/** The response is a page for people. It passes nothing to the window that opened it. */
async function isRefusalPage(request: Promise<Answer>): Promise<void> {
  const { status, headers, text } = await request
  assert.equal(status, 400, text)
  assert.match(headers.get('content-type') ?? '', /^text\/html/)
  assert.doesNotMatch(text, /postMessage/)
}
