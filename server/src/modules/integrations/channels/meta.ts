import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { beginning } from '../../../platform/text.ts'
import { type JsonResponse, callJson } from '../json-call.ts'
import {
  type AccountEvents,
  type Channel,
  type Delivery,
  type Media,
  type ChannelEvent,
  type OutgoingMessage,
  type SendResult,
} from './channel.ts'
import { epochMs, listOf, maybe, externalId, messageText } from './body.ts'
import { hmacHex, isSame } from './signature.ts'
import { errorTextOf } from './error-text.ts'

// Shared by Messenger, Instagram and WhatsApp:  developers.facebook.com/docs/graph-api/webhooks/getting-started

/** `X-Hub-Signature-256: sha256=<hex>`, the app's secret over the body as it was sent. */
export const isSignedByMeta = ({ headers, body }: Delivery, appSecret: string): boolean =>
  isSame(headers['x-hub-signature-256'], `sha256=${hmacHex(appSecret, body)}`)

/** Calls a Graph API, with the token in a header so that it is not logged. */
export const callGraph = (ctx: Ctx, url: string, token: string, call: GraphCall = {}): Promise<JsonResponse> =>
  callJson(ctx, url, { ...call, headers: { authorization: `Bearer ${token}` } })

interface GraphCall {
  json?: object
  method?: 'GET' | 'POST' | 'DELETE'
}

/** Calls a Graph API. Throws 502 with Meta's error message unless it succeeds. */
export async function graph(ctx: Ctx, url: string, token: string, call: GraphCall = {}) {
  const { status, body } = await callGraph(ctx, url, token, call)
  if (status !== 200) throw new AppError(502, 'platform_failed', said(body, status))
  return body
}

const said = ({ error }: JsonResponse['body'], status: number) =>
  errorTextOf(error?.error_user_msg, error?.message, `Meta returned status ${status}.`)

// developers.facebook.com/docs/graph-api/guides/error-handling and …/docs/whatsapp/cloud-api/support/error-codes
const limits = new Set([4, 17, 32, 613, 80_006, 80_007, 130_429, 131_048, 131_056])
const passing = new Set([1, 2, 131_000, 131_016])
const tokenRefused = new Set([0, 102, 190])
const windowClosed = 'The customer has not written for 24 hours'
/** By code, or by subcode when the code is too general. */
const sayings: Record<number, string> = {
  131_047: `${windowClosed}; until they write again, WhatsApp accepts only approved templates.`,
  2_018_278: `${windowClosed}, so Messenger does not accept a reply until they write again.`,
  2_534_022: `${windowClosed}, so Instagram does not accept a reply until they write again.`,
  131_026: 'WhatsApp could not deliver this: the number is not on WhatsApp, or its app is too old.',
  551: 'This person cannot be reached at the moment: they have blocked the page or deleted their account.',
}

/** Returns a readable reason why a message was not delivered. */
export function metaRefusal(error: { code?: unknown; error_subcode?: unknown; message?: unknown; title?: unknown }) {
  const known = sayings[Number(error.error_subcode)] ?? sayings[Number(error.code)]
  return known ?? `Meta refused this: ${errorTextOf(error.message, error.title)}`
}

/** Returns the result of sending a message. Throws 502 for temporary errors. */
export function toSendResult(
  { status, headers, body }: JsonResponse,
  idOf: (body: JsonResponse['body']) => unknown,
): SendResult {
  const { error } = body
  if (status === 200 && !error) {
    const id = idOf(body)
    return { status: 'sent', ...(typeof id === 'string' && { externalId: id }) }
  }
  const code = Number(error?.code)
  if (status === 429 || limits.has(code)) {
    return { status: 'busy', retryAfterSeconds: Number(headers['retry-after']) || 30 }
  }
  if (status >= 500 || passing.has(code)) throw new AppError(502, 'platform_failed', said(body, status))
  if (status === 401 || tokenRefused.has(code)) {
    return {
      status: 'failed',
      error: `Meta no longer accepts our token: ${said(body, status)}`,
      tokenRefused: true,
    }
  }
  return { status: 'failed', error: metaRefusal(error ?? {}) }
}

