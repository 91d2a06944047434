import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

/** A browser's PushSubscription as its `toJSON()` writes it (W3C Push API). */
const PushSubscription = z.object({
  endpoint: z.url().max(2000),
  keys: z.object({
    /** Its public key, P-256 uncompressed, base64url. */
    p256dh: z.string().max(200),
    /** 16 random bytes, base64url. */
    auth: z.string().max(50),
  }),
})
export type PushSubscription = z.output<typeof PushSubscription>

/** Front-ends send it bare or as `{ subscription }`. */
const unwrapped = (body: unknown) =>
  body !== null && typeof body === 'object' && 'subscription' in body ? body.subscription : body

export const Subscribe = z.preprocess(unwrapped, PushSubscription)
export const Unsubscribe = z.preprocess(unwrapped, PushSubscription.pick({ endpoint: true }))

export const Subscription = z.object({ id, endpoint: z.string(), createdAt: instant })

export const VapidPublicKey = z.object({ publicKey: z.string() })

export const notificationTypes = ['info', 'success', 'warning', 'error'] as const

/** What people are told, live and by push. */
export const Notification = z.object({
  title: z.string(),
  message: z.string(),
  type: z.enum(notificationTypes),
  /** Where a click leads. */
  url: z.string().nullable(),
})
export type Notification = z.output<typeof Notification>
