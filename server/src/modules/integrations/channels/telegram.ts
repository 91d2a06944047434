import { z } from 'zod'
import { type Ctx, callerKey } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { callJson } from '../json-call.ts'
import { apiUrlOf, refusedToken } from '../platforms.ts'
import type { Account, AccountEvents, Channel, Media, ChannelEvent, OutgoingMessage, SendResult } from './channel.ts'
import { epochSeconds, listOf, maybe, externalId, messageText } from './body.ts'
import { isSame } from './signature.ts'
import { errorTextOf } from './error-text.ts'

/** core.telegram.org/bots/api: a bot, identified by its token. It can only message people who have written to it. */
export const telegram: Channel = {
  signedWith: 'webhookSecret',
  webhookOf: 'account',
  maxText: 4096,
  hasValidSignature: ({ headers }, secret) => isSame(headers['x-telegram-bot-api-secret-token'], secret),
  read,

  async send(ctx, account, message) {
    const [method, content] = contentOf(message)
    const response = await callTelegram(ctx, tokenOf(account), method, { chat_id: message.thread, ...content })
    return toSendResult(response)
  },

  async fetchMedia(ctx, account, reference) {
    const { body } = await callTelegram(ctx, tokenOf(account), 'getFile', { file_id: reference })
    const path = String(body.result?.file_path ?? '')
    if (!/^[\w./-]+$/.test(path) || path.includes('..')) throw failed(body)
    const url = `${apiUrlOf(ctx, 'telegram')}/file/bot${tokenOf(account)}/${path}`
    const file = await ctx.services.outbound.fetch(url, { key: callerKey(ctx), maxBytes: 20 * 1024 * 1024 })
    if (file.status !== 200)
      throw new AppError(502, 'platform_failed', `Telegram returned status ${file.status} for a file.`)
    return file.body
  },

  async identify(ctx, { token }) {
    const { body: me } = await callTelegram(ctx, token, 'getMe', {})
    if (me.ok !== true) throw refusedToken('telegram', me.description)
    return {
      secrets: { token },
      accountId: String(me.result?.id),
      accountName: `@${String(me.result?.username)}`,
    }
  },

  async register(ctx, account, { url }) {
    const { body } = await callTelegram(ctx, tokenOf(account), 'setWebhook', {
      url,
      secret_token: account.secrets.webhookSecret,
      allowed_updates: ['message', 'edited_message', 'callback_query'],
    })
    if (body.ok !== true) throw failed(body)
  },
  async unregister(ctx, account) {
    await callTelegram(ctx, tokenOf(account), 'deleteWebhook', {})
  },
}

const tokenOf = ({ secrets }: Account) => secrets.token ?? ''
const failed = (body: { description?: unknown }) =>
  new AppError(502, 'platform_failed', `Telegram: ${errorTextOf(body.description)}`)

function callTelegram(ctx: Ctx, token: string, method: string, json: object) {
  // The token is part of the path, so it must not contain other characters.
  if (!/^\d{1,20}:[\w-]{20,100}$/.test(token)) throw refusedToken('telegram', 'it does not look like 123456789:ABC….')
  return callJson(ctx, `${apiUrlOf(ctx, 'telegram')}/bot${token}/${method}`, { json })
}

const methods = {
  image: ['sendPhoto', 'photo'],
  video: ['sendVideo', 'video'],
  audio: ['sendAudio', 'audio'],
  file: ['sendDocument', 'document'],
} as const

function contentOf({ text, media }: OutgoingMessage): [method: string, content: object] {
  if (!media) return ['sendMessage', { text }]
  const [method, field] = methods[media.type]
  return [method, { [field]: media.url, ...(text && { caption: text }) }]
}

