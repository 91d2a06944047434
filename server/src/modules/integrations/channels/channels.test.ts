import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { readBody } from './body.ts'
import type { Channel, ChannelEvent } from './channel.ts'
import { channels } from './channels.ts'
import { instagram } from './instagram.ts'
import { messenger } from './messenger.ts'
import { telegram } from './telegram.ts'
import { tiktok } from './tiktok.ts'
import { viber } from './viber.ts'
import { whatsapp } from './whatsapp.ts'

const now = new Date('2026-11-21T04:00:00Z')
const seconds = Math.floor(now.getTime() / 1000)
const read = (channel: Channel, body: string) => channel.read(readBody(Buffer.from(body)))
const eventsOf = (channel: Channel, body: object): ChannelEvent[] =>
  read(channel, JSON.stringify(body)).flatMap(({ events }) => events)
const hasValidSignature = (channel: Channel, secret: string, body: string, headers: Record<string, string>, at = now) =>
  channel.hasValidSignature({ headers, body: Buffer.from(body) }, secret, at)

test('Viber: the signature of the documentation, over the bytes as sent', () => {
  const token = '44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3'
  const body = '{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}'
  const signature = 'd21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef'
  assert.ok(hasValidSignature(viber, token, body, { 'x-viber-content-signature': signature }))
  assert.ok(!hasValidSignature(viber, token, `${body} `, { 'x-viber-content-signature': signature }))
  assert.ok(!hasValidSignature(viber, token, body, { 'x-viber-content-signature': signature.toUpperCase() }))
  assert.ok(!hasValidSignature(viber, token, body, {}))
})

test('Meta: HMAC-SHA256 with the app’s secret, with the name of the algorithm', () => {
  // RFC 4231, test case 2.
  const signature = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  const body = 'what do ya want for nothing?'
  for (const channel of [messenger, instagram, whatsapp]) {
    assert.ok(hasValidSignature(channel, 'Jefe', body, { 'x-hub-signature-256': `sha256=${signature}` }))
    assert.ok(!hasValidSignature(channel, 'Jefe', body, { 'x-hub-signature-256': signature }))
    assert.ok(!hasValidSignature(channel, 'Jefe', body, { 'x-hub-signature': `sha256=${signature}` }))
    assert.ok(!hasValidSignature(channel, 'other', body, { 'x-hub-signature-256': `sha256=${signature}` }))
  }
})

test('TikTok: the time is signed, and valid for five minutes in both directions', () => {
  const body = '{"event":"im_receive_msg"}'
  const sign = (time: number) =>
    `t=${time},s=${createHmac('sha256', 'app-secret').update(`${time}.${body}`).digest('hex')}`
  const at = (time: number) => hasValidSignature(tiktok, 'app-secret', body, { 'tiktok-signature': sign(time) })
  assert.deepEqual([at(seconds), at(seconds - 299), at(seconds + 299)], [true, true, true])
  assert.deepEqual([at(seconds - 301), at(seconds + 301)], [false, false])
  assert.ok(
    !hasValidSignature(tiktok, 'app-secret', body, {
      'tiktok-signature': sign(seconds).replace(/t=\d+/, `t=${seconds - 1}`),
    }),
  )
})

test('Telegram sends the secret of the connection', () => {
  assert.ok(hasValidSignature(telegram, 'a-secret', '{}', { 'x-telegram-bot-api-secret-token': 'a-secret' }))
  assert.ok(!hasValidSignature(telegram, 'a-secret', '{}', { 'x-telegram-bot-api-secret-token': 'a-secreT' }))
  assert.ok(!hasValidSignature(telegram, 'a-secret', '{}', {}))
})

