import { z } from 'zod'
import { id, instant, optional, timeZone } from '../../../platform/http/fields.ts'
import { email, name, role } from '../schema.ts'

export const member = z.object({
  id: id.describe('Id of the membership.'),
  user_id: id.describe('The user who is the member.'),
  name: z.string().nullable().describe('Name that others see.'),
  email: z.string().describe('E-mail address.'),
  avatar_url: z.string().nullable().describe('URL of the picture; null without one.'),
  role: role.describe('Role of the member in the workspace.'),
  created_at: instant.describe('When the member joined.'),
})

export const workspace = z.object({
  id: id.describe('Id of the workspace.'),
  name: z.string().describe('Name of the workspace.'),
  role: role.nullable().describe("The caller's role in it."),
  default_country: z.string().describe('Two-letter code of the country assumed for numbers without a country code.'),
  currency: z.string().describe("ISO 4217 code of the workspace's money."),
  time_zone: z.string().describe("IANA name, like `Europe/Lisbon`: where the workspace's days begin and end."),
  created_at: instant.describe('When the workspace was created.'),
  updated_at: instant.describe('When the workspace was last changed.'),
})

const workspaceSettings = {
  default_country: optional(z.string().regex(/^[A-Z]{2}$/, 'Must be a two-letter country code like DE.')).describe(
    'Two-letter code of the country assumed for numbers without a country code.',
  ),
  currency: optional(z.string().regex(/^[A-Z]{3}$/, 'Must be a three-letter currency code like EUR.')).describe(
    "ISO 4217 code of the workspace's money.",
  ),
  time_zone: optional(timeZone).describe("IANA name, like `Europe/Lisbon`: where the workspace's days begin and end."),
}
export const newWorkspace = z.object({ name: name.describe('Name of the workspace.'), ...workspaceSettings })
export type NewWorkspace = z.output<typeof newWorkspace>
export const workspaceChanges = z.object({
  name: optional(name).describe('Name of the workspace.'),
  ...workspaceSettings,
})
export type WorkspaceChanges = z.output<typeof workspaceChanges>

const preferences = z.record(z.string().min(1).max(100), z.unknown())

export const settings = z.object({
  workspace_id: id.describe('Id of the workspace.'),
  name: z.string().describe('Name of the workspace.'),
  default_country: z.string().describe('Two-letter code of the country assumed for numbers without a country code.'),
  currency: z.string().describe("ISO 4217 code of the workspace's money."),
  time_zone: z.string().describe("IANA name, like `Europe/Lisbon`: where the workspace's days begin and end."),
  preferences: preferences.describe('What front-ends keep for the workspace. It has no effect on the server.'),
  updated_at: instant.describe('When the workspace was last changed.'),
})
export type Settings = z.output<typeof settings>
export const settingsChanges = workspaceChanges.extend({
  preferences: optional(preferences).describe(
    'Preferences to set, up to 32,768 characters of JSON in all. The others stay; `null` removes one.',
  ),
})
export type SettingsChanges = z.output<typeof settingsChanges>

export const newInvitation = z.object({
  email: email.describe('E-mail address to invite. It gets a mail with a link.'),
  role: optional(role).default('agent').describe('The role the new member gets.'),
})
export const invitation = z.object({
  id: id.describe('Id of the invitation.'),
  email: z.string().describe('The invited address.'),
  role: role.describe('The role the new member gets.'),
  created_at: instant.describe('When it was sent.'),
  expires_at: instant.describe('When it stops working.'),
})
export const invitationWithToken = invitation.extend({
  token: z.string().describe('Token to accept the invitation. Shown only here and in the mail.'),
  accept_url: z.string().describe('The page that the mail links to.'),
})
