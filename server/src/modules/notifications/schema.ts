import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

/** A browser's PushSubscription as its `toJSON()` writes it (W3C Push API). */
const PushSubscription = z.object({
  endpoint: z.url().max(2000).describe("URL at the browser's push service, from `PushSubscription`."),
  keys: z
    .object({
      p256dh: z.string().max(200).describe("The browser's public key: P-256, uncompressed, base64url."),
      auth: z.string().max(50).describe("The browser's secret: 16 random bytes, base64url."),
    })
    .describe("The subscription's keys, from `PushSubscription.toJSON()`."),
})
export type PushSubscription = z.output<typeof PushSubscription>

/** Front-ends send it bare or as `{ subscription }`. */
const unwrapped = (body: unknown) =>
  body !== null && typeof body === 'object' && 'subscription' in body ? body.subscription : body

export const Subscribe = z.preprocess(unwrapped, PushSubscription)
/** Without an endpoint: the browser that this session subscribed. */
export const Unsubscribe = z.preprocess(unwrapped, PushSubscription.pick({ endpoint: true }).partial())

export const Subscription = z.object({
  id: id.describe('Id of the subscription.'),
  endpoint: z.string().describe("URL at the browser's push service, from `PushSubscription`."),
  createdAt: instant.describe('When the subscription was created.'),
})

export const VapidPublicKey = z.object({
  publicKey: z.string().describe("The server's key for `applicationServerKey`, base64url."),
})

export const notificationTypes = ['info', 'success', 'warning', 'error'] as const

/** A notification, as sent over the socket and by push. */
export const Notification = z.object({
  title: z.string().describe('The title.'),
  message: z.string().describe('The text.'),
  type: z.enum(notificationTypes).describe('The kind of notification.'),
  url: z.string().nullable().describe('The page that opens on a click; null: none.'),
})
export type Notification = z.output<typeof Notification>