test('Messenger: messages of several pages in one request; echoes of our own messages are skipped', () => {
  const messaging = (id: string, event: object) => ({ id, time: 1_790_000_000_123, messaging: [event] })
  const from = { sender: { id: '338' }, recipient: { id: '117' }, timestamp: 1_790_000_000_001 }
  const body = {
    object: 'page',
    entry: [
      messaging('117', { ...from, message: { mid: 'm_1', text: 'is it in stock?' } }),
      messaging('118', { ...from, postback: { mid: 'm_2', title: 'Get started', payload: 'START' } }),
      messaging('117', { ...from, message: { mid: 'm_3', is_echo: true, text: 'yes' } }),
      messaging('117', { ...from, delivery: { mids: ['m_9'], watermark: 1_790_000_000_500 } }),
      messaging('117', { ...from, read: { watermark: 1_790_000_000_600 } }),
      messaging('117', { ...from, reaction: { mid: 'm_9', emoji: '😍', action: 'react' } }),
    ],
  }
  const accounts = read(messenger, JSON.stringify(body))
  assert.deepEqual(
    accounts.map(({ account }) => account),
    ['117', '118', '117', '117', '117', '117'],
  )
  assert.deepEqual(
    accounts.flatMap(({ events }) => events),
    [
      {
        kind: 'message',
        thread: '338',
        id: 'm_1',
        sentAt: new Date(1_790_000_000_001),
        person: { identities: [{ kind: 'facebook', value: '338' }] },
        text: 'is it in stock?',
        media: [],
      },
      {
        kind: 'message',
        thread: '338',
        id: 'm_2',
        sentAt: new Date(1_790_000_000_001),
        person: { identities: [{ kind: 'facebook', value: '338' }] },
        text: 'Get started',
        media: [],
      },
      { kind: 'receipt', status: 'delivered', ids: ['m_9'] },
      { kind: 'receipt', status: 'read', thread: '338', until: new Date(1_790_000_000_600) },
    ],
  )
})

test('Instagram: pictures, deleted messages, read receipts', () => {
  const event = (more: object) => ({
    object: 'instagram',
    entry: [{ id: '178', messaging: [{ sender: { id: 'igsid-1' }, timestamp: 1_790_000_000_900, ...more }] }],
  })
  const url = 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1'
  const [picture] = eventsOf(
    instagram,
    event({ message: { mid: 'a', attachments: [{ type: 'image', payload: { url } }] } }),
  )
  assert.deepEqual(picture?.kind === 'message' && picture.media, [{ type: 'image', url }])
  assert.deepEqual(eventsOf(instagram, event({ message: { mid: 'a', is_deleted: true } })), [
    { kind: 'withdrawal', thread: 'igsid-1', id: 'a' },
  ])
  assert.deepEqual(eventsOf(instagram, event({ read: { mid: 'b' } })), [
    { kind: 'receipt', status: 'read', ids: ['b'] },
  ])
})

const whatsappBody = (value: object) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: 'WABA', changes: [{ field: 'messages', value: { metadata: { phone_number_id: '590' }, ...value } }] }],
})

test('WhatsApp: a customer with a hidden number is identified by their business-scoped id', () => {
  const message = { id: 'wamid.1', timestamp: '1790000000', type: 'text', text: { body: 'hi' } }
  const contact = { profile: { name: 'Ana' }, user_id: 'BR.1349' }
  const both = whatsappBody({
    contacts: [{ ...contact, wa_id: '5516992318222' }],
    messages: [{ ...message, from: '5516992318222', from_user_id: 'BR.1349' }],
  })
  const hidden = whatsappBody({ contacts: [contact], messages: [{ ...message, from_user_id: 'BR.1349' }] })
  const [known] = eventsOf(whatsapp, both)
  const [unknown] = eventsOf(whatsapp, hidden)
  assert.ok(known?.kind === 'message' && unknown?.kind === 'message')
  assert.deepEqual(
    [known.thread, known.formerThread, known.person],
    [
      'BR.1349',
      '5516992318222',
      {
        name: 'Ana',
        identities: [
          { kind: 'whatsapp', value: 'BR.1349' },
          { kind: 'whatsapp', value: '+5516992318222' },
          { kind: 'phone', value: '+5516992318222' },
        ],
      },
    ],
  )
  assert.deepEqual([unknown.thread, unknown.formerThread], ['BR.1349', undefined])
  assert.deepEqual(unknown.person, { name: 'Ana', identities: [{ kind: 'whatsapp', value: 'BR.1349' }] })
})

