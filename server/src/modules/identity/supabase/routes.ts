import { z } from 'zod'
import { version } from '../../../config.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { FileResponse, JsonResponse, type Route, route } from '../../../platform/http/route.ts'
import { accessCookies, signedOutCookies } from '../sessions/cookies.ts'
import { deviceOf } from '../sessions/device.ts'
import { knownDeviceCookie, knownDeviceOf } from '../sessions/known-devices.ts'
import { sendNonce } from '../mailed-proofs/reauthentication.ts'
import { offeredProviders } from '../oauth/providers.ts'
import { endSessions } from '../sessions/sign-out.ts'
import { redirectTo } from '../../../platform/oauth/pages.ts'
import {
  changeSupabaseUser,
  supabaseAuthorize as authorize,
  supabaseFollowLink as followLink,
  supabasePasswordGrant,
  supabasePkceGrant,
  supabaseRecover as recover,
  supabaseRefreshGrant,
  supabaseSignUp as signUp,
  supabaseUserOf,
  supabaseOtp as sendOtp,
  supabaseResend as resend,
  supabaseVerify as verify,
} from './supabase.ts'
import {
  supabaseAuthorization,
  supabaseGrant,
  supabaseHealth,
  supabaseAwaiting,
  supabaseLink,
  supabaseOtp,
  supabaseResend,
  supabaseProof,
  supabaseRecovery,
  supabaseRecoveryPage,
  supabaseScope,
  supabaseSession,
  supabaseSettings,
  supabaseSignUp,
  supabaseToken,
  supabaseUser,
  supabaseUserChanges,
} from './schema.ts'

/** GoTrue's error codes where they differ from ours. */
const errorCodes: Record<string, string> = {
  invalid_input: 'validation_failed',
  unauthorized: 'bad_jwt',
  account_suspended: 'user_banned',
  too_many_requests: 'over_request_rate_limit',
}

const failureFields = ({ code, message }: AppError) => ({ error_code: errorCodes[code] ?? code, msg: message })

type Session = z.output<typeof supabaseSession>

/** The session in the body for supabase-js, and as a cookie for requests of the same origin without it. */
const signedInBrowser = ({ config }: Services, session: Session, more: string[] = []) =>
  new JsonResponse(session, {
    headers: { 'set-cookie': [...accessCookies(config, session.access_token), ...more] },
  })

/** Also the device cookie for this browser. */
const onKnownDevice = (services: Services, session: Session) =>
  signedInBrowser(services, session, [knownDeviceCookie(services, session.user.email)])

/** supabase-js sends GET. */
const reauthenticate = (method: 'GET' | 'POST') =>
  route({
    kind: 'nontransactional',
    method,
    path: '/auth/v1/reauthenticate',
    access: 'user',
    summary: 'Send the caller a code by e-mail, which `nonce` gives later (supabase.auth.reauthenticate)',
    response: z.object({}),
    notIdempotent: true,
    failureFields,
    async handler(ctx, { request }) {
      await sendNonce(ctx, deviceOf(request))
      return {}
    },
  })

