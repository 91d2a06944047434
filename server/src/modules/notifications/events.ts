import { z } from 'zod'
import { scopes } from '../../platform/access.ts'
import { event } from '../../platform/events.ts'
import { Notification } from './schema.ts'

const scope = z.string().refine((name) => name in scopes)

/** Somebody is told something: these users, or the members of the workspace whose role has this scope. */
export const Notified = event(
  'notification.sent',
  Notification.extend({ user_ids: z.array(z.uuid()).nullable(), scope: scope.nullable() }),
  {
    event: 'notification',
    topics: ({ user_ids, scope }) => [
      ...(user_ids ?? []).map((id) => `user:${id}`),
      ...(scope === null ? [] : [`/${scope}`]),
    ],
    frame: ({ title, message, type, url }) => ({ title, message, type, url }),
  },
)
