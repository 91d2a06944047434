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

export const chatProfile = profile.extend({
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
export const chatProfileChanges = profileChanges.extend({
  status: clearable(text(200)).describe(
    'A short text about oneself, like `On holiday`; null if not set. `null` empties it.',
  ),
  status_expires_at: clearable(instant).describe(
    'When that text disappears by itself; null: it stays. `null` empties it.',
  ),
})
export type ChatProfileChanges = z.output<typeof chatProfileChanges>
