import { z } from 'zod'
import { id, instant, optional, timeZone } from '../../../platform/http/fields.ts'
import { email, name, role } from '../schema.ts'

export const member = z.object({
  id,
  user_id: id,
  name: z.string().nullable(),
  email: z.string(),
  avatar_url: z.string().nullable(),
  role,
  created_at: instant,
})

export const workspace = z.object({
  id,
  name: z.string(),
  role: role.nullable(),
  default_country: z.string(),
  currency: z.string(),
  time_zone: z.string(),
  created_at: instant,
  updated_at: instant,
})

const workspaceSettings = {
  /** ISO 3166-1 alpha-2. */
  default_country: optional(z.string().regex(/^[A-Z]{2}$/, 'Give a country as two letters, like DE.')),
  /** ISO 4217. */
  currency: optional(z.string().regex(/^[A-Z]{3}$/, 'Give a currency as three letters, like EUR.')),
  /** IANA name. */
  time_zone: optional(timeZone),
}
export const newWorkspace = z.object({ name, ...workspaceSettings })
export type NewWorkspace = z.output<typeof newWorkspace>
export const workspaceChanges = z.object({ name: optional(name), ...workspaceSettings })
export type WorkspaceChanges = z.output<typeof workspaceChanges>

export const newInvitation = z.object({ email, role: optional(role).default('agent') })
export const invitation = z.object({
  id,
  email: z.string(),
  role,
  created_at: instant,
  expires_at: instant,
})
export const invitationWithToken = invitation.extend({ token: z.string(), accept_url: z.string() })
