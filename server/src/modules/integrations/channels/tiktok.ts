import { z } from 'zod'
import { type Ctx, callerKey } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { type JsonResponse, callJson } from '../json-call.ts'
import { apiUrlOf } from '../platforms.ts'
import type { Account, AccountEvents, Channel, Media, ChannelEvent, SendResult } from './channel.ts'
import { epochMs, maybe, externalId, messageText } from './body.ts'
import { hmacHex, isSame } from './signature.ts'
import { errorTextOf } from './error-text.ts'

const maxAgeSeconds = 300

/**
 * business-api.tiktok.com/portal/docs, Business Messaging: replies within 48 hours, at most 10 until the customer writes
 * again, text and images only, and not for accounts registered in the EEA, Switzerland or the UK.
 */
export const tiktok: Channel = {
  signedWith: 'app',
  webhookOf: 'app',
  maxText: 6000,
  hasValidSignature,
  read,

  async send(ctx, account, { thread, text, media }) {
    const { status, headers, body } = await callTikTok(ctx, account, 'business/message/send/', {
      business_id: account.id,
      recipient_type: 'CONVERSATION',
      recipient: thread,
      message_type: 'TEXT',
      // Images have to be uploaded first, which some accounts cannot do; a link always works.
      text: { body: [text, media?.url].filter(Boolean).join('\n') },
    })
    return toSendResult(status, headers, body)
  },

  async fetchMedia(ctx, account, reference) {
    const [conversation_id, message_id, media_id] = reference.split(' ')
    const { body } = await callTikTok(ctx, account, 'business/message/media/download/', {
      business_id: account.id,
      conversation_id,
      message_id,
      media_id,
      media_type: 'IMAGE',
    })
    if (body.code !== 0) throw failed(body)
    const { status, body: content } = await ctx.services.outbound.fetch(String(body.data?.download_url), {
      key: callerKey(ctx),
    })
    if (status !== 200) throw new AppError(502, 'platform_failed', `TikTok returned status ${status} for an image.`)
    return content
  },

  async resolveAccount(ctx, _app, login) {
    const query = new URLSearchParams({ business_id: login.accountId, fields: '["username","display_name"]' })
    const { body } = await callJson(ctx, `${apiUrlOf(ctx, 'tiktok')}/business/get/?${query.toString()}`, {
      headers: { 'access-token': login.secrets.accessToken ?? '' },
    })
    if (body.code !== 0) throw failed(body)
    return { ...login, accountName: `@${String(body.data?.username ?? body.data?.display_name)}` }
  },

  /** The app has one webhook for all accounts; registering it again changes nothing. */
  async register(ctx, _account, { url, app }) {
    if (!app) return
    const json = { app_id: app.clientId, secret: app.clientSecret, event_type: 'DIRECT_MESSAGE', callback_url: url }
    const { body } = await callJson(ctx, `${apiUrlOf(ctx, 'tiktok')}/business/webhook/update/`, { json })
    if (body.code !== 0) throw failed(body)
  },
  async unregister() {
    // Other accounts still use the app's webhook; events for this one are dropped.
  },

  renewBeforeSeconds: 4 * 3600,
  async renew(ctx, app, account) {
    const { body } = await callJson(ctx, `${apiUrlOf(ctx, 'tiktok')}/tt_user/oauth2/refresh_token/`, {
      json: {
        client_id: app.clientId,
        client_secret: app.clientSecret,
        grant_type: 'refresh_token',
        refresh_token: account.secrets.refreshToken,
      },
    })
    if (body.code !== 0) throw new AppError(409, 'platform_refused', `TikTok: ${errorTextOf(body.message)}`)
    const { access_token, refresh_token, expires_in } = body.data
    return {
      secrets: { accessToken: String(access_token), refreshToken: String(refresh_token) },
      expiresAt: new Date(ctx.now().getTime() + Number(expires_in) * 1000),
    }
  },
}

