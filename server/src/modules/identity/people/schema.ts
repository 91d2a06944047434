import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { email, name, password, phone, pictureUrl, role, username } from '../schema.ts'

export const profileFields = {
  full_name: optional(name).describe('First and last name.'),
  company_name: optional(name).describe('Company the user works for.'),
  display_name: optional(name).describe('Name to show instead of the full name.'),
  username: optional(username).describe('Unique handle without `@`.'),
  phone: optional(phone).describe('Telephone number in E.164 form.'),
  avatar_url: optional(pictureUrl).describe('Address of a picture.'),
}

/** Both forms of making an account: seed 000's `metadata`, and the flat names of the others. */
export const newAccount = z.object({
  email: email.describe('E-mail address to sign in with.'),
  password: password.describe('Password, from `PASSWORD_MIN_LENGTH` (6) to 128 characters.'),
  name: optional(name).describe('Name that others see.'),
  ...profileFields,
  invitation_token: optional(z.string().max(200)).describe(
    'Token of an invitation: the account joins that workspace and gets none of its own.',
  ),
  metadata: optional(z.object({ ...profileFields, name: optional(name).describe('Name that others see.') })).describe(
    'Fields of the profile to fill, like `full_name` and `company_name`.',
  ),
})
export type NewAccount = z.output<typeof newAccount>

const membership = z.object({
  id: id.describe('Id of the workspace.'),
  name: z.string().describe('Name of the workspace.'),
  role: role.nullable().describe("The user's role in the workspace; null when it has none."),
})

export const me = z.object({
  id: id.describe('Id of the user.'),
  email: z.string().describe('E-mail address.'),
  name: z.string().nullable().describe('Name that others see.'),
  full_name: z.string().nullable().describe('First and last name.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  display_name: z.string().nullable().describe('Name to show instead of the full name.'),
  phone: z.string().nullable().describe('Telephone number in E.164 form.'),
  avatar_url: z.string().nullable().describe('Address of the picture; null when there is none.'),
  company_name: z.string().nullable().describe('Company the user works for.'),
  role: role.nullable().describe('The role in the current workspace.'),
  is_admin: z.boolean().describe('True for an administrator of the platform.'),
  is_affiliate: z.boolean().describe('True when the user takes part in the affiliate programme.'),
  email_verified: z.boolean().describe('True once the address was confirmed.'),
  phone_verified: z.boolean().describe('True once the number was confirmed.'),
  oauth_provider: z
    .string()
    .nullable()
    .describe('The provider of the account that the user last signed in with; null for a password.'),
  oauth_id: z.string().nullable().describe("The id of the user's account there."),
  is_active: z.literal(true).describe('Always true: a suspended account cannot ask.'),
  workspace: membership
    .extend({
      default_country: z.string().describe('Two-letter country that numbers without a country code are read for.'),
      currency: z.string().describe("ISO 4217 code of the workspace's money."),
      time_zone: z.string().describe("IANA name of the workspace's time zone."),
    })
    .nullable()
    .describe('The current workspace; null when the user is in none.'),
  workspaces: z.array(membership).describe('All workspaces the user is a member of.'),
  created_at: instant.describe('When the account was created.'),
  updated_at: instant.describe('When the account was last changed.'),
})
export type Me = z.output<typeof me>

/** Seed 000's profile; `id` and `user_id` are the user's. */
export const profile = z.object({
  id: id.describe('Id of the user.'),
  user_id: id.describe('Id of the user, the same as `id`.'),
  email: z.string().describe('E-mail address.'),
  full_name: z.string().nullable().describe('First and last name.'),
  display_name: z.string().nullable().describe('Name to show instead of the full name.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  phone: z.string().nullable().describe('Telephone number in E.164 form.'),
  avatar_url: z.string().nullable().describe('Address of the picture; null when there is none.'),
  company_name: z.string().nullable().describe('Company the user works for.'),
  is_admin: z.boolean().describe('True for an administrator of the platform.'),
  is_affiliate: z.boolean().describe('True when the user takes part in the affiliate programme.'),
  created_at: instant.describe('When the account was created.'),
  updated_at: instant.describe('When the account was last changed.'),
})

export const profileChanges = z.object({
  full_name: clearable(name).describe('First and last name. `null` empties it.'),
  company_name: clearable(name).describe('Company the user works for. `null` empties it.'),
  display_name: clearable(name).describe('Name to show instead of the full name. `null` empties it.'),
  username: clearable(username).describe('Unique handle without `@`. `null` empties it.'),
  phone: clearable(phone).describe('Telephone number in E.164 form. `null` empties it.'),
  avatar_url: clearable(pictureUrl).describe('Address of the picture; null when there is none. `null` empties it.'),
})
export type ProfileChanges = z.output<typeof profileChanges>
