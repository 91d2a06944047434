import { z } from 'zod'
import { type Ctx, callerKey } from '../../../platform/context.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import type { Identity } from '../../contacts/index.ts'
import { apiUrlOf, refusedToken } from '../platforms.ts'
import type { Account, AccountEvents, Channel, Media, ChannelEvent } from './channel.ts'
import { epochSeconds, listOf, maybe, externalId, messageText } from './body.ts'
import { callGraph, graph, isSignedByMeta, metaRefusal, toSendResult } from './meta.ts'

/**
 * developers.facebook.com/docs/whatsapp/cloud-api: one phone number of a business account. Customers are identified by
 * their number, by a business-scoped id (`BR.1349…`) when they hide it, or by both.
 */
export const whatsapp: Channel = {
  signedWith: 'app',
  webhookOf: 'account',
  maxText: 4096,
  hasValidSignature: isSignedByMeta,
  read,

  async send(ctx, account, { id, thread, text, media }) {
    const to = isScopedId(thread) ? { recipient: thread } : { to: thread }
    const json = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      ...to,
      ...contentOf(text, media),
      // Returned with every receipt.
      biz_opaque_callback_data: id,
    }
    const response = await callGraph(ctx, `${apiUrlOf(ctx, 'whatsapp')}/${account.id}/messages`, tokenOf(account), {
      json,
    })
    return toSendResult(response, (body) => body.messages?.[0]?.id)
  },

  async fetchMedia(ctx, account, reference) {
    const { url } = await graph(ctx, `${apiUrlOf(ctx, 'whatsapp')}/${encodeURIComponent(reference)}`, tokenOf(account))
    const headers = { authorization: `Bearer ${tokenOf(account)}` }
    const { status, body } = await ctx.services.outbound.fetch(String(url), {
      key: callerKey(ctx),
      headers,
      maxBytes: 50 * 1024 * 1024,
    })
    if (status !== 200)
      throw new AppError(502, 'platform_failed', `WhatsApp returned status ${status} for an attachment.`)
    return body
  },

  async identify(ctx, { token, phoneNumberId, businessAccountId }) {
    if (!/^[\x21-\x7e]+$/.test(token)) throw refusedToken('whatsapp', 'it contains invalid characters.')
    if (!phoneNumberId) throw invalidField('body.phoneNumberId', 'WhatsApp needs the id of the phone number.')
    const url = `${apiUrlOf(ctx, 'whatsapp')}/${phoneNumberId}?fields=display_phone_number,verified_name`
    const { status, body: number } = await callGraph(ctx, url, token)
    if (status !== 200) throw refusedToken('whatsapp', number.error?.message)
    return {
      secrets: { token },
      accountId: phoneNumberId,
      accountName: String(number.verified_name ?? number.display_phone_number),
      settings: { phoneNumberId, ...(businessAccountId && { businessAccountId }) },
    }
  },

  /** Registers the webhook with the business account's id. Without it, the owner enters the webhook in the app's settings. */
  async register(ctx, account, { url, verifyToken }) {
    const at = subscriptionOf(ctx, account)
    if (at) await graph(ctx, at, tokenOf(account), { json: { override_callback_uri: url, verify_token: verifyToken } })
  },
  async unregister(ctx, account) {
    const at = subscriptionOf(ctx, account)
    if (at) await graph(ctx, at, tokenOf(account), { method: 'DELETE' })
  },
}

const tokenOf = ({ secrets }: Account) => secrets.token ?? ''
const isScopedId = (id: string) => /^[A-Z]{2}\./.test(id)

function subscriptionOf(ctx: Ctx, { settings }: Account): string | null {
  const { businessAccountId } = settings
  return typeof businessAccountId === 'string'
    ? `${apiUrlOf(ctx, 'whatsapp')}/${businessAccountId}/subscribed_apps`
    : null
}

function contentOf(text: string, media: (Media & { url: string }) | null): object {
  if (!media) return { type: 'text', text: { body: text, preview_url: true } }
  const type = media.type === 'file' ? 'document' : media.type
  const caption = text && type !== 'audio' ? { caption: text } : {}
  const filename = type === 'document' && media.name ? { filename: media.name } : {}
  return { type, [type]: { link: media.url, ...caption, ...filename } }
}

