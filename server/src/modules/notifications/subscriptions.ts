import { createECDH } from 'node:crypto'
import { isIP } from 'node:net'
import { sql } from 'kysely'
import type { Config } from '../../config.ts'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { forbidden, invalidField } from '../../platform/errors.ts'
import { newId } from '../../platform/id.ts'
import { isPrivateAddress } from '@switchboard/voice/addresses'
import type { Receiver } from './encrypt.ts'
import type { PushSubscription } from './schema.ts'

const subscribe = statement(
  'notifications.subscribe',
  (_, p: { id: string; endpoint: string; p256dh: Buffer; auth: Buffer; session_id: string }) =>
    sql<{ id: string; endpoint: string; createdAt: string }>`
    select id, endpoint, created_at as "createdAt"
      from notifications.subscribe(${p.id}, ${p.endpoint}, ${p.p256dh}, ${p.auth}, ${p.session_id}::uuid)`,
)

/** Subscribes the browser for the current user; idempotent. Throws 400, and 403 for an API key. */
export function subscribePush(ctx: Ctx, { endpoint, keys }: PushSubscription) {
  if (ctx.principal.kind !== 'user') throw forbidden('Only a signed-in user can subscribe a browser, not an API key.')
  checkEndpoint(ctx.services.config, endpoint)
  const { sessionId: session_id } = ctx.principal
  return ctx.db.one(subscribe, { id: newId(), endpoint, session_id, ...receiverOf(keys) }, { commit: true })
}

const remove = statement(
  'notifications.unsubscribe',
  (_, p: { endpoint: string }) => sql`delete from notifications.push_subscriptions where endpoint = ${p.endpoint}`,
)

const removeOfSession = statement(
  'notifications.unsubscribe_session',
  (_, p: { session_id: string }) => sql`
    delete from notifications.push_subscriptions where session_id = ${p.session_id}`,
)

/**
 * Unsubscribes the browser with this endpoint, by default the one that this session subscribed. Does nothing for an
 * unknown endpoint. Throws 403 for an API key that names none.
 */
export async function unsubscribePush(ctx: Ctx, endpoint: string | undefined): Promise<void> {
  if (endpoint !== undefined) await ctx.db.all(remove, { endpoint })
  else if (ctx.principal.kind === 'user') await ctx.db.all(removeOfSession, { session_id: ctx.principal.sessionId })
  else throw forbidden('An API key has subscribed no browser: give the endpoint.')
}

/** The server sends requests to it, so it must be a push service on the internet, or one that the operator allows. */
function checkEndpoint({ outboundAllow }: Config, endpoint: string): void {
  const { protocol, hostname, port } = new URL(endpoint)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (outboundAllow.includes(`${host}:${port || (protocol === 'https:' ? 443 : 80)}`)) return
  if (protocol !== 'https:' || port !== '' || host === 'localhost' || (isIP(host) !== 0 && isPrivateAddress(host))) {
    throw invalidField('body.endpoint', 'Must be the https URL of a push service on the internet.')
  }
}

function receiverOf(keys: PushSubscription['keys']): Receiver {
  const p256dh = Buffer.from(keys.p256dh, 'base64url')
  const auth = Buffer.from(keys.auth, 'base64url')
  if (!isPoint(p256dh)) throw invalidField('body.keys.p256dh', 'Must be a P-256 public key in base64url.')
  if (auth.length !== 16) throw invalidField('body.keys.auth', 'Must be 16 bytes in base64url.')
  return { p256dh, auth }
}

function isPoint(p256dh: Buffer): boolean {
  if (p256dh.length !== 65) return false
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  try {
    return ecdh.computeSecret(p256dh).length === 32
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY') return false
    throw error
  }
}