test('WhatsApp: button replies, orders, attachments and receipts', () => {
  const said = (message: object) => {
    const one = { id: 'wamid.1', timestamp: '1790000000', from: '4915112345678', ...message }
    const [event] = eventsOf(whatsapp, whatsappBody({ messages: [one] }))
    return event?.kind === 'message' ? [event.text, ...event.media] : event
  }
  const button_reply = { id: 'b1', title: 'Yes, please' }
  assert.deepEqual(said({ type: 'interactive', interactive: { type: 'button_reply', button_reply } }), ['Yes, please'])
  const product_items = [{ product_retailer_id: 'mug-1', quantity: '2', item_price: 7, currency: 'EUR' }]
  assert.deepEqual(said({ type: 'order', order: { catalog_id: 'c', text: 'Soon?', product_items } }), [
    'Soon?\nOrder: 2 × mug-1',
  ])
  assert.deepEqual(
    said({ type: 'document', document: { id: '77', filename: 'a.pdf', mime_type: 'application/pdf' } }),
    ['', { type: 'file', reference: '77', name: 'a.pdf' }],
  )
  assert.equal(said({ type: 'reaction', reaction: { message_id: 'x', emoji: '👍' } }), undefined)
  const ownId = '0199ffff-ffff-7fff-bfff-ffffffffffff'
  const failure = { id: 'wamid.2', status: 'failed', biz_opaque_callback_data: ownId, errors: [{ code: 131_047 }] }
  assert.deepEqual(eventsOf(whatsapp, whatsappBody({ statuses: [{ ...failure, timestamp: '1' }] })), [
    {
      kind: 'receipt',
      status: 'failed',
      ids: ['wamid.2'],
      ownId,
      error:
        'The customer has not written for 24 hours; until they write again, WhatsApp accepts only approved templates.',
    },
  ])
})

test('Telegram: private chats, edits, the largest size of a photo, buttons', () => {
  const from = { id: 23, is_bot: false, first_name: 'Ana', last_name: 'Diaz' }
  const chat = { id: 23, first_name: 'Ana', type: 'private' }
  const message = { message_id: 1, from, chat, date: 1_790_000_000 }
  assert.deepEqual(eventsOf(telegram, { update_id: 7, message: { ...message, text: 'hi' } }), [
    {
      kind: 'message',
      thread: '23',
      id: '1',
      sentAt: new Date(1_790_000_000_000),
      person: { name: 'Ana Diaz', identities: [{ kind: 'telegram', value: '23' }] },
      text: 'hi',
      media: [],
    },
  ])
  assert.deepEqual(eventsOf(telegram, { update_id: 8, edited_message: { ...message, text: 'hello' } }), [
    { kind: 'edit', thread: '23', id: '1', text: 'hello' },
  ])
  const photo = [
    { file_id: 'small', width: 90 },
    { file_id: 'large', width: 1280 },
  ]
  const [picture] = eventsOf(telegram, { update_id: 9, message: { ...message, photo, caption: 'this one?' } })
  assert.deepEqual(picture?.kind === 'message' && [picture.text, picture.media], [
    'this one?',
    [{ type: 'image', reference: 'large' }],
  ])
  const group = { ...message, chat: { id: -100, type: 'supergroup' }, text: 'hi all' }
  assert.deepEqual(eventsOf(telegram, { update_id: 10, message: group }), [])
  const [pressed] = eventsOf(telegram, { update_id: 11, callback_query: { id: '99', from, data: 'size:xl' } })
  assert.deepEqual(pressed?.kind === 'message' && [pressed.thread, pressed.text], ['23', 'size:xl'])
})

test('Viber: message tokens keep all digits', () => {
  const body =
    '{"event":"message","timestamp":1457764197627,"message_token":4912661846655238145,' +
    '"sender":{"id":"01234567890A=","name":"Ana"},"message":{"type":"text","text":"hi"},"silent":false}'
  const [message] = read(viber, body).flatMap(({ events }) => events)
  assert.equal(message?.kind === 'message' && message.id, '4912661846655238145')
  const seen = '{"event":"seen","timestamp":1595324677891,"message_token":5466297578174182639,"user_id":"3SQ=="}'
  assert.deepEqual(
    read(viber, seen).flatMap(({ events }) => events),
    [{ kind: 'receipt', status: 'read', ids: ['5466297578174182639'] }],
  )
  const started = '{"event":"conversation_started","message_token":5466358343372472277,"user":{"id":"3SQ=="}}'
  assert.deepEqual(read(viber, started), [])
})

