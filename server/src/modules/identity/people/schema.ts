import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { email, name, password, phone, pictureUrl, role, username } from '../schema.ts'

export const profileFields = {
  full_name: optional(name),
  company_name: optional(name),
  display_name: optional(name),
  username: optional(username),
  phone: optional(phone),
  avatar_url: optional(pictureUrl),
}

/** Both forms of making an account: seed 000's `metadata`, and the flat names of the others. */
export const newAccount = z.object({
  email,
  password,
  name: optional(name),
  ...profileFields,
  invitation_token: optional(z.string().max(200)),
  metadata: optional(z.object({ ...profileFields, name: optional(name) })),
})
export type NewAccount = z.output<typeof newAccount>

const membership = z.object({ id, name: z.string(), role: role.nullable() })

export const me = z.object({
  id,
  email: z.string(),
  name: z.string().nullable(),
  full_name: z.string().nullable(),
  username: z.string().nullable(),
  display_name: z.string().nullable(),
  phone: z.string().nullable(),
  avatar_url: z.string().nullable(),
  company_name: z.string().nullable(),
  role: role.nullable(),
  is_admin: z.boolean(),
  is_affiliate: z.boolean(),
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  /** The account elsewhere that they last signed in with, and its id there. */
  oauth_provider: z.string().nullable(),
  oauth_id: z.string().nullable(),
  /** Who is locked out cannot ask. */
  is_active: z.literal(true),
  workspace: membership.extend({ default_country: z.string(), currency: z.string(), time_zone: z.string() }).nullable(),
  workspaces: z.array(membership),
  created_at: instant,
  updated_at: instant,
})
export type Me = z.output<typeof me>

/** Seed 000's profile; `id` and `user_id` are the user's. */
export const profile = z.object({
  id,
  user_id: id,
  email: z.string(),
  full_name: z.string().nullable(),
  display_name: z.string().nullable(),
  username: z.string().nullable(),
  phone: z.string().nullable(),
  avatar_url: z.string().nullable(),
  company_name: z.string().nullable(),
  is_admin: z.boolean(),
  is_affiliate: z.boolean(),
  created_at: instant,
  updated_at: instant,
})

export const profileChanges = z.object({
  full_name: clearable(name),
  company_name: clearable(name),
  display_name: clearable(name),
  username: clearable(username),
  phone: clearable(phone),
  avatar_url: clearable(pictureUrl),
})
export type ProfileChanges = z.output<typeof profileChanges>
