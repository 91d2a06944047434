import { createHmac } from 'node:crypto'
import type { Config } from '../../config.ts'

export interface IceServer {
  urls: string[]
  username?: string
  credential?: string
}

/**
 * Returns the TURN servers of the installation with credentials that expire: the REST scheme of coturn (`use-auth-secret`),
 * where the name is `<expiry>:<user>` and the password is its base64 HMAC-SHA1. `expiresAt` is in Unix seconds.
 */
export function iceServers({ turn }: Config['video'], userId: string, expiresAt: number): IceServer[] {
  if (!turn) return []
  const username = `${expiresAt}:${userId}`
  return [{ urls: turn.urls, username, credential: createHmac('sha1', turn.secret).update(username).digest('base64') }]
}