// The envelope of Messenger and Instagram.
const Attachment = z.object({
  type: z.string().max(100),
  payload: maybe(z.object({ url: maybe(z.url({ protocol: /^https?$/ }).max(2000)) })),
})
const Event = z.object({
  sender: z.object({ id: externalId }),
  timestamp: maybe(epochMs),
  message: maybe(
    z.object({
      mid: externalId,
      text: messageText.default(''),
      is_echo: maybe(z.boolean()),
      is_deleted: maybe(z.boolean()),
      attachments: listOf(Attachment),
    }),
  ),
  message_edit: maybe(z.object({ mid: externalId, text: messageText })),
  postback: maybe(z.object({ mid: maybe(externalId), title: maybe(messageText), payload: maybe(messageText) })),
  delivery: maybe(z.object({ mids: listOf(externalId), watermark: maybe(epochMs) })),
  read: maybe(z.object({ watermark: maybe(epochMs), mid: maybe(externalId) })),
})
type Event = z.output<typeof Event>
const Envelope = z.object({
  entry: listOf(z.object({ id: externalId, time: maybe(epochMs), messaging: listOf(Event) })),
})

/** Reads `entry[].messaging[]`. `kind`: the kind of id that identifies customers. */
export const readMessaging =
  (kind: 'facebook' | 'instagram'): Channel['read'] =>
  (body): AccountEvents[] => {
    const { entry = [] } = Envelope.safeParse(body).data ?? {}
    return entry.map(({ id, time, messaging }) => ({
      account: id,
      events: messaging.flatMap((event) => eventsOf(kind, event, event.timestamp ?? time ?? new Date())),
    }))
  }

function eventsOf(kind: 'facebook' | 'instagram', event: Event, at: Date): ChannelEvent[] {
  const thread = event.sender.id
  const { message, message_edit, postback, delivery, read } = event
  const person = { identities: [{ kind, value: thread }] }
  if (message?.is_echo) return []
  if (message?.is_deleted) return [{ kind: 'withdrawal', thread, id: message.mid }]
  if (message) {
    const media = message.attachments.map(toMedia).filter(({ url }) => url !== undefined)
    const isHidden = message.attachments.length > 0 && media.length === 0
    const text = message.text || (isHidden ? 'Sent something that cannot be shown here.' : '')
    if (!text && media.length === 0) return []
    return [{ kind: 'message', thread, id: message.mid, sentAt: at, person, text, media }]
  }
  if (message_edit) return [{ kind: 'edit', thread, id: message_edit.mid, text: message_edit.text }]
  if (postback) {
    const text = postback.title || postback.payload || ''
    const id = postback.mid ?? `postback:${at.getTime()}:${beginning(text, 100)}`
    return text ? [{ kind: 'message', thread, id, sentAt: at, person, text, media: [] }] : []
  }
  if (delivery) {
    const { mids, watermark } = delivery
    if (mids.length > 0) return [{ kind: 'receipt', status: 'delivered', ids: mids }]
    return watermark ? [{ kind: 'receipt', status: 'delivered', thread, until: watermark }] : []
  }
  if (read?.mid) return [{ kind: 'receipt', status: 'read', ids: [read.mid] }]
  return read?.watermark ? [{ kind: 'receipt', status: 'read', thread, until: read.watermark }] : []
}

const mediaTypes: Record<string, Media['type']> = { image: 'image', video: 'video', audio: 'audio', ig_reel: 'video' }
const toMedia = ({ type, payload }: z.output<typeof Attachment>): Media => ({
  type: mediaTypes[type] ?? 'file',
  url: payload?.url,
})

/** Sends a message to Messenger or Instagram, where an attachment and a text are separate messages. */
export async function sendMessaging(
  ctx: Ctx,
  url: string,
  token: string,
  message: OutgoingMessage,
  more: object = {},
): Promise<SendResult> {
  const { thread, text, media } = message
  const one = async (part: object) => {
    const json = { recipient: { id: thread }, ...more, message: part }
    return toSendResult(await callGraph(ctx, url, token, { json }), (body) => body.message_id)
  }
  if (!media) return one({ text })
  const sending = await one({ attachment: { type: media.type, payload: { url: media.url } } })
  if (sending.status !== 'sent' || !text) return sending
  // The attachment was delivered, so a retry would send it twice.
  const lost: SendResult = {
    status: 'failed',
    error: 'The attachment was delivered, but the text was not. Send the text again.',
  }
  try {
    const rest = await one({ text })
    return rest.status === 'busy' ? lost : rest
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return lost
  }
}
