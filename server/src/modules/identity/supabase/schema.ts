import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'
import { newAccount, profileFields } from '../people/schema.ts'
import { credentials, refreshRequest } from '../sessions/schema.ts'

// Bodies and answers as GoTrue, Supabase's authentication server, has them (supabase/auth, openapi.yaml).

const maxMetadataBytes = 16 * 1024
const fits = (data: object) => Buffer.byteLength(JSON.stringify(data)) <= maxMetadataBytes

/** Anything an application keeps about its user; what bears a profile field's name goes into the profile too. */
const data = z
  .looseObject({ ...profileFields, name: optional(text(200)) })
  .refine(fits, `Keep at most ${maxMetadataBytes / 1024} KiB here.`)

export const supabaseSignUp = z.object({
  email: newAccount.shape.email,
  password: newAccount.shape.password,
  data: optional(data),
})

export const supabaseGrant = z.object({ grant_type: z.enum(['password', 'refresh_token', 'pkce']) })
/** Which of them are needed is the grant's to say. */
export const supabaseToken = z.object({
  email: credentials.shape.email.optional(),
  password: credentials.shape.password.optional(),
  refresh_token: refreshRequest.shape.refresh_token,
  auth_code: optional(z.string().max(500)),
  code_verifier: optional(z.string().max(500)),
})

export const supabaseUserChanges = z.object({
  password: newAccount.shape.password.optional(),
  current_password: credentials.shape.password.optional(),
  data: optional(data),
})

const page = z.object({ redirect_to: optional(z.string().max(2000)) })

/** RFC 7636: then the way back brings a code, for the client that has the verifier. */
const challenge = {
  code_challenge: optional(z.string().regex(/^[\w-]{43}$/, 'A challenge is a SHA-256 in base64url.')),
  code_challenge_method: optional(z.enum(['s256', 'S256'], 'Only s256 is safe.')),
}

/** `scope-token`s of RFC 6749 section 3.3. */
const scopes = z
  .string()
  .max(1000)
  .transform((list) => list.split(/[\s,]+/).filter((scope) => scope !== ''))
  .refine(
    (list) => list.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)),
    'Write scopes with spaces between.',
  )

const wish = optional(z.string().max(500))
/**
 * Parameters of OpenID Connect Core 3.1.2.1, Google, Microsoft, Auth0 and GitHub that only concern how the provider asks
 * the person. All others are the server's own (redirect_uri, state, nonce, …) or would change what comes back.
 */
export const supabaseQueryParams = z.object({
  prompt: wish,
  login_hint: wish,
  hd: wish,
  domain_hint: wish,
  access_type: wish,
  include_granted_scopes: wish,
  display: wish,
  ui_locales: wish,
  acr_values: wish,
  screen_hint: wish,
  login: wish,
  allow_signup: wish,
})

export const supabaseAuthorization = page.extend({
  provider: z.string().max(100),
  ...challenge,
  /** Asked of the provider beside ours. */
  scopes: optional(scopes),
  ...supabaseQueryParams.shape,
})
export type SupabaseAuthorization = z.output<typeof supabaseAuthorization>

export const supabaseRecovery = z.object({
  email: newAccount.shape.email,
  ...challenge,
})
export const supabaseRecoveryPage = page

const recoveryType = z.enum(['recovery'], 'Only mails about a forgotten password are verified here: type=recovery.')
/** Either `token_hash`, out of the mail's link, or `email` and `token`, its code. */
export const supabaseProof = z.object({
  type: recoveryType,
  token_hash: optional(z.string().max(500)),
  token: optional(z.string().trim().max(500)),
  email: optional(credentials.shape.email),
})
export const supabaseLink = page.extend({ type: recoveryType, token: z.string().max(500) })

export const supabaseSettings = z.object({
  /** What one can sign in with. */
  external: z.record(z.string(), z.boolean()),
  disable_signup: z.boolean(),
  mailer_autoconfirm: z.boolean(),
  phone_autoconfirm: z.boolean(),
  sms_provider: z.string(),
  saml_enabled: z.boolean(),
})
export const supabaseHealth = z.object({ name: z.string(), version: z.string(), description: z.string() })

/** `global`: every session of the user; `local`: this one; `others`: all but this one. */
export const supabaseScope = z.object({ scope: z.enum(['global', 'local', 'others']).default('global') })

const metadata = z.record(z.string(), z.unknown())

export const supabaseUser = z.object({
  id,
  aud: z.literal('authenticated'),
  role: z.literal('authenticated'),
  email: z.string(),
  email_confirmed_at: instant.nullable(),
  confirmed_at: instant.nullable(),
  /** Empty when there is none. */
  phone: z.string(),
  phone_confirmed_at: instant.nullable(),
  last_sign_in_at: instant.nullable(),
  app_metadata: z.object({ provider: z.string(), providers: z.array(z.string()) }),
  user_metadata: metadata,
  identities: z.array(
    z.object({
      identity_id: id,
      /** The provider's own. */
      id: z.string(),
      user_id: id,
      identity_data: metadata,
      provider: z.string(),
      email: z.string().nullable(),
      last_sign_in_at: instant.nullable(),
      created_at: instant,
      updated_at: instant,
    }),
  ),
  is_anonymous: z.boolean(),
  created_at: instant,
  updated_at: instant,
})
export type SupabaseUser = z.output<typeof supabaseUser>

export const supabaseSession = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  /** Seconds. */
  expires_in: z.int(),
  /** Unix seconds. */
  expires_at: z.int(),
  refresh_token: z.string(),
  user: supabaseUser,
})
