import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { profile, profileChanges } from '../../identity/people/schema.ts'

/** The part of a user that others see. */
export const person = z.object({
  id: id.describe('Id of the user.'),
  name: z.string().nullable().describe('Name that others see.'),
  username: z.string().nullable().describe('Unique handle without `@`; null when none was chosen.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null if not set.'),
})

export const block = z.object({
  user_id: id.describe('The blocked user.'),
  name: z.string().nullable().describe('Name that others see.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null if not set.'),
  created_at: instant.describe('When the user was blocked.'),
})
/** A DELETE can have this field in the body or the query. */
export const blockChoice = z.object({ user_id: optional(id).describe('The user to unblock.') })

/** What people say about themselves. */
const selfDescription = {
  about: z.string().nullable().describe('A few sentences about oneself; null if not set.'),
  pronouns: z.string().nullable().describe('Like `she/her`; null if not set.'),
}

export const chatProfile = profile.extend({
  ...selfDescription,
  email_verified: z.boolean().describe('True once the user has confirmed the address.'),
  phone_verified: z.boolean().describe('True once the user has confirmed the number.'),
  status: z.string().nullable().describe('A short text about oneself, like `On holiday`; null if not set.'),
  status_expires_at: instant.nullable().describe('When that text disappears by itself; null: it stays.'),
  badges: z
    .array(z.enum(['email_verified', 'phone_verified', 'admin', 'affiliate']))
    .describe('Verified properties of this user.'),
  online: z.boolean().describe('True while the user has a connection to the WebSocket.'),
  last_active: instant.nullable().describe('When the user was last online.'),
})
export type ChatProfile = z.output<typeof chatProfile>

/** The profile of another person: only what all who know them see. */
export const personProfile = chatProfile
  .pick({
    id: true,
    user_id: true,
    display_name: true,
    username: true,
    avatar_url: true,
    about: true,
    pronouns: true,
    email_verified: true,
    phone_verified: true,
    status: true,
    status_expires_at: true,
    badges: true,
    online: true,
    last_active: true,
  })
  .extend({ name: z.string().nullable().describe('Name that others see.') })
export type PersonProfile = z.output<typeof personProfile>

export const profileQuery = z.object({
  user_id: optional(id).describe(
    'Another user: someone of the same workspace or chat, or found by an exact search. Default: the caller.',
  ),
})

export const presence = z.object({
  user_id: id.describe('The user.'),
  status: z
    .enum(['online', 'away', 'offline'])
    .describe(
      'Whether the user has a connection to the WebSocket. `offline` when one of the two has blocked the other.',
    ),
  last_seen: instant.nullable().describe('When the user was last online; null if unknown.'),
  text: z.string().nullable().describe('The short text the user shows about themselves; null if not set.'),
  text_expires_at: instant.nullable().describe('When that text disappears by itself; null: it stays.'),
})
export type Presence = z.output<typeof presence>

export const chatProfileChanges = profileChanges.extend({
  about: clearable(text(1000)).describe('A few sentences about oneself. `null` empties it.'),
  pronouns: clearable(text(50)).describe('Like `she/her`. `null` empties it.'),
  status: clearable(text(200)).describe(
    'A short text about oneself, like `On holiday`; null if not set. `null` empties it.',
  ),
  status_expires_at: clearable(instant).describe(
    'When that text disappears by itself; null: it stays. `null` empties it.',
  ),
})
export type ChatProfileChanges = z.output<typeof chatProfileChanges>