test('TikTok: the content is JSON within JSON; messages of the account itself are skipped', () => {
  const content = {
    type: 'text',
    message_id: 'tt-1',
    timestamp: 1_790_000_000_000,
    conversation_id: 'conv-1',
    text: { body: 'Hello' },
    from: 'Alice',
    from_user: { id: 'user-1' },
    to_user: { id: 'biz-123' },
  }
  const event = (event: string, content: object) => ({
    event,
    user_openid: 'biz-123',
    content: JSON.stringify(content),
  })
  assert.deepEqual(eventsOf(tiktok, event('im_receive_msg', content)), [
    {
      kind: 'message',
      thread: 'conv-1',
      id: 'tt-1',
      sentAt: new Date(1_790_000_000_000),
      person: { name: 'Alice', identities: [{ kind: 'tiktok', value: 'user-1' }] },
      text: 'Hello',
      media: [],
    },
  ])
  assert.deepEqual(eventsOf(tiktok, event('im_send_msg', content)), [])
  assert.deepEqual(eventsOf(tiktok, { ...event('im_receive_msg', {}), content: '{"type":' }), [])
})

test('invalid text is made storable', () => {
  const message = { mid: 'm', text: 'a\0b\ud800c' }
  const body = { entry: [{ id: '1', messaging: [{ sender: { id: '2' }, timestamp: 1, message }] }] }
  const [event] = eventsOf(messenger, body)
  assert.equal(event?.kind === 'message' && event.text, 'ab\ufffdc')
})

// Documented payloads, so that the corrupted ones below are close to valid.
const samples: object[] = [
  {
    entry: [{ id: '1', time: 2, messaging: [{ sender: { id: '3' }, timestamp: 4, message: { mid: 'm', text: 't' } }] }],
  },
  whatsappBody({ messages: [{ id: 'w', timestamp: '1', type: 'text', from: '4', text: { body: 'x' } }] }),
  whatsappBody({ statuses: [{ id: 'w', status: 'read' }] }),
  { update_id: 1, message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, text: 'x', photo: [] } },
  { event: 'message', message_token: 1, timestamp: 1, sender: { id: 'a' }, message: { type: 'text', text: 'x' } },
  { event: 'im_receive_msg', user_openid: 'b', content: '{"message_id":"1"}' },
]

/** Returns the sample with the value at `path` replaced. */
function spoil(value: unknown, path: number[], by: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined || value === null || typeof value !== 'object') return by
  const keys = Object.keys(value)
  if (keys.length === 0) return by
  const key = keys[step % keys.length] as string
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[key] = spoil(copy[key], rest, by)
  return copy
}

test('reading a body never throws', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(null, [], {}, '', -1, 1e308, Number.MAX_SAFE_INTEGER, 'x'.repeat(20_000), [[[]]]),
  )
  const bodies = fc.oneof(
    fc.tuple(fc.constantFrom(...samples), fc.array(fc.nat(9), { maxLength: 8 }), odd).map((args) => spoil(...args)),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(bodies, (body) => {
      for (const channel of Object.values(channels)) {
        for (const { events } of read(channel, JSON.stringify(body))) {
          for (const one of events) {
            if (one.kind !== 'message') continue
            assert.ok(Number.isFinite(one.sentAt.getTime()) && one.id && one.thread && one.text.length <= 10_000)
          }
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('a signature is not valid for any other body', () => {
  const sign = (body: Uint8Array, secret: string) => createHmac('sha256', secret).update(body).digest('hex')
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.uint8Array(),
      fc.string({ minLength: 1 }),
      (body, other, secret) => {
        const delivery = (bytes: Uint8Array, headers: Record<string, string>) => ({ headers, body: Buffer.from(bytes) })
        const meta = { 'x-hub-signature-256': `sha256=${sign(body, secret)}` }
        const ofViber = { 'x-viber-content-signature': sign(body, secret) }
        assert.ok(messenger.hasValidSignature(delivery(body, meta), secret, now))
        assert.ok(viber.hasValidSignature(delivery(body, ofViber), secret, now))
        const isSame = Buffer.from(body).equals(Buffer.from(other))
        assert.equal(messenger.hasValidSignature(delivery(other, meta), secret, now), isSame)
        assert.equal(viber.hasValidSignature(delivery(other, ofViber), secret, now), isSame)
      },
    ),
  )
})
