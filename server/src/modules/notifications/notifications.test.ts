import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { transaction } from '../../platform/context.ts'
import { serverContext } from '../../platform/services.ts'
import { openSocket } from '../../../test/sockets.ts'
import { createClient } from '../../../test/client.ts'
import { startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { encryptPush, maxPlainBytes } from './encrypt.ts'
import { notify } from './index.ts'
import { createVapid } from './vapid.ts'

const bytes = (base64url: string) => Buffer.from(base64url, 'base64url')

/** A browser that creates keys and decrypts messages (the receiver of RFC 8291). */
function createBrowser(privateKey?: Buffer, auth = randomBytes(16)) {
  const ecdh = createECDH('prime256v1')
  if (privateKey) ecdh.setPrivateKey(privateKey)
  else ecdh.generateKeys()
  const p256dh = ecdh.getPublicKey()
  return {
    p256dh,
    auth,
    keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    read(message: Buffer): string {
      const salt = message.subarray(0, 16)
      const sender = message.subarray(21, 21 + (message[20] as number))
      const sealed = message.subarray(21 + sender.length)
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, sender])
      const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
      const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16))
      const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12))
      const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16))
      const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
      assert.equal(padded.at(-1), 2, 'the last record ends with 2')
      return padded.subarray(0, -1).toString('utf8')
    },
  }
}

interface Push {
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** A push service that records requests. Paths that begin with /gone return 410; /slow returns 503 the first time. */
const pushes: Push[] = []
const waiting: (() => void)[] = []
const service = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const path = String(request.url)
  const again = pushes.some((push) => push.path === path)
  pushes.push({ path, headers: request.headers, body: Buffer.concat(chunks) })
  response.writeHead(path.startsWith('/gone') ? 410 : path.startsWith('/slow') && !again ? 503 : 201).end()
  for (const wake of waiting.splice(0)) wake()
}).listen(0, '127.0.0.1')
await new Promise((resolve) => service.once('listening', resolve))
after(() => service.close())
const { port } = service.address() as AddressInfo
const pushUrl = `http://127.0.0.1:${port}`

async function pushTo(path: string, count = 1): Promise<Push> {
  for (;;) {
    const found = pushes.filter((push) => push.path === path)
    if (found.length >= count) return found.at(-1) as Push
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
}

const server = await startTestServer({ OUTBOUND_ALLOW: `127.0.0.1:${port}`, VAPID_SUBJECT: 'mailto:ops@example.com' })
const say = (workspaceId: string, userIds: string[], title: string) =>
  notify(serverContext(server.app.services, { workspaceId }), { userIds, title, message: `${title}!`, url: '/orders' })

test('the example of RFC 8291, appendix A', () => {
  const sender = createECDH('prime256v1')
  sender.setPrivateKey(bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'))
  const receiver = createBrowser(bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'), bytes('BTBZMqHH6r4Tts7J_aSIgg'))
  const message = encryptPush(
    Buffer.from('When I grow up, I want to be a watermelon'),
    receiver,
    bytes('DGv6ra1nlYgDCS1FRnbzlw'),
    sender,
  )
  assert.equal(
    message.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
  assert.equal(receiver.read(message), 'When I grow up, I want to be a watermelon')
})

test('a message of any size is readable only by its browser', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
      const browser = createBrowser()
      const message = encryptPush(Buffer.from(text), browser)
      assert.equal(browser.read(message), text)
      assert.throws(() => createBrowser().read(message))
    }),
    { numRuns: 30 },
  )
  assert.equal(encryptPush(Buffer.alloc(maxPlainBytes), createBrowser()).length, 4096)
  assert.throws(() => encryptPush(Buffer.alloc(maxPlainBytes + 1), createBrowser()), RangeError)
})

