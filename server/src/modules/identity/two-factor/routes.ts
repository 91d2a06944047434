import { type Route, route } from '../../../platform/http/route.ts'
import { succeeded, success } from '../../../platform/http/fields.ts'
import type { Services } from '../../../platform/services.ts'
import { withCookies } from '../sessions/cookies.ts'
import { deviceOf } from '../sessions/device.ts'
import { knownDeviceCookie } from '../sessions/known-devices.ts'
import { type SignedIn, signedIn, signedInNames } from '../sessions/schema.ts'
import {
  beginPasskey,
  beginTotp,
  confirmTotp,
  deletePasskey,
  disableTotp,
  disableTwoFactor,
  finishPasskey,
  namePasskey,
  renewRecoveryCodes,
  twoFactorState,
} from './changes.ts'
import {
  addedPasskey,
  authenticationOptions,
  enabled,
  namedPasskey,
  newPasskey,
  newRecoveryCodes,
  passkeyChallenge,
  passkeyId,
  passkeyName,
  passkeySignIn,
  pendingSignIn,
  proof,
  registrationOptions,
  secondFactor,
  state,
  totpConfirmation,
  totpSecret,
} from './schema.ts'
import { completeSignIn, passkeyOptions, secondFactorOptions, signInWithPasskey } from './sign-in.ts'

const asRecord = (options: object) => ({ ...options })
const token = 'k3Jb0uYvI2cW9mQzT1xN8sLr5hGf7dPa6eVoXyZ4wAc'
const exampleCredential = {
  id: 'q83vEjRWeJCrze8SNFZ4kA',
  rawId: 'q83vEjRWeJCrze8SNFZ4kA',
  type: 'public-key' as const,
  clientExtensionResults: {},
}
const exampleClientData = Buffer.from(
  JSON.stringify({ type: 'webauthn.get', challenge: token, origin: 'https://app.example.com' }),
).toString('base64url')
const exampleAssertion = {
  ...exampleCredential,
  response: {
    clientDataJSON: exampleClientData,
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ',
    signature: 'MEUCIQDTGVxhrw5kkVh3gIvAr9EGPRTBUFd7GBLxXQmKqAjGNAIgZr6Yd7ZUcEVXE1cgVaYsG1TnW2Uss1vyxDmjk3RUiOY',
  },
}

const withSession = (services: Services, response: SignedIn) =>
  withCookies(services.config, response, response.session, [knownDeviceCookie(services, response.user.email)])

