import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A session ends after this long without a refresh. */
export const idleDays = 30
/** A session ends after this long in any case. */
export const absoluteDays = 90
/** How long the previous token can be used again, since the response with the current one may have been lost. */
export const graceSeconds = 10

const form = /^sbr_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,9})_([\w-]{43})$/

export interface RefreshToken {
  sessionId: string
  generation: number
  mac: string
}

/** The key of a session. Tokens need no table, because the token of any generation can be derived from it and checked. */
export const newRefreshKey = () => randomBytes(32).toString('base64url')

/** The encryption context of the key. */
export const refreshKeyContext = (sessionId: string) => `identity.sessions/refresh_key/${sessionId}`

export const refreshToken = (key: string, sessionId: string, generation: number) =>
  `sbr_${sessionId}_${generation}_${macOf(key, sessionId, generation)}`

export function parseRefreshToken(token: string): RefreshToken | undefined {
  const [, sessionId, generation, mac] = form.exec(token) ?? []
  return sessionId && generation && mac ? { sessionId, generation: Number(generation), mac } : undefined
}

export function isGenuine(key: string, { sessionId, generation, mac }: RefreshToken): boolean {
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(key, sessionId, generation)))
}

const macOf = (key: string, sessionId: string, generation: number) =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(`${sessionId} ${generation}`).digest('base64url')