test('the sender identifies itself as in RFC 8292', () => {
  const vapid = createVapid(bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'), 'mailto:ops@example.com')
  const header = vapid.authorization('https://push.example.net/abc', 1_700_000_000_000)
  const [, token = '', key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? []
  assert.equal(key, vapid.publicKey)
  assert.deepEqual(claimsOf(token), {
    aud: 'https://push.example.net',
    exp: 1_700_000_000 + 12 * 3600,
    sub: 'mailto:ops@example.com',
  })
  assert.ok(isSigned(token, vapid.publicKey))
})

const claimsOf = (token: string) => JSON.parse(bytes(token.split('.')[1] ?? '').toString())

function isSigned(token: string, publicKey: string): boolean {
  const point = bytes(publicKey)
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const [header, claims, signature] = token.split('.')
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key, dsaEncoding: 'ieee-p1363' },
    bytes(signature ?? ''),
  )
}

test('a subscribed browser gets an encrypted and signed notification', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  const endpoint = `${pushUrl}/ana`
  const made = await ana.post('/api/notifications/subscribe', { endpoint, expirationTime: null, keys: browser.keys })
  assert.equal(made.status, 201)
  assert.equal(made.body.endpoint, endpoint)
  assert.match(made.body.createdAt, /Z$/)

  await say(ana.workspaceId, [ana.userId], 'New order')
  const { headers, body } = await pushTo('/ana')
  assert.equal(headers['content-encoding'], 'aes128gcm')
  assert.ok(Number(headers.ttl) > 0)
  const notification = { title: 'New order', message: 'New order!', type: 'info', url: '/orders' }
  assert.deepEqual(JSON.parse(browser.read(body)), notification)
  const { body: vapid } = await server.anyone.get('/api/notifications/vapid-public-key')
  const [, token = ''] = /t=([\w.-]+)/.exec(String(headers.authorization)) ?? []
  assert.ok(isSigned(token, vapid.publicKey))
  assert.equal(claimsOf(token).aud, pushUrl)
})

test('recipients also get the notification over the socket', async () => {
  const ana = await server.signUp()
  const agent = await server.addMember(ana, 'agent')
  const operator = await server.addMember(ana, 'operations')
  const [anaSocket, agentSocket, operatorSocket] = await Promise.all(
    [ana, agent, operator].map(({ token }) => openSocket(`${server.url.replace('http', 'ws')}/ws`, { token })),
  )
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  await notify(ctx, { scope: 'orders:read', title: 'Order #1', message: 'Two cups' })
  await notify(ctx, { userIds: [operator.userId], title: 'For you', message: 'alone' })
  for (const socket of [anaSocket, agentSocket]) {
    const { data } = await socket!.next('notification')
    assert.deepEqual(data, { title: 'Order #1', message: 'Two cups', type: 'info', url: null })
  }
  assert.equal((await operatorSocket!.next('notification')).data.title, 'For you')
})

test('a transaction that is rolled back sends no notification', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  await ana.post('/api/notifications/subscribe', {
    subscription: { endpoint: `${pushUrl}/rolled-back`, keys: browser.keys },
  })
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  await assert.rejects(
    transaction(ctx, async (ctx) => {
      await notify(ctx, { userIds: [ana.userId], title: 'Never', message: 'happened' })
      throw new Error('rolled back')
    }),
  )
  await say(ana.workspaceId, [ana.userId], 'Happened')
  assert.equal(JSON.parse(browser.read((await pushTo('/rolled-back')).body)).title, 'Happened')
})

test('a busy push service is retried; an expired subscription is deleted', async () => {
  const ana = await server.signUp()
  for (const path of ['/slow', '/gone', '/here']) {
    await ana.post('/api/notifications/subscribe', { endpoint: pushUrl + path, keys: createBrowser().keys })
  }
  await say(ana.workspaceId, [ana.userId], 'First')
  await Promise.all([pushTo('/slow', 2), pushTo('/gone'), pushTo('/here')])
  await until('the subscription is deleted', async () => {
    const { rows } = await server.app.services.connections.pool.query(
      `select from notifications.push_subscriptions where endpoint = $1`,
      [`${pushUrl}/gone`],
    )
    return rows.length === 0
  })
  await say(ana.workspaceId, [ana.userId], 'Second')
  await Promise.all([pushTo('/slow', 3), pushTo('/here', 2)])
  assert.equal(pushes.filter(({ path }) => path === '/gone').length, 1)
})

