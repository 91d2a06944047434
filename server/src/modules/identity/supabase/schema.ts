import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'
import { newAccount, profileFields } from '../people/schema.ts'
import { credentials, refreshRequest } from '../sessions/schema.ts'

// Request and response bodies of GoTrue, Supabase's authentication server (supabase/auth, openapi.yaml).

const maxMetadataBytes = 16 * 1024
const fits = (data: object) => new TextEncoder().encode(JSON.stringify(data)).length <= maxMetadataBytes

/** Metadata that an application stores about its user. Fields named like a profile field also change the profile. */
const data = z
  .looseObject({ ...profileFields, name: optional(text(200)).describe('Name that others see.') })
  .refine(fits, `Metadata can have at most ${maxMetadataBytes / 1024} KiB.`)

export const supabaseSignUp = z.object({
  email: newAccount.shape.email.describe('E-mail address to sign in with.'),
  password: newAccount.shape.password.describe('Password of the new account.'),
  data: optional(data).describe('Metadata; known fields fill the profile.'),
})

export const supabaseGrant = z.object({
  grant_type: z
    .enum(['password', 'refresh_token', 'pkce'])
    .describe('The grant type: a password, a refresh token, or a PKCE code.'),
})
/** The required fields depend on the grant type. */
export const supabaseToken = z.object({
  email: credentials.shape.email.optional().describe('For `password`: the e-mail address.'),
  password: credentials.shape.password.optional().describe('For `password`: the password.'),
  refresh_token: refreshRequest.shape.refresh_token.describe('For `refresh_token`: the token, valid once.'),
  auth_code: optional(z.string().max(500)).describe('For `pkce`: the code from the redirect.'),
  code_verifier: optional(z.string().max(500)).describe(
    'For `pkce`: the secret whose hash was sent before (RFC 7636).',
  ),
})

const page = z.object({
  redirect_to: optional(z.string().max(2000)).describe(
    "The page to return to: one of this server's or of `CORS_ORIGINS`.",
  ),
})

/** PKCE (RFC 7636): the redirect carries a code for the client that has the verifier. */
const challenge = {
  code_challenge: optional(z.string().regex(/^[\w-]{43}$/, 'A challenge is a SHA-256 in base64url.')).describe(
    'For PKCE: the hash of the secret that `code_verifier` gives later (RFC 7636).',
  ),
  code_challenge_method: optional(z.enum(['s256', 'S256'], 'Only s256 is safe.')).describe('Always SHA-256.'),
}

export const supabaseUserChanges = z.object({
  email: newAccount.shape.email
    .optional()
    .describe('The new e-mail address. A link is sent to it, and following the link makes the change.'),
  password: newAccount.shape.password.optional().describe('The new password.'),
  current_password: optional(credentials.shape.password).describe(
    'The current password. A session older than 15 minutes needs it, or `nonce`, for a new password.',
  ),
  nonce: optional(z.string().trim().max(500)).describe(
    'The code that `GET /auth/v1/reauthenticate` sends, in place of the current password.',
  ),
  data: optional(data).describe('Metadata; known fields change the profile.'),
  ...challenge,
})
export type SupabaseUserChanges = z.output<typeof supabaseUserChanges>

/** `scope-token`s of RFC 6749 section 3.3. */
const scopes = z
  .string()
  .max(1000)
  .transform((list) => list.split(/[\s,]+/).filter((scope) => scope !== ''))
  .refine(
    (list) => list.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)),
    'Must be scopes separated by spaces.',
  )

const wish = optional(z.string().max(500))
/**
 * Parameters of OpenID Connect Core 3.1.2.1, Google, Microsoft, Auth0 and GitHub that only change how the provider prompts
 * the user. All others are set by the server (redirect_uri, state, nonce, …) or would change the result.
 */
export const supabaseQueryParams = z.object({
  prompt: wish.describe('Passed on to the provider.'),
  login_hint: wish.describe('Passed on to the provider: the address to sign in with.'),
  hd: wish.describe('Passed on to Google: only accounts of this domain.'),
  domain_hint: wish.describe('Passed on to the provider: only accounts of this domain.'),
  access_type: wish.describe('Passed on to the provider.'),
  include_granted_scopes: wish.describe('Passed on to the provider.'),
  display: wish.describe('Passed on to the provider.'),
  ui_locales: wish.describe('Passed on to the provider: the language of its page.'),
  acr_values: wish.describe('Passed on to the provider.'),
  screen_hint: wish.describe('Passed on to the provider.'),
  login: wish.describe('Passed on to GitHub: the account to sign in with.'),
  allow_signup: wish.describe('Passed on to GitHub: whether new accounts can be created.'),
})

export const supabaseAuthorization = page.extend({
  provider: z.string().max(100).describe('`google`, `github`, or the name of an OpenID Connect provider.'),
  ...challenge,
  scopes: optional(scopes).describe("Scopes to request from the provider in addition to the server's own."),
  ...supabaseQueryParams.shape,
})
export type SupabaseAuthorization = z.output<typeof supabaseAuthorization>

export const supabaseRecovery = z.object({
  email: newAccount.shape.email.describe(
    'Address of the account. The response is the same whether the account exists or not.',
  ),
  ...challenge,
})
export const supabaseRecoveryPage = page

const ofAccount = newAccount.shape.email.describe(
  'Address of the account. The response is the same whether the account exists or not.',
)

