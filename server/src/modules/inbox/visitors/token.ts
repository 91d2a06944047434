import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { AppError, unauthorized } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'

/** A visitor comes back to their conversation this long. */
const lifeSeconds = 30 * 86_400
const prefix = 'sbv_'

/** What a visitor's token opens: one conversation, nothing else. */
export interface Visitor {
  workspaceId: string
  conversationId: string
}

/** Makes `sbv_<workspace>.<conversation>.<expiry>.<mac>`. */
export function createVisitorToken(services: Services, { workspaceId, conversationId }: Visitor): string {
  const expiresAt = Math.floor(services.now().getTime() / 1000) + lifeSeconds
  const claim = `${workspaceId}.${conversationId}.${expiresAt}`
  return `${prefix}${claim}.${mac(services, claim)}`
}

/** Whose good token stands in the headers: the conversation's id, since it has one visitor. */
export function visitorId(services: Services, { authorization }: IncomingHttpHeaders): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || !isVisitorToken(token)) return undefined
  try {
    return readVisitorToken(services, token).conversationId
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

export const isVisitorToken = (token: string) => token.startsWith(prefix)

/** Throws 401 when the token was not made here, was changed or has expired. */
export function readVisitorToken(services: Services, token: string): Visitor {
  const [workspaceId = '', conversationId = '', expiry = '', given = ''] = token.slice(prefix.length).split('.')
  const expected = Buffer.from(mac(services, `${workspaceId}.${conversationId}.${expiry}`))
  const received = Buffer.from(given)
  const genuine = isVisitorToken(token) && received.length === expected.length && timingSafeEqual(received, expected)
  const expired = Number(expiry) * 1000 < services.now().getTime()
  if (!genuine || expired) throw unauthorized('This conversation is over. Begin a new one.')
  return { workspaceId: z.uuid().parse(workspaceId), conversationId: z.uuid().parse(conversationId) }
}

const mac = (services: Services, text: string) =>
  createHmac('sha256', services.secrets.derive('inbox/visitor')).update(text).digest('base64url')
