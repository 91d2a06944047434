import type { Services } from '../../platform/services.ts'
import type { Audience } from './audience.ts'

/**
 * Lets somebody who is no user open a socket that hears certain topics and commands nothing: the visitor of a web
 * conversation. Undefined when the token is not of this kind. The function it answers is called at once and every minute:
 * it says what the guest may hear, or throws 401 when that is over. Modules make theirs; `app.ts` lists them.
 */
export type AdmitGuest = (services: Services, token: string) => (() => Promise<Audience>) | undefined

/** `id` keeps guests apart, as a user's id does. */
export const guestAudience = (id: string, topics: string[]): Audience => ({
  userId: id,
  workspaceId: null,
  roles: new Map(),
  topics: new Set(topics),
})