/** Signing in with a second factor, and setting one up. */
export const twoFactorRoutes: Record<string, Route> = {
  getTwoFactor: route({
    kind: 'read',
    method: 'GET',
    path: '/api/auth/two-factor',
    access: 'user',
    summary: "Get the caller's second factors and the number of recovery codes left",
    response: state,
    handler: twoFactorState,
  }),

  disableTwoFactor: route({
    kind: 'nontransactional',
    method: 'DELETE',
    path: '/api/auth/two-factor',
    access: 'user',
    summary: "Remove all of the caller's second factors; their other sessions end",
    body: proof,
    example: { password: 'correct horse battery' },
    response: success,
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      await disableTwoFactor(ctx, body, deviceOf(request))
      return succeeded
    },
  }),

  beginTotp: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/totp',
    access: 'user',
    summary:
      'Start setting up an authenticator app; it becomes active when its first code is confirmed, within 30 minutes',
    body: proof,
    example: { password: 'correct horse battery' },
    response: totpSecret,
    errors: [409],
    notIdempotent: true,
    handler: (ctx, { body, request }) => beginTotp(ctx, body, deviceOf(request)),
  }),

  confirmTotp: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/totp/confirm',
    access: 'user',
    summary:
      "Confirm the authenticator app with its first code; a first factor returns recovery codes, shown only now, and ends the caller's other sessions",
    body: totpConfirmation,
    example: { code: '287082' },
    response: enabled,
    errors: [409],
    notIdempotent: true,
    handler: async (ctx, { body, request }) => ({
      enabled: true as const,
      recovery_codes: await confirmTotp(ctx, body.code, deviceOf(request)),
    }),
  }),

  disableTotp: route({
    kind: 'nontransactional',
    method: 'DELETE',
    path: '/api/auth/two-factor/totp',
    access: 'user',
    summary: "Remove the authenticator app; the caller's other sessions end",
    body: proof,
    example: { password: 'correct horse battery' },
    response: success,
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      await disableTotp(ctx, body, deviceOf(request))
      return succeeded
    },
  }),

  beginPasskey: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/passkeys/options',
    access: 'user',
    summary:
      'Start adding a passkey: the options for the browser, whose challenge can be used once, within five minutes',
    body: proof,
    example: { password: 'correct horse battery' },
    response: registrationOptions,
    errors: [409],
    notIdempotent: true,
    handler: async (ctx, { body, request }) => ({
      options: asRecord(await beginPasskey(ctx, body, deviceOf(request))),
    }),
  }),

  addPasskey: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/passkeys',
    access: 'user',
    summary:
      "Add the passkey that the browser created; a first factor returns recovery codes, shown only now, and ends the caller's other sessions",
    body: newPasskey,
    example: {
      name: 'My telephone',
      response: {
        ...exampleCredential,
        response: {
          clientDataJSON: exampleClientData,
          attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YQ',
          transports: ['internal' as const],
        },
      },
    },
    status: 201,
    response: addedPasskey,
    errors: [409],
    notIdempotent: true,
    async handler(ctx, { body, request }) {
      const { passkey, recovery_codes } = await finishPasskey(ctx, body, deviceOf(request))
      return { ...passkey, recovery_codes }
    },
  }),

  renamePasskey: route({
    kind: 'nontransactional',
    method: 'PATCH',
    path: '/api/auth/two-factor/passkeys/:id',
    access: 'user',
    summary: 'Rename a passkey',
    params: passkeyId,
    body: passkeyName,
    example: { name: 'Key ring' },
    response: namedPasskey,
    notIdempotent: true,
    handler: (ctx, { params, body }) => namePasskey(ctx, params.id, body.name),
  }),

  deletePasskey: route({
    kind: 'nontransactional',
    method: 'DELETE',
    path: '/api/auth/two-factor/passkeys/:id',
    access: 'user',
    summary: "Remove a passkey; the caller's other sessions end",
    params: passkeyId,
    body: proof,
    example: { password: 'correct horse battery' },
    response: success,
    notIdempotent: true,
    async handler(ctx, { params, body, request }) {
      await deletePasskey(ctx, params.id, body, deviceOf(request))
      return succeeded
    },
  }),

  renewRecoveryCodes: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/recovery-codes',
    access: 'user',
    summary: 'Create ten new recovery codes, shown only now; the earlier ones stop working',
    body: proof,
    example: { password: 'correct horse battery' },
    response: newRecoveryCodes,
    notIdempotent: true,
    handler: async (ctx, { body, request }) => ({
      recovery_codes: await renewRecoveryCodes(ctx, body, deviceOf(request)),
    }),
  }),

  signInWithSecondFactor: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/sign-in',
    access: 'public',
    summary: 'Complete a sign-in with the second factor; the response is that of a login',
    body: secondFactor,
    example: { two_factor_token: token, code: '287082' },
    response: signedIn,
    alsoReturns: signedInNames,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      const { two_factor_token, code, recovery_code, passkey } = body
      const factor =
        passkey !== undefined ? { passkey } : code !== undefined ? { code } : { recovery_code: recovery_code as string }
      return withSession(services, await completeSignIn(services, two_factor_token, factor, deviceOf(request)))
    },
  }),

  secondFactorOptions: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/two-factor/sign-in/passkey',
    access: 'public',
    summary:
      'Get the options to complete a sign-in with a passkey; their challenge can be used once, within five minutes',
    body: pendingSignIn,
    example: { two_factor_token: token },
    response: authenticationOptions,
    errors: [409],
    notIdempotent: true,
    handler: async ({ services }, { body }) => ({
      options: asRecord(await secondFactorOptions(services, body.two_factor_token)),
    }),
  }),

  passkeyOptions: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/passkeys/options',
    access: 'public',
    summary: 'Start a sign-in with a passkey alone: the options for the browser',
    response: passkeyChallenge,
    errors: [409],
    notIdempotent: true,
    async handler({ services }) {
      const { passkey_token, options } = await passkeyOptions(services)
      return { passkey_token, options: asRecord(options) }
    },
  }),

  signInWithPasskey: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/passkeys/sign-in',
    access: 'public',
    summary:
      'Sign in with a passkey alone, which the device unlocked with a PIN or a fingerprint; the response is that of a login',
    body: passkeySignIn,
    example: { passkey_token: token, response: exampleAssertion },
    response: signedIn,
    alsoReturns: signedInNames,
    errors: [409],
    notIdempotent: true,
    handler: async ({ services }, { body, request }) =>
      withSession(services, await signInWithPasskey(services, body, deviceOf(request))),
  }),
}
