import type { IncomingHttpHeaders } from 'node:http'
import { type ClaimTokenKind, createClaimToken, readClaimToken } from '../../../platform/crypto/claim-token.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'

const kind: ClaimTokenKind = {
  prefix: 'sbv_',
  purpose: 'inbox/visitor',
  // A visitor comes back to their conversation this long.
  lifeSeconds: 30 * 86_400,
  invalid: 'This conversation is over. Begin a new one.',
}

/** What a visitor's token opens: one conversation, nothing else. */
export interface Visitor {
  workspaceId: string
  conversationId: string
}

/** Makes `sbv_<workspace>.<conversation>.<expiry>.<mac>`. */
export const createVisitorToken = (services: Services, { workspaceId, conversationId }: Visitor): string =>
  createClaimToken(services, kind, [workspaceId, conversationId])

export const isVisitorToken = (token: string) => token.startsWith(kind.prefix)

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

/** Throws 401 when the token was not made here, was changed or has expired. */
export function readVisitorToken(services: Services, token: string): Visitor {
  const [workspaceId, conversationId] = readClaimToken(services, kind, token, 2) as [string, string]
  return { workspaceId, conversationId }
}