export const supabaseOtp = z.object({
  email: ofAccount,
  create_user: optional(z.boolean())
    .default(true)
    .describe('Whether an address without an account gets one when the mail is used.'),
  data: optional(data).describe('Metadata of that account; known fields fill the profile.'),
  ...challenge,
})

export const supabaseResend = z.object({
  type: z
    .enum(['signup', 'email_change'], 'Only mails of `signup` and `email_change` are sent again.')
    .describe('Which mail: to confirm the address of an account, or to change it.'),
  email: ofAccount,
  ...challenge,
})

const proofTypes = ['recovery', 'email', 'magiclink', 'signup', 'email_change'] as const
export type ProofType = (typeof proofTypes)[number]
const proofType = z
  .enum(proofTypes, `Must be one of ${proofTypes.join(', ')}.`)
  .describe('What the mail was for: `email` stands for `magiclink` and `signup`.')

/** Either `token_hash`, from the link of the mail, or `email` and `token`, its code. */
export const supabaseProof = z.object({
  type: proofType,
  token_hash: optional(z.string().max(500)).describe('The token from the link of the mail.'),
  token: optional(z.string().trim().max(500)).describe('The code from the mail; needs `email`.'),
  email: optional(credentials.shape.email).describe('Address the code was sent to.'),
})
export const supabaseLink = page.extend({
  type: proofType,
  token: z.string().max(500).describe('The token from the mail.'),
})

export const supabaseSettings = z.object({
  external: z.record(z.string(), z.boolean()).describe('The enabled sign-in methods, by provider.'),
  disable_signup: z.boolean().describe('Whether new accounts are refused.'),
  mailer_autoconfirm: z.boolean().describe('Whether accounts work before their address is verified.'),
  phone_autoconfirm: z.boolean().describe('Whether accounts work before their number is verified.'),
  sms_provider: z.string().describe('The provider of text messages; empty.'),
  saml_enabled: z.boolean().describe('Whether SAML can be used.'),
})
export const supabaseHealth = z.object({
  name: z.string().describe("Name of this server's software."),
  version: z.string().describe("Version of this server's software."),
  description: z.string().describe('A description of this server.'),
})

/** `global`: every session of the user; `local`: this one; `others`: all but this one. */
export const supabaseScope = z.object({
  scope: z
    .enum(['global', 'local', 'others'])
    .default('global')
    .describe('Which sessions end: all, only this one, or all but this one.'),
})

const metadata = z.record(z.string(), z.unknown())

export const supabaseUser = z.object({
  id: id.describe('Id of the user.'),
  aud: z.literal('authenticated').describe('Always `authenticated`.'),
  role: z
    .literal('authenticated')
    .describe('Always `authenticated`; the role in the workspace is in `GET /api/auth/me`.'),
  email: z.string().describe('E-mail address; of an identity: the one at the provider.'),
  email_confirmed_at: instant.nullable().describe('When the address was verified.'),
  confirmed_at: instant.nullable().describe('When the account was first verified.'),
  new_email: z.string().nullable().describe('The address that the user asked to change to; null without one.'),
  email_change_sent_at: instant.nullable().describe('When the link was sent to that address.'),
  phone: z.string().describe('Telephone number; empty without one.'),
  phone_confirmed_at: instant.nullable().describe('When the number was verified.'),
  last_sign_in_at: instant.nullable().describe('When the user last signed in.'),
  app_metadata: z
    .object({
      provider: z.string().describe('The provider last used: `email`, `google`, …'),
      providers: z.array(z.string()).describe('All providers of the account.'),
    })
    .describe('How the user signs in.'),
  user_metadata: metadata.describe("The profile's fields, as supabase-js calls them."),
  identities: z
    .array(
      z.object({
        identity_id: id.describe('Id of the identity.'),
        id: z.string().describe("The provider's id of the account."),
        user_id: id.describe('The user it belongs to.'),
        identity_data: metadata.describe('The fields that the provider sent.'),
        provider: z.string().describe('The provider last used: `email`, `google`, …'),
        email: z.string().nullable().describe('E-mail address; of an identity: the one at the provider.'),
        last_sign_in_at: instant.nullable().describe('When the user last signed in.'),
        created_at: instant.describe('When the user was created.'),
        updated_at: instant.describe('When the user was last changed.'),
      }),
    )
    .describe('The identities of this account, by provider.'),
  is_anonymous: z.boolean().describe('Always false.'),
  created_at: instant.describe('When the user was created.'),
  updated_at: instant.describe('When the user was last changed.'),
})
export type SupabaseUser = z.output<typeof supabaseUser>

export const supabaseSession = z.object({
  access_token: z.string().describe('Sent as `Authorization: Bearer …`; valid for 24 hours.'),
  token_type: z.literal('bearer').describe('Always `bearer`.'),
  expires_in: z.int().describe('Seconds until the access token expires.'),
  expires_at: z.int().describe('When the access token expires, in Unix seconds.'),
  refresh_token: z.string().describe('For new tokens; valid once.'),
  user: supabaseUser.describe('The signed-in user.'),
})

/** The response to the first of the two mails of a change of address. */
export const supabaseAwaiting = z.object({
  msg: z.string().describe('What is left to do.'),
  code: z.literal(200).describe('The status.'),
})
