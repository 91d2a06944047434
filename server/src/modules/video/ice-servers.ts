import { createHmac } from 'node:crypto'
import type { Config } from '../../config.ts'

export interface IceServer {
  urls: string[]
  username?: string
  credential?: string
}

/**
 * The installation's TURN servers with credentials that end: coturn's REST scheme (`use-auth-secret`), where the name is
 * `<expiry>:<user>` and the password the base64 HMAC-SHA1 of it. `expiresAt` in Unix seconds.
 */
export function iceServers({ turn }: Config['video'], userId: string, expiresAt: number): IceServer[] {
  if (!turn) return []
  const username = `${expiresAt}:${userId}`
  return [{ urls: turn.urls, username, credential: createHmac('sha1', turn.secret).update(username).digest('base64') }]
}
