import type { IncomingHttpHeaders } from 'node:http'
import type { Role } from '../access.ts'
import type { Statement } from '../database/statement.ts'
import type { StoredEvent } from '../events.ts'
import type { Services } from '../services.ts'

/** The subscriptions that a socket has without asking, and the roles of its user. */
export interface Audience {
  userId: string
  /** The workspace of commands that name none. */
  workspaceId: string | null
  roles: Map<string, Role>
  topics: Set<string>
}

/** Topics that a module subscribes users to. */
export interface AudienceSource {
  /** The topics of these users. It runs in the system scope. */
  readonly topics: Statement<{ user_ids: readonly string[] }, { user_id: string; topic: string }>
  /** Returns the change of subscriptions that an event makes, if any. It takes effect before the event is published. */
  changes(event: StoredEvent): AudienceChange | undefined
}

export interface AudienceChange {
  userIds: readonly string[]
  joins?: readonly string[]
  leaves?: readonly string[]
}

/** Anonymous callers with a token of their own, such as the visitor of a web conversation. */
export interface GuestKind {
  /**
   * Lets a guest open a socket that is subscribed to certain topics and may send no commands. Undefined when the token
   * is not of this kind. The function that it returns is called at once and every minute: it returns what the guest is
   * subscribed to, or throws 401 when the token is no longer valid.
   */
  admit(services: Services, token: string): (() => Promise<Audience>) | undefined
  /** The id of the guest whose token is in the headers, to count requests by. Undefined without a valid one. */
  idOf(services: Services, headers: IncomingHttpHeaders): string | undefined
}

/** `id` keeps guests apart, as a user's id does. */
export const guestAudience = (id: string, topics: string[]): Audience => ({
  userId: id,
  workspaceId: null,
  roles: new Map(),
  topics: new Set(topics),
})

/** Called when a user's first socket on this node opens and when their last one closes. Must not throw. */
export interface PresenceTracker {
  arrived(userId: string): void
  left(userId: string): void
  stop(): Promise<void>
}
