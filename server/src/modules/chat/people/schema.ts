import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { profile, profileChanges } from '../../identity/people/schema.ts'

/** What people see of each other. */
export const person = z.object({
  id,
  name: z.string().nullable(),
  username: z.string().nullable(),
  avatar_url: z.string().nullable(),
})

export const block = z.object({
  user_id: id,
  name: z.string().nullable(),
  avatar_url: z.string().nullable(),
  created_at: instant,
})
/** Where a DELETE may carry its field in the body or the query. */
export const blockChoice = z.object({ user_id: optional(id) })

export const chatProfile = profile.extend({
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  /** What one says about oneself for a while. */
  status: z.string().nullable(),
  status_expires_at: instant.nullable(),
  badges: z.array(z.enum(['email_verified', 'phone_verified', 'admin', 'affiliate'])),
  online: z.boolean(),
  last_active: instant.nullable(),
})
export type ChatProfile = z.output<typeof chatProfile>
export const chatProfileChanges = profileChanges.extend({
  status: clearable(text(200)),
  status_expires_at: clearable(instant),
})
export type ChatProfileChanges = z.output<typeof chatProfileChanges>
