import { z } from 'zod'
import { roles, scopes } from '../../platform/access.ts'
import { clearable, id, instant, optional, text, timeZone } from '../../platform/http/fields.ts'

const email = z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))
// How long a password must be is the installation's to say, so the verbs check it.
const password = z.string().max(1000)
const name = text(255)
const username = z
  .string()
  .trim()
  .regex(/^[\w.-]{2,40}$/, 'A username has 2 to 40 letters, digits, dots, hyphens or underscores.')
const phone = text(50)
const pictureUrl = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

export const role = z.enum(roles)
export const member = z.object({
  id,
  user_id: id,
  name: z.string().nullable(),
  email: z.string(),
  avatar_url: z.string().nullable(),
  role,
  created_at: instant,
})

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

/** Anything may be tried; what is not an account's is a wrong password. */
export const credentials = z.object({ email: z.string().trim().max(1000), password: z.string().max(10_000) })

export const refreshRequest = z.object({ refresh_token: optional(z.string().max(500)) })

export const passwordChange = z.object({ current_password: z.string().max(10_000), new_password: password })

const code = z
  .string()
  .transform((given) => given.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has six digits.'))
export const verification = z.object({ type: z.enum(['email', 'phone']), code: optional(code) })
export const verificationAnswer = z.object({
  message: z.string(),
  type: z.enum(['email', 'phone']),
  email_verified: z.boolean(),
  phone_verified: z.boolean(),
  /** When the code that was just sent is no longer good. */
  expires_at: instant.optional(),
})

export const forgottenPassword = z.object({ email })
export const passwordReset = z.object({ token: z.string().max(500), password })

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

const session = z.object({
  user: z.object({ id, email: z.string() }),
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  /** Unix seconds. */
  expires_at: z.int(),
})

/** The one answer that serves all five front-ends. */
export const signedIn = z.object({
  session,
  user: me,
  token: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  expires_at: z.int(),
})
export type SignedIn = z.output<typeof signedIn>

export const signedUp = z.object({ message: z.string(), user: me, session })
export const signedOut = z.object({ success: z.literal(true), message: z.string() })

export const openSession = z.object({
  id,
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant,
  /** Is it the one that asks? */
  current: z.boolean(),
})

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

const scopeNames = Object.keys(scopes) as (keyof typeof scopes)[]
/** What an API key may be given: all but making more keys. */
const grantableScopes = scopeNames.filter((scope) => scope !== 'api-keys:write')
const scope = z.enum(grantableScopes)
export const newApiKey = z.object({
  name,
  scopes: z.array(scope).min(1, 'Name at least one scope.').max(scopeNames.length),
  expires_at: optional(instant),
})
export type NewApiKey = z.output<typeof newApiKey>
export const apiKey = z.object({
  id,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  created_by: id,
  created_at: instant,
  expires_at: instant.nullable(),
  /** Exact to five minutes. */
  last_used_at: instant.nullable(),
})
export const apiKeyWithSecret = apiKey.extend({ key: z.string() })

export const auditEntry = z.object({
  id,
  action: z.string(),
  user_id: id.nullable(),
  target: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  created_at: instant,
})