const callTikTok = (ctx: Ctx, account: Account, path: string, json: object) =>
  callJson(ctx, `${apiUrlOf(ctx, 'tiktok')}/${path}`, {
    json,
    headers: { 'access-token': account.secrets.accessToken ?? '' },
  })

const failed = (body: { message?: unknown }) =>
  new AppError(502, 'platform_failed', `TikTok: ${errorTextOf(body.message)}`)

// Errors come with status 200: business-api.tiktok.com/portal/docs?id=1737172488964097
const busy = new Set([40_016, 40_064, 40_100, 40_133])
const tokenRefused = new Set([40_001, 40_102, 40_104, 40_105])

function toSendResult(status: number, headers: JsonResponse['headers'], body: JsonResponse['body']): SendResult {
  const code = Number(body.code)
  const why = errorTextOf(body.message, `code ${code}`)
  if (status === 200 && code === 0) return { status: 'sent', externalId: body.data?.message?.message_id }
  if (status === 429 || busy.has(code))
    return { status: 'busy', retryAfterSeconds: Number(headers['retry-after']) || 10 }
  if (status >= 500 || code >= 50_000) throw failed(body)
  if (status === 401 || tokenRefused.has(code)) {
    return { status: 'failed', error: `TikTok no longer accepts our token: ${why}`, tokenRefused: true }
  }
  return { status: 'failed', error: `TikTok refused this: ${why}` }
}

/** `Tiktok-Signature: t=<unix seconds>,s=<hex>`; the time is signed too, so a time too far in the past or future is a replay. */
function hasValidSignature(
  { headers, body }: Parameters<Channel['hasValidSignature']>[0],
  secret: string,
  now: Date,
): boolean {
  const [, time, signature] = /^t=(\d{1,12}),s=([0-9a-f]{64})$/.exec(String(headers['tiktok-signature'])) ?? []
  if (!time || Math.abs(now.getTime() / 1000 - Number(time)) > maxAgeSeconds) return false
  return isSame(signature, hmacHex(secret, `${time}.`, body))
}

const Event = z.object({ event: z.string(), user_openid: externalId, content: z.string() })
const Received = z.object({
  type: z.string(),
  message_id: externalId,
  conversation_id: externalId,
  timestamp: epochMs,
  from: maybe(z.string().max(200)),
  from_user: z.object({ id: externalId }),
  text: maybe(z.object({ body: messageText })),
  image: maybe(z.object({ media_id: externalId })),
  share_post: maybe(z.object({ embed_url: z.url({ protocol: /^https?$/ }).max(2000) })),
})
const Read = z.object({ conversation_id: externalId, read: maybe(z.object({ last_read_timestamp: epochMs })) })

/** Skips `im_send_msg`, the messages that we or TikTok's own app sent. */
function read(body: unknown): AccountEvents[] {
  const event = Event.safeParse(body).data
  if (!event) return []
  return [{ account: event.user_openid, events: eventsOf(event.event, contentOf(event.content)) }]
}

function contentOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function eventsOf(event: string, content: unknown): ChannelEvent[] {
  if (event === 'im_mark_read_msg') {
    const seen = Read.safeParse(content).data
    const until = seen?.read?.last_read_timestamp
    return seen && until ? [{ kind: 'receipt', status: 'read', thread: seen.conversation_id, until }] : []
  }
  const message = event === 'im_receive_msg' ? Received.safeParse(content).data : undefined
  if (!message) return []
  const { conversation_id, message_id, timestamp, from, from_user, text, image, share_post } = message
  const media: Media[] = image
    ? [{ type: 'image', reference: `${conversation_id} ${message_id} ${image.media_id}` }]
    : []
  const said = text?.body ?? share_post?.embed_url ?? ''
  if (!said && media.length === 0) return []
  const person = { name: from, identities: [{ kind: 'tiktok' as const, value: from_user.id }] }
  return [{ kind: 'message', thread: conversation_id, id: message_id, sentAt: timestamp, person, text: said, media }]
}
