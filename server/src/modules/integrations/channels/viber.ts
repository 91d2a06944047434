import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { beginning } from '../../../platform/text.ts'
import { callJson, type JsonResponse } from '../json-call.ts'
import { apiUrlOf, refusedToken } from '../platforms.ts'
import type { AccountEvents, Channel, Media, ChannelEvent, OutgoingMessage, SendResult } from './channel.ts'
import { epochMs, maybe, externalId, messageText } from './body.ts'
import { hmacHex, isSame } from './signature.ts'
import { errorTextOf } from './error-text.ts'

/** developers.viber.com/docs/api/rest-bot-api: the status is always 200, and the body has the result. */
export const viber: Channel = {
  signedWith: 'token',
  webhookOf: 'account',
  maxText: 7000,
  hasValidSignature: ({ headers, body }, token) => isSame(headers['x-viber-content-signature'], hmacHex(token, body)),
  read,

  async send(ctx, account, message) {
    const response = await callViber(ctx, account.secrets.token ?? '', 'send_message', {
      receiver: message.thread,
      min_api_version: 1,
      sender: { name: beginning(account.name ?? 'Shop', 28) },
      tracking_data: message.id,
      ...contentOf(message),
    })
    return toSendResult(response)
  },

  async identify(ctx, { token }) {
    const { body: account } = await callViber(ctx, token, 'get_account_info', {})
    if (account.status !== 0) throw refusedToken('viber', account.status_message)
    return { secrets: { token }, accountId: String(account.id), accountName: String(account.name) }
  },

  async register(ctx, account, { url }) {
    const { body } = await callViber(ctx, account.secrets.token ?? '', 'set_webhook', {
      url,
      event_types: ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'],
      send_name: true,
      send_photo: true,
    })
    if (body.status !== 0) throw new AppError(502, 'platform_failed', `Viber: ${errorTextOf(body.status_message)}`)
  },
  async unregister(ctx, account) {
    await callViber(ctx, account.secrets.token ?? '', 'set_webhook', { url: '' })
  },
}

function callViber(ctx: Ctx, token: string, method: string, json: object) {
  if (!/^[\x21-\x7e]+$/.test(token)) throw refusedToken('viber', 'it contains invalid characters.')
  return callJson(ctx, `${apiUrlOf(ctx, 'viber')}/${method}`, { json, headers: { 'x-viber-auth-token': token } })
}

/** The text of a picture has at most 768 characters; other media are sent as links. */
function contentOf({ text, media }: OutgoingMessage): object {
  if (media?.type === 'image' && text.length <= 768) return { type: 'picture', text, media: media.url }
  return { type: 'text', text: [text, media?.url].filter(Boolean).join('\n') }
}

const sayings: Record<number, string> = {
  5: 'They are no longer on Viber.',
  6: 'They are not subscribed to the bot, so Viber does not accept messages for them.',
  7: 'This bot is blocked at Viber.',
  11: 'None of their devices can show this kind of message.',
}

// `status` in a response:  developers.viber.com/docs/api/rest-bot-api/#error-codes
function toSendResult({ status: httpStatus, headers, body }: JsonResponse): SendResult {
  const status = Number(body.status)
  const why = errorTextOf(body.status_message, `status ${status}`)
  if (httpStatus === 200 && status === 0) return { status: 'sent', externalId: String(body.message_token) }
  if (httpStatus === 429 || status === 12)
    return { status: 'busy', retryAfterSeconds: Number(headers['retry-after']) || 10 }
  if (httpStatus >= 500) throw new AppError(502, 'platform_failed', `Viber: ${why}`)
  if (status === 2 || status === 9) {
    return { status: 'failed', error: `Viber no longer accepts our token: ${why}`, tokenRefused: true }
  }
  return { status: 'failed', error: sayings[status] ?? `Viber refused this: ${why}` }
}

const User = z.object({ id: externalId, name: maybe(z.string().max(200)) })
const MessageContent = z.object({
  type: z.string().max(60),
  text: maybe(messageText),
  media: maybe(z.url({ protocol: /^https?$/ }).max(2000)),
  file_name: maybe(z.string().max(200)),
  contact: maybe(z.object({ name: z.string().max(200), phone_number: z.string().max(60) })),
  location: maybe(z.object({ lat: z.number(), lon: z.number() })),
})
const Callback = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('message'),
    message_token: externalId,
    timestamp: epochMs,
    sender: User,
    message: MessageContent,
  }),
  z.object({ event: z.literal('delivered'), message_token: externalId }),
  z.object({ event: z.literal('seen'), message_token: externalId }),
  z.object({ event: z.literal('failed'), message_token: externalId, desc: maybe(z.string().max(300)) }),
])

function read(body: unknown): AccountEvents[] {
  const callback = Callback.safeParse(body).data
  return callback ? [{ account: null, events: eventsOf(callback) }] : []
}

function eventsOf(callback: z.output<typeof Callback>): ChannelEvent[] {
  const ids = [callback.message_token]
  switch (callback.event) {
    case 'delivered':
      return [{ kind: 'receipt', status: 'delivered', ids }]
    case 'seen':
      return [{ kind: 'receipt', status: 'read', ids }]
    case 'failed':
      return [{ kind: 'receipt', status: 'failed', ids, error: `Viber: ${callback.desc ?? 'not delivered'}` }]
    case 'message': {
      const { sender, message_token, timestamp, message } = callback
      const said = readContent(message)
      if (!said.text && said.media.length === 0) return []
      const person = { name: sender.name, identities: [{ kind: 'viber' as const, value: sender.id }] }
      return [{ kind: 'message', thread: sender.id, id: message_token, sentAt: timestamp, person, ...said }]
    }
  }
}

const mediaTypes: Record<string, Media['type']> = { picture: 'image', sticker: 'image', video: 'video' }

function readContent({ type, text, media, file_name, contact, location }: z.output<typeof MessageContent>): {
  text: string
  media: Media[]
} {
  if (contact) return { text: `Contact: ${contact.name}, ${contact.phone_number}`, media: [] }
  if (location) return { text: `Location: ${location.lat}, ${location.lon}`, media: [] }
  // The text of a link is its URL.
  if (type === 'url') return { text: text || media || '', media: [] }
  return { text: text ?? '', media: media ? [{ type: mediaTypes[type] ?? 'file', url: media, name: file_name }] : [] }
}