function toSendResult({ status, body }: Awaited<ReturnType<typeof callTelegram>>): SendResult {
  if (body.ok === true) return { status: 'sent', externalId: String(body.result?.message_id) }
  const code = Number(body.error_code ?? status)
  const why = errorTextOf(body.description)
  if (code === 429) return { status: 'busy', retryAfterSeconds: Number(body.parameters?.retry_after) || 5 }
  if (code >= 500) throw failed(body)
  // A malformed token gets 404.
  if (code === 401 || code === 404) {
    return { status: 'failed', error: `Telegram no longer accepts our token: ${why}`, tokenRefused: true }
  }
  return { status: 'failed', error: code === 403 ? 'They have blocked the bot.' : `Telegram refused this: ${why}` }
}

const User = z.object({ first_name: z.string().default(''), last_name: maybe(z.string()) })
const FilePart = maybe(z.object({ file_id: externalId, file_name: maybe(z.string().max(200)) }))
const Message = z.object({
  message_id: externalId,
  date: epochSeconds,
  chat: z.object({ id: externalId, type: z.literal('private') }),
  from: maybe(User),
  text: maybe(messageText),
  caption: maybe(messageText),
  photo: listOf(z.object({ file_id: externalId })),
  video: FilePart,
  voice: FilePart,
  audio: FilePart,
  video_note: FilePart,
  animation: FilePart,
  sticker: FilePart,
  document: FilePart,
  contact: maybe(z.object({ phone_number: z.string(), first_name: z.string() })),
  location: maybe(z.object({ latitude: z.number(), longitude: z.number() })),
})
type Message = z.output<typeof Message>
const Update = z.object({
  update_id: externalId,
  message: maybe(Message),
  edited_message: maybe(Message),
  callback_query: maybe(z.object({ from: User.extend({ id: externalId }), data: messageText, id: externalId })),
})

/** Private chats only: groups are not conversations with a customer. */
function read(body: unknown): AccountEvents[] {
  const update = Update.safeParse(body).data
  return update ? [{ account: null, events: eventsOf(update) }] : []
}

function eventsOf({ message, edited_message, callback_query }: z.output<typeof Update>): ChannelEvent[] {
  if (edited_message) {
    const { text } = readContent(edited_message)
    return text ? [{ kind: 'edit', thread: edited_message.chat.id, id: edited_message.message_id, text }] : []
  }
  if (callback_query) {
    const { id, from, data } = callback_query
    const person = personOf(from.id, from)
    return [
      { kind: 'message', thread: from.id, id: `callback:${id}`, sentAt: new Date(), person, text: data, media: [] },
    ]
  }
  if (!message) return []
  const { chat, message_id, date, from } = message
  const said = readContent(message)
  if (!said.text && said.media.length === 0) return []
  return [{ kind: 'message', thread: chat.id, id: message_id, sentAt: date, person: personOf(chat.id, from), ...said }]
}

const personOf = (id: string, user: z.output<typeof User> | undefined) => ({
  name: [user?.first_name, user?.last_name].filter(Boolean).join(' '),
  identities: [{ kind: 'telegram' as const, value: id }],
})

const mediaTypes = {
  video: 'video',
  animation: 'video',
  video_note: 'video',
  voice: 'audio',
  audio: 'audio',
  sticker: 'image',
  document: 'file',
} as const

function readContent(message: Message): { text: string; media: Media[] } {
  const { text, caption, contact, location } = message
  // The sizes of a photo are listed smallest first.
  const photo = message.photo.at(-1)
  if (photo) return { text: caption ?? '', media: [{ type: 'image', reference: photo.file_id }] }
  for (const [part, type] of Object.entries(mediaTypes) as [keyof typeof mediaTypes, Media['type']][]) {
    const found = message[part]
    if (found) return { text: caption ?? '', media: [{ type, reference: found.file_id, name: found.file_name }] }
  }
  if (contact) return { text: `Contact: ${contact.first_name}, ${contact.phone_number}`, media: [] }
  if (location) return { text: `Location: ${location.latitude}, ${location.longitude}`, media: [] }
  return { text: text ?? '', media: [] }
}
