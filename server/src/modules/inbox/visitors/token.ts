import type { IncomingHttpHeaders } from 'node:http'
import { type ClaimTokenKind, createClaimToken, readClaimToken } from '../../../platform/crypto/claim-token.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'

const kind: ClaimTokenKind = {
  prefix: 'sbv_',
  purpose: 'inbox/visitor',
  // A visitor can return to their conversation for this long.
  lifeSeconds: 30 * 86_400,
  invalid: 'This conversation has ended. Start a new one.',
}

/** The contents of a visitor token: it gives access to one conversation. */
export interface Visitor {
  workspaceId: string
  conversationId: string
}

/** Returns a token `sbv_<workspace>.<conversation>.<expiry>.<mac>`. */
export const createVisitorToken = (services: Services, { workspaceId, conversationId }: Visitor): string =>
  createClaimToken(services, kind, [workspaceId, conversationId])

export const isVisitorToken = (token: string) => token.startsWith(kind.prefix)

/** Returns the conversation id of a valid visitor token in the headers; it identifies the one visitor of the conversation. */
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

/** Returns the contents of a token. Throws 401 when it is not valid or has expired. */
export function readVisitorToken(services: Services, token: string): Visitor {
  const [workspaceId, conversationId] = readClaimToken(services, kind, token, 2) as [string, string]
  return { workspaceId, conversationId }
}