test('a long message is shortened to the size limit of a push', async () => {
  const ana = await server.signUp()
  const browser = createBrowser()
  await ana.post('/api/notifications/subscribe', { endpoint: `${pushUrl}/long`, keys: browser.keys })
  await say(ana.workspaceId, [ana.userId], '\u{1f600}'.repeat(3000))
  const { message } = JSON.parse(browser.read((await pushTo('/long')).body))
  assert.ok(message.length > 400 && message.isWellFormed())
})

test('a browser notifies the user who subscribed it last, until they unsubscribe', async () => {
  const [ana, ben] = [await server.signUp(), await server.signUp()]
  const subscription = { endpoint: `${pushUrl}/shared`, keys: createBrowser().keys }
  const first = await ana.post('/api/notifications/subscribe', subscription)
  const second = await ben.post('/api/notifications/subscribe', { subscription })
  assert.equal(second.body.id, first.body.id)
  // Ana can no longer remove it: the subscription stays.
  assert.deepEqual((await ana.post('/api/notifications/unsubscribe', subscription)).body, { success: true })
  await say(ana.workspaceId, [ana.userId], 'To Ana')
  await say(ben.workspaceId, [ben.userId], 'To Ben')
  await pushTo('/shared')
  await ben.post('/api/notifications/unsubscribe', { endpoint: subscription.endpoint })
  await ben.post('/api/notifications/subscribe', { endpoint: `${pushUrl}/other`, keys: createBrowser().keys })
  await say(ben.workspaceId, [ben.userId], 'To the other one')
  await pushTo('/other')
  assert.equal(pushes.filter(({ path }) => path === '/shared').length, 1)
})

test('without an endpoint a session unsubscribes the browser that it subscribed, and no other', async () => {
  const ana = await server.signUp()
  const [here, there] = ['/here', '/there'].map((path) => ({ endpoint: pushUrl + path, keys: createBrowser().keys }))
  const { body: login } = await server.anyone.post('/api/auth/login', { email: ana.email, password: ana.password })
  const elsewhere = createClient(server.url, { authorization: `Bearer ${login.token}` })
  await ana.post('/api/notifications/subscribe', here)
  await elsewhere.post('/api/notifications/subscribe', there)
  assert.deepEqual((await ana.post('/api/notifications/unsubscribe')).body, { success: true })
  const { rows } = await server.app.services.connections.pool.query(
    'select endpoint from notifications.push_subscriptions where user_id = $1',
    [ana.userId],
  )
  assert.deepEqual(rows, [{ endpoint: there?.endpoint }])
})

test('an invalid subscription is refused, with the field', async () => {
  const ana = await server.signUp()
  const { keys } = createBrowser()
  const refused: [unknown, string][] = [
    [{}, 'body.endpoint'],
    [{ endpoint: 'https://push.example.net/x' }, 'body.keys'],
    [{ endpoint: 'http://push.example.net/x', keys }, 'body.endpoint'],
    [{ endpoint: 'https://127.0.0.1/x', keys }, 'body.endpoint'],
    [{ endpoint: 'https://[::1]/x', keys }, 'body.endpoint'],
    [{ endpoint: 'https://push.example.net:8443/x', keys }, 'body.endpoint'],
    [{ endpoint: 'https://push.example.net/x', keys: { ...keys, p256dh: 'BAAA' } }, 'body.keys.p256dh'],
    [
      { endpoint: 'https://push.example.net/x', keys: { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } },
      'body.keys.p256dh',
    ],
    [{ endpoint: 'https://push.example.net/x', keys: { ...keys, auth: 'AAAA' } }, 'body.keys.auth'],
  ]
  for (const [body, field] of refused) {
    const answer = await ana.post('/api/notifications/subscribe', body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.details[0].path, field, JSON.stringify(body))
  }
  assert.equal((await server.anyone.post('/api/notifications/subscribe', { endpoint: pushUrl, keys })).status, 401)
})
