import { z } from 'zod'
import { type Scope, scopes } from '../../platform/access.ts'
import { event } from '../../platform/events.ts'
import { Notification } from './schema.ts'

const scope = z.enum(Object.keys(scopes) as [Scope, ...Scope[]])

/** A notification for these users, or for the members of the workspace whose role has this scope. */
export const Notified = event(
  'notification.sent',
  Notification.extend({ user_ids: z.array(z.uuid()).nullable(), scope: scope.nullable() }),
  {
    event: 'notification',
    topics: ({ user_ids }) => (user_ids ?? []).map((id) => `user:${id}`),
    scope: ({ scope }) => scope,
    frame: ({ title, message, type, url }) => ({ title, message, type, url }),
  },
)