export const supabaseRoutes: Record<string, Route> = {
  supabaseSignUp: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/signup',
    access: 'public',
    summary: 'Create an account (supabase.auth.signUp)',
    body: supabaseSignUp,
    example: { email: 'cara@example.com', password: 'correct horse battery', data: { full_name: 'Cara Diaz' } },
    response: supabaseSession,
    errors: [422],
    notIdempotent: true,
    failureFields,
    handler: async ({ services }, { body, request }) =>
      onKnownDevice(services, await signUp(services, body, deviceOf(request))),
  }),

  supabaseToken: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/token',
    access: 'public',
    summary: 'Sign in or refresh tokens (supabase.auth.signInWithPassword, refreshSession, exchangeCodeForSession)',
    query: supabaseGrant,
    body: supabaseToken,
    example: { email: 'ana@example.com', password: 'correct horse battery' },
    response: supabaseSession,
    notIdempotent: true,
    failureFields,
    async handler({ services }, { query, body, request }) {
      switch (query.grant_type) {
        case 'password': {
          const knownAs = knownDeviceOf(services, request.headers, body.email ?? '')
          return onKnownDevice(services, await supabasePasswordGrant(services, body, { ...deviceOf(request), knownAs }))
        }
        case 'refresh_token':
          return signedInBrowser(services, await supabaseRefreshGrant(services, body.refresh_token, deviceOf(request)))
        case 'pkce':
          return onKnownDevice(services, await supabasePkceGrant(services, body))
      }
    },
  }),

  supabaseAuthorize: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/auth/v1/authorize',
    access: 'public',
    summary:
      'Send a browser to another provider to sign in (supabase.auth.signInWithOAuth); it returns to `redirect_to` with the session after the `#`, or with PKCE with a code',
    query: supabaseAuthorization,
    status: 302,
    response: z.null(),
    errors: [502],
    failureFields,
    async handler({ services }, { query }) {
      const { location, cookie } = await authorize(services, query)
      return redirectTo(location, cookie)
    },
  }),

  supabaseRecover: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/recover',
    access: 'public',
    summary: 'Send a link and a code by e-mail for a forgotten password (supabase.auth.resetPasswordForEmail)',
    query: supabaseRecoveryPage,
    body: supabaseRecovery,
    example: { email: 'ana@example.com' },
    response: z.object({}),
    notIdempotent: true,
    failureFields,
    async handler({ services }, { query, body, request }) {
      await recover(services, body, deviceOf(request), query.redirect_to)
      return {}
    },
  }),

  supabaseOtp: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/otp',
    access: 'public',
    summary: 'Send a link and a code by e-mail to sign in without a password (supabase.auth.signInWithOtp)',
    query: supabaseRecoveryPage,
    body: supabaseOtp,
    example: { email: 'ana@example.com', create_user: false },
    response: z.object({}),
    notIdempotent: true,
    failureFields,
    async handler({ services }, { query, body, request }) {
      await sendOtp(services, body, deviceOf(request), query.redirect_to)
      return {}
    },
  }),

  supabaseResend: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/resend',
    access: 'public',
    summary: 'Send the mail of a sign-up or of a change of address again (supabase.auth.resend)',
    query: supabaseRecoveryPage,
    body: supabaseResend,
    example: { type: 'signup', email: 'ana@example.com' },
    response: z.object({}),
    notIdempotent: true,
    failureFields,
    async handler({ services }, { query, body, request }) {
      await resend(services, body, deviceOf(request), query.redirect_to)
      return {}
    },
  }),

  supabaseReauthenticate: reauthenticate('GET'),
  supabasePostReauthenticate: reauthenticate('POST'),

  supabaseVerify: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/verify',
    access: 'public',
    summary: 'Sign in with the code or token of a mail (supabase.auth.verifyOtp)',
    body: supabaseProof,
    example: { type: 'recovery', email: 'ana@example.com', token: '123456' },
    response: z.union([supabaseSession, supabaseAwaiting]),
    errors: [409, 422],
    notIdempotent: true,
    failureFields,
    async handler({ services }, { body, request }) {
      const verified = await verify(services, body, deviceOf(request))
      return 'msg' in verified ? verified : onKnownDevice(services, verified)
    },
  }),

  supabaseFollowLink: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/auth/v1/verify',
    access: 'public',
    summary: 'Follow the link of a mail to `redirect_to`, with the session after the `#`, or with PKCE with a code',
    query: supabaseLink,
    status: 303,
    response: z.null(),
    failureFields,
    async handler({ services }, { query, request }) {
      const page = await followLink(services, query, deviceOf(request))
      return new FileResponse('', { location: page.href }, 303)
    },
  }),

  supabaseSettings: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/auth/v1/settings',
    access: 'public',
    summary: 'Get the ways to sign in',
    response: supabaseSettings,
    handler: async ({ services }) => ({
      external: {
        email: true,
        phone: false,
        ...Object.fromEntries(offeredProviders(services.config).map(({ provider }) => [provider, true])),
      },
      disable_signup: false,
      mailer_autoconfirm: true,
      phone_autoconfirm: false,
      sms_provider: '',
      saml_enabled: false,
    }),
  }),

  supabaseHealth: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/auth/v1/health',
    access: 'public',
    summary: 'Check the health of signing in',
    response: supabaseHealth,
    handler: async () => ({ name: 'Switchboard', version, description: 'Implements the API of Supabase Auth.' }),
  }),

  supabaseGetUser: route({
    kind: 'read',
    method: 'GET',
    path: '/auth/v1/user',
    access: 'user',
    summary: 'Get the signed-in user (supabase.auth.getUser)',
    response: supabaseUser,
    failureFields,
    handler: supabaseUserOf,
  }),

  supabaseUpdateUser: route({
    kind: 'nontransactional',
    method: 'PUT',
    path: '/auth/v1/user',
    access: 'user',
    summary: "Change the caller's password, e-mail address or metadata (supabase.auth.updateUser)",
    query: supabaseRecoveryPage,
    body: supabaseUserChanges,
    example: { data: { full_name: 'Ana Silva', theme: 'dark' } },
    response: supabaseUser,
    errors: [409, 422],
    notIdempotent: true,
    failureFields,
    handler: (ctx, { query, body, request }) => changeSupabaseUser(ctx, body, deviceOf(request), query.redirect_to),
  }),

  supabaseLogout: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/auth/v1/logout',
    access: 'public',
    ignoresCredentials: true,
    summary: 'Sign out and remove the cookies (supabase.auth.signOut)',
    query: supabaseScope,
    status: 204,
    response: z.null(),
    notIdempotent: true,
    failureFields,
    async handler({ services }, { query: { scope }, request }) {
      await endSessions(services, request.headers, scope)
      if (scope === 'others') return new FileResponse('', {}, 204)
      return new FileResponse('', { 'set-cookie': signedOutCookies(services.config) }, 204)
    },
  }),
}
