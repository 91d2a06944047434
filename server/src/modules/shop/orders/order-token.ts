import { type ClaimTokenKind, createClaimToken, readClaimToken } from '../../../platform/crypto/claim-token.ts'
import type { Services } from '../../../platform/services.ts'

const kind: ClaimTokenKind = {
  prefix: 'sbo_',
  purpose: 'shop/order',
  lifeSeconds: 90 * 86_400,
  invalid: 'This order token is not valid or has expired. Contact the shop.',
}

/** Creates a token that lets the customer read and pay for one order for 90 days. */
export const createOrderToken = (services: Services, order: { workspace_id: string; id: string }): string =>
  createClaimToken(services, kind, [order.workspace_id, order.id])

export const isOrderToken = (token: string) => token.startsWith(kind.prefix)

/** Reads the token's ids. Throws 401 when the token was not created by this server, was changed or has expired. */
export function readOrderToken(services: Services, token: string): { workspaceId: string; orderId: string } {
  const [workspaceId, orderId] = readClaimToken(services, kind, token, 2) as [string, string]
  return { workspaceId, orderId }
}
