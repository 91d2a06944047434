import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'

const code = z
  .string()
  .max(50)
  .transform((given) => given.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has six digits.'))

const methods = z
  .array(z.enum(['totp', 'passkey', 'recovery_code']))
  .describe(
    'Ways to complete a sign-in: `totp` (authenticator app), `passkey`, `recovery_code`. Empty without a second factor.',
  )

export const proof = z.object({
  password: optional(z.string().max(10_000)).describe("The caller's password."),
  code: optional(code).describe(
    'Instead of the password: a code of the authenticator app. A user without a password needs neither within ten minutes of signing in.',
  ),
})

const passkey = z.object({
  id: id.describe('Id of the passkey.'),
  name: z.string().describe('Name given by the user.'),
  created_at: instant.describe('When it was added.'),
  last_used_at: instant.nullable().describe('When it was last used to sign in.'),
})
export const namedPasskey = passkey
export const passkeyId = z.object({ id: id.describe('Id of the passkey.') })
export const passkeyName = z.object({ name: text(100).describe('Name given by the user.') })

export const state = z.object({
  enabled: z.boolean().describe('Whether signing in requires a second factor.'),
  methods,
  totp: z
    .object({ created_at: instant.describe('When it was set up.') })
    .nullable()
    .describe('The authenticator app; null without one.'),
  passkeys: z.array(passkey).describe('The passkeys of the account, oldest first.'),
  recovery_codes_left: z.int().describe('The number of unused recovery codes, out of ten.'),
})

export const totpSecret = z.object({
  secret: z.string().describe('The secret in base32, to enter in the app.'),
  otpauth_uri: z.string().describe('The same as an `otpauth://` URL, for a QR code.'),
})
export const totpConfirmation = z.object({ code: code.describe('The code that the app shows now.') })

const recoveryCodes = z
  .array(z.string())
  .describe('Ten codes, shown only once, each valid once. Empty when the existing codes stay valid.')
export const enabled = z.object({
  enabled: z.literal(true).describe('Always true: signing in now requires a second factor.'),
  recovery_codes: recoveryCodes,
})
export const newRecoveryCodes = z.object({ recovery_codes: recoveryCodes })

const credentialOptions = z.record(z.string(), z.unknown())
export const registrationOptions = z.object({
  options: credentialOptions.describe(
    'For `navigator.credentials.create`, as `PublicKeyCredential.parseCreationOptionsFromJSON` takes them (WebAuthn level 3).',
  ),
})
const requestOptions = credentialOptions.describe(
  'For `navigator.credentials.get`, as `PublicKeyCredential.parseRequestOptionsFromJSON` takes them (WebAuthn level 3).',
)
export const authenticationOptions = z.object({ options: requestOptions })
export const passkeyChallenge = z.object({
  passkey_token: z.string().describe('Sent back with the response of the passkey; valid once, for five minutes.'),
  options: requestOptions,
})

const encoded = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\w-]+$/, 'Must be base64url without padding.')
const credential = {
  id: encoded(2000).describe('Id of the credential, in base64url.'),
  rawId: encoded(2000).describe('The same as `id`.'),
  type: z.literal('public-key').describe('Always `public-key`.'),
  authenticatorAttachment: optional(z.enum(['platform', 'cross-platform'])).describe(
    'Whether the passkey is on this device or on another one.',
  ),
  clientExtensionResults: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Results of WebAuthn extensions; none are requested.'),
}

/** `PublicKeyCredential.toJSON()` after `navigator.credentials.create`. */
export const newPasskey = z.object({
  name: text(100).default('Passkey').describe('Name given by the user.'),
  response: z
    .object({
      ...credential,
      response: z
        .object({
          clientDataJSON: encoded(4000).describe('The data of the browser about the request, in base64url.'),
          attestationObject: encoded(12_000).describe('The new public key, as CBOR in base64url.'),
          transports: z
            .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
            .max(10)
            .default([])
            .describe('How the device can be reached.'),
        })
        .describe('The response of the authenticator.'),
    })
    .describe('The new credential, as returned by `PublicKeyCredential.toJSON()`.'),
})

/** `PublicKeyCredential.toJSON()` after `navigator.credentials.get`. */
const assertion = z.object({
  ...credential,
  response: z
    .object({
      clientDataJSON: encoded(4000).describe('The data of the browser about the request, in base64url.'),
      authenticatorData: encoded(4000).describe('The data of the authenticator, in base64url.'),
      signature: encoded(2000).describe('The signature over both, in base64url.'),
      userHandle: optional(encoded(200)).describe('Id of the user as stored by the authenticator, in base64url.'),
    })
    .describe('The response of the authenticator.'),
})

export const addedPasskey = passkey.extend({ recovery_codes: recoveryCodes })

const token = z.string().max(200).describe('The `two_factor_token` of the first step; valid once, for five minutes.')
export const pendingSignIn = z.object({ two_factor_token: token })
export const secondFactor = z
  .object({
    two_factor_token: token,
    code: optional(code).describe('The code from the authenticator app.'),
    recovery_code: optional(z.string().max(100)).describe('One of the recovery codes, valid once.'),
    passkey: assertion
      .optional()
      .describe('The response of a passkey to the options of `POST /api/auth/two-factor/sign-in/passkey`.'),
  })
  .refine(({ code, recovery_code, passkey }) => [code, recovery_code, passkey].filter(Boolean).length === 1, {
    path: ['code'],
    message: 'Send exactly one of code, recovery_code and passkey.',
  })

export const passkeySignIn = z.object({
  passkey_token: z.string().max(200).describe('The `passkey_token` that came with the options.'),
  response: assertion.describe('The credential, as returned by `PublicKeyCredential.toJSON()`.'),
})
