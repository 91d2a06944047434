import { z } from 'zod'
import { clearable, id, instant, optional } from '../../../platform/http/fields.ts'
import { email, name, password, phone, pictureUrl, role, username } from '../schema.ts'

export const profileFields = {
  full_name: optional(name).describe('First and last name.'),
  company_name: optional(name).describe('Company the user works for.'),
  display_name: optional(name).describe('Name to show instead of the full name.'),
  username: optional(username).describe('Unique handle without `@`.'),
  phone: optional(phone).describe('Telephone number in E.164 form.'),
  avatar_url: optional(pictureUrl).describe('URL of a picture.'),
}

/** Both forms of a sign-up: the calling front-end's `metadata`, and the flat names of the others. */
export const newAccount = z.object({
  email: email.describe('E-mail address to sign in with.'),
  password: password.describe('Password, from `PASSWORD_MIN_LENGTH` (6) to 128 characters.'),
  name: optional(name).describe('Name that others see.'),
  ...profileFields,
  invitation_token: optional(z.string().max(200)).describe(
    'Token of an invitation: the account joins that workspace instead of getting its own.',
  ),
  metadata: optional(z.object({ ...profileFields, name: optional(name).describe('Name that others see.') })).describe(
    'Fields of the profile to fill, like `full_name` and `company_name`.',
  ),
})
export type NewAccount = z.output<typeof newAccount>

const membership = z.object({
  id: id.describe('Id of the workspace.'),
  name: z.string().describe('Name of the workspace.'),
  role: role.nullable().describe("The user's role in the workspace; null without a role."),
})

export const me = z.object({
  id: id.describe('Id of the user.'),
  email: z.string().describe('E-mail address.'),
  name: z.string().nullable().describe('Name that others see.'),
  full_name: z.string().nullable().describe('First and last name.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  display_name: z.string().nullable().describe('Name to show instead of the full name.'),
  phone: z.string().nullable().describe('Telephone number in E.164 form.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null without one.'),
  company_name: z.string().nullable().describe('Company the user works for.'),
  role: role.nullable().describe('The role in the current workspace.'),
  is_admin: z.boolean().describe('True for an administrator of the platform.'),
  is_affiliate: z.boolean().describe('True when the user takes part in the affiliate programme.'),
  email_verified: z.boolean().describe('True once the address is verified.'),
  phone_verified: z.boolean().describe('True once the number is verified.'),
  oauth_provider: z
    .string()
    .nullable()
    .describe('The provider that the user last signed in with; null for a password.'),
  oauth_id: z.string().nullable().describe("The id of the user's account at that provider."),
  is_active: z.literal(true).describe('Always true, since suspended accounts cannot send requests.'),
  workspace: membership
    .extend({
      default_country: z
        .string()
        .describe('Two-letter code of the country assumed for numbers without a country code.'),
      currency: z.string().describe("ISO 4217 code of the workspace's money."),
      time_zone: z.string().describe("IANA name of the workspace's time zone."),
    })
    .nullable()
    .describe('The current workspace; null for a user without one.'),
  workspaces: z.array(membership).describe('All workspaces the user is a member of.'),
  created_at: instant.describe('When the account was created.'),
  updated_at: instant.describe('When the account was last changed.'),
})
export type Me = z.output<typeof me>

/** Names of a user's fields in the front-ends. */
export const userNames = { displayName: 'display_name', avatar: 'avatar_url', isAdmin: 'is_admin' }

/** `me` with these names too. */
export const namedUser = me.extend({
  displayName: me.shape.display_name,
  avatar: me.shape.avatar_url,
  isAdmin: me.shape.is_admin,
})

/** The name as `GET /api/auth/me` has it, in a profile. */
export const profileName = {
  name: {
    schema: z.string().nullable().describe('Name that others see.'),
    from: (profile: {
      name?: string | null
      full_name?: string | null
      display_name?: string | null
      username: string | null
    }) => profile.name ?? profile.full_name ?? profile.display_name ?? profile.username,
  },
}

/** What a front-end reads that expects each response to say that it worked. */
export const alwaysTrue = {
  schema: z.literal(true).describe('Always true; failures have an error status.'),
  from: () => true as const,
}

/** A user who shares a workspace with the caller. */
export const colleague = z.object({
  id: id.describe('Id of the user.'),
  email: z.string().describe('E-mail address.'),
  name: z.string().nullable().describe('Name that others see.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  display_name: z.string().nullable().describe('Name to show instead of the full name.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null without one.'),
})
export type Colleague = z.output<typeof colleague>

/** The profile as the calling front-end reads it. `id` and `user_id` are the user's. */
export const profile = z.object({
  id: id.describe('Id of the user.'),
  user_id: id.describe('Id of the user, the same as `id`.'),
  email: z.string().describe('E-mail address.'),
  full_name: z.string().nullable().describe('First and last name.'),
  display_name: z.string().nullable().describe('Name to show instead of the full name.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  phone: z.string().nullable().describe('Telephone number in E.164 form.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null without one.'),
  company_name: z.string().nullable().describe('Company the user works for.'),
  is_admin: z.boolean().describe('True for an administrator of the platform.'),
  is_affiliate: z.boolean().describe('True when the user takes part in the affiliate programme.'),
  created_at: instant.describe('When the account was created.'),
  updated_at: instant.describe('When the account was last changed.'),
})

export const profileChanges = z.object({
  full_name: clearable(name).describe('First and last name. `null` clears it.'),
  company_name: clearable(name).describe('Company the user works for. `null` clears it.'),
  display_name: clearable(name).describe('Name to show instead of the full name. `null` clears it.'),
  username: clearable(username).describe('Unique handle without `@`. `null` clears it.'),
  phone: clearable(phone).describe('Telephone number in E.164 form. `null` clears it.'),
  avatar_url: clearable(pictureUrl).describe('URL of the picture. `null` removes it.'),
})
export type ProfileChanges = z.output<typeof profileChanges>
