import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, callerKey } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError } from '../../platform/errors.ts'
import { job } from '../../platform/jobs.ts'
import { serverContext } from '../../platform/services.ts'
import { beginning } from '../../platform/text.ts'
import { encryptPush, maxPlainBytes, type Receiver } from './encrypt.ts'
import { Notification } from './schema.ts'
import { vapidOf } from './vapid.ts'

/** A push service stores a message for an offline browser for this long. */
const keepSeconds = 24 * 60 * 60

const find = statement(
  'notifications.find_subscription.system',
  (_, p: { id: string }) => sql<Receiver & { endpoint: string }>`
    select endpoint, p256dh, auth from notifications.push_subscriptions where id = ${p.id}`,
)

const remove = statement(
  'notifications.remove_subscription.system',
  (_, p: { id: string }) => sql`delete from notifications.push_subscriptions where id = ${p.id}`,
)

/** One notification to one browser. */
export const deliverPush = job({
  name: 'notifications.deliver',
  input: z.object({ subscription_id: z.uuid(), notification: Notification }),
  attempts: 6,
  concurrency: 8,
  concurrencyPerWorkspace: 4,
  async run(ctx, { subscription_id, notification }) {
    const everywhere = serverContext(ctx.services, { workspaceId: null })
    const browser = await everywhere.db.maybe(find, { id: subscription_id })
    if (!browser) return
    const status = await post(ctx, browser, notification)
    if (status === 404 || status === 410) {
      // The subscription no longer exists (RFC 8030, 7.3).
      await everywhere.db.all(remove, { id: subscription_id })
    } else if (status === 429 || status >= 500) {
      throw new AppError(502, 'push_failed', `The push service returned status ${status}.`)
    } else if (status >= 300) {
      ctx.log.warn({ subscription_id, status }, 'A push service refused a notification.')
    }
  },
})

/** Returns the push service's status code. Throws 502 when it cannot be reached. */
async function post(ctx: Ctx, browser: Receiver & { endpoint: string }, notification: Notification): Promise<number> {
  const { status } = await ctx.services.outbound.fetch(browser.endpoint, {
    key: callerKey(ctx),
    method: 'POST',
    headers: {
      authorization: vapidOf(ctx.services.config).authorization(browser.endpoint, ctx.now().getTime()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: String(keepSeconds),
      urgency: 'normal',
    },
    body: encryptPush(plainOf(notification), browser),
    maxBytes: 64 * 1024,
  })
  return status
}

/** Returns the JSON for the service worker, with the message shortened to the size limit of a push. */
function plainOf(notification: Notification): Buffer {
  const plain = Buffer.from(JSON.stringify(notification))
  if (plain.length <= maxPlainBytes) return plain
  // JSON encodes a UTF-16 code unit in at most six bytes.
  const room = Math.floor((maxPlainBytes - 1000) / 6)
  const { title, message, type } = notification
  return Buffer.from(
    JSON.stringify({ title: beginning(title, 100), message: beginning(message, room), type, url: null }),
  )
}