const MediaPart = maybe(z.object({ id: externalId, caption: maybe(messageText), filename: maybe(z.string().max(200)) }))
const Titled = maybe(z.object({ title: messageText }))
const Message = z.object({
  id: externalId,
  timestamp: epochSeconds,
  type: z.string().max(60),
  from: maybe(externalId),
  from_user_id: maybe(externalId),
  text: maybe(z.object({ body: messageText })),
  image: MediaPart,
  video: MediaPart,
  audio: MediaPart,
  document: MediaPart,
  sticker: MediaPart,
  button: maybe(z.object({ text: messageText })),
  interactive: maybe(z.object({ button_reply: Titled, list_reply: Titled })),
  location: maybe(z.object({ latitude: z.number(), longitude: z.number(), name: maybe(messageText) })),
  order: maybe(
    z.object({
      text: maybe(messageText),
      product_items: listOf(z.object({ product_retailer_id: externalId, quantity: z.coerce.number() })),
    }),
  ),
})
type Message = z.output<typeof Message>
const Status = z.object({
  id: externalId,
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  biz_opaque_callback_data: maybe(z.uuid()),
  errors: listOf(z.object({ code: maybe(z.number()), title: maybe(z.string()), message: maybe(z.string()) })),
})
const Value = z.object({
  metadata: z.object({ phone_number_id: externalId }),
  contacts: listOf(
    z.object({
      wa_id: maybe(externalId),
      user_id: maybe(externalId),
      profile: maybe(z.object({ name: maybe(z.string().max(200)) })),
    }),
  ),
  messages: listOf(Message),
  statuses: listOf(Status),
})
const Envelope = z.object({
  entry: listOf(z.object({ changes: listOf(z.object({ field: z.literal('messages'), value: Value })) })),
})

function read(body: unknown): AccountEvents[] {
  const { entry = [] } = Envelope.safeParse(body).data ?? {}
  return entry
    .flatMap(({ changes }) => changes)
    .map(({ value: { metadata, contacts, messages, statuses } }) => ({
      account: metadata.phone_number_id,
      events: [...messages.flatMap((message) => toEvents(message, contacts)), ...statuses.map(toReceipt)],
    }))
}

function toEvents(message: Message, contacts: z.output<typeof Value>['contacts']): ChannelEvent[] {
  const { from, from_user_id } = message
  const thread = from_user_id ?? from
  const { text, media } = readContent(message)
  if (!thread || (!text && media.length === 0)) return []
  const contact = contacts.find(
    ({ wa_id, user_id }) => (user_id && user_id === from_user_id) || (wa_id && wa_id === from),
  )
  const number = from && /^\d{6,15}$/.test(from) ? `+${from}` : undefined
  const identities: Identity[] = [
    ...(from_user_id ? [{ kind: 'whatsapp' as const, value: from_user_id }] : []),
    ...(number
      ? [
          { kind: 'whatsapp' as const, value: number },
          { kind: 'phone' as const, value: number },
        ]
      : []),
  ]
  const formerThread = from_user_id ? from : undefined
  const person = { name: contact?.profile?.name, identities }
  return [{ kind: 'message', thread, formerThread, id: message.id, sentAt: message.timestamp, person, text, media }]
}

const mediaTypes = { image: 'image', video: 'video', audio: 'audio', document: 'file', sticker: 'image' } as const

function readContent(message: Message): { text: string; media: Media[] } {
  for (const [part, type] of Object.entries(mediaTypes) as [keyof typeof mediaTypes, Media['type']][]) {
    const found = message[part]
    if (found) return { text: found.caption ?? '', media: [{ type, reference: found.id, name: found.filename }] }
  }
  const { text, button, interactive, location, order } = message
  const items = order?.product_items.map(({ product_retailer_id, quantity }) => `${quantity} × ${product_retailer_id}`)
  const said =
    text?.body ??
    button?.text ??
    interactive?.button_reply?.title ??
    interactive?.list_reply?.title ??
    (location && `${location.name ?? 'Location'}: ${location.latitude}, ${location.longitude}`) ??
    (items && [order?.text, `Order: ${items.join(', ')}`].filter(Boolean).join('\n'))
  return {
    text: said ?? (message.type === 'unsupported' ? 'Sent something that WhatsApp does not forward.' : ''),
    media: [],
  }
}

const toReceipt = ({
  id,
  status,
  biz_opaque_callback_data,
  errors: [error],
}: z.output<typeof Status>): ChannelEvent => ({
  kind: 'receipt',
  status,
  ids: [id],
  ownId: biz_opaque_callback_data,
  ...(status === 'failed' && { error: metaRefusal(error ?? {}) }),
})
