import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A session ends after this long without a refresh. */
export const idleDays = 30
/** And after this long in any case. */
export const absoluteDays = 90
/** How long the token before the current one may be used again: the answer that brought the current one may be lost. */
export const graceSeconds = 10

const form = /^sbr_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,9})_([\w-]{43})$/

export interface RefreshToken {
  sessionId: string
  generation: number
  mac: string
}

/** A session's own key, so that tokens need no table: any generation's token can be made again and checked. */
export const newRefreshKey = () => randomBytes(32).toString('base64url')

/** The place that the key is sealed for. */
export const refreshKeyPlace = (sessionId: string) => `identity.sessions/refresh_key/${sessionId}`

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
