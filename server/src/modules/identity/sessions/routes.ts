import { z } from 'zod'
import { unauthorized } from '../../../platform/errors.ts'
import { id, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { JsonResponse, type Route, route } from '../../../platform/http/route.ts'
import { refreshCookie, requireOwnPage, signedOutCookies, withCookies } from './cookies.ts'
import { deviceOf } from './device.ts'
import { knownDeviceCookie, knownDeviceOf } from './known-devices.ts'
import { alwaysTrue, me, namedUser, newAccount, userNames } from '../people/schema.ts'
import { credentials, openSession, refreshRequest, signedIn, signedInNames, signedOut, signedUp } from './schema.ts'
import { listSessions, revokeOtherSessions, revokeSession } from './open-sessions.ts'
import { refreshSession } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { endSessions } from './sign-out.ts'
import { signUp } from '../people/sign-up.ts'
import { findMe } from '../people/users.ts'

const onceMore = { schema: namedUser.describe('The same user once more.'), from: (user: object) => user }
/** Names in which the front-ends read the signed-in user. */
const meNames = [{ names: userNames }, { names: { success: alwaysTrue, user: onceMore, data: onceMore } }]

const signOut = (path: string) =>
  route({
    kind: 'nontransactional',
    method: 'POST',
    path,
    access: 'public',
    ignoresCredentials: true,
    summary: 'Sign out: the sessions of the token and of the cookie end at once, and the cookies are removed',
    response: signedOut,
    notIdempotent: true,
    async handler({ services }, { request }) {
      await endSessions(services, request.headers, 'local')
      return new JsonResponse(
        { success: true as const, message: 'You are signed out.' },
        { headers: { 'set-cookie': signedOutCookies(services.config) } },
      )
    },
  })

export const sessionRoutes: Record<string, Route> = {
  signUp: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/signup',
    access: 'public',
    summary: 'Create an account; `metadata` fills the profile',
    body: newAccount,
    example: {
      email: 'ana@example.com',
      password: 'correct horse battery',
      metadata: { full_name: 'Ana Silva', company_name: 'Silva Lda' },
    },
    status: 201,
    response: signedUp,
    alsoReturns: signedInNames,
    errors: [409],
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      const signedIn = await signUp(services, body, deviceOf(request))
      const response = { message: 'Your account is ready.', ...signedIn }
      return withCookies(services.config, response, signedIn.session, [knownDeviceCookie(services, body.email)])
    },
  }),

  register: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/register',
    access: 'public',
    summary:
      'Create an account, with `invitation_token` in the workspace of the invitation; the response is that of a login',
    body: newAccount,
    example: { email: 'ben@example.com', password: 'correct horse battery', name: 'Ben Okafor' },
    status: 201,
    response: signedIn,
    alsoReturns: signedInNames,
    errors: [409],
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      const response = await signUp(services, body, deviceOf(request))
      return withCookies(services.config, response, response.session, [knownDeviceCookie(services, body.email)])
    },
  }),

  login: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/login',
    access: 'public',
    summary:
      'Sign in; an account with a second factor gets 403 `two_factor_required` with `two_factor_token` and `methods`, to continue with `POST /api/auth/two-factor/sign-in`',
    body: credentials,
    example: { email: 'ana@example.com', password: 'correct horse battery' },
    response: signedIn,
    alsoReturns: signedInNames,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      const knownAs = knownDeviceOf(services, request.headers, body.email)
      const response = await signIn(services, body, { ...deviceOf(request), knownAs })
      return withCookies(services.config, response, response.session, [knownDeviceCookie(services, body.email)])
    },
  }),

  refresh: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/auth/refresh',
    access: 'public',
    summary: 'Exchange a refresh token, from the body or the cookie, for new tokens; each can be used once',
    body: refreshRequest,
    example: {},
    response: signedIn,
    alsoReturns: signedInNames,
    notIdempotent: true,
    async handler({ services }, { body, request }) {
      const { config } = services
      let token = body.refresh_token
      if (token === undefined) {
        token = refreshCookie(config, request.headers)
        if (token !== undefined) requireOwnPage(config, request.headers)
      }
      if (token === undefined) throw unauthorized('Send the refresh token in the body or the cookie.')
      const response = await refreshSession(services, token, deviceOf(request))
      return withCookies(config, response, response.session)
    },
  }),

  logout: signOut('/api/auth/logout'),
  signOut: signOut('/api/auth/signout'),

  getMe: route({
    kind: 'read',
    method: 'GET',
    path: '/api/auth/me',
    access: 'user',
    summary: 'Get the signed-in user and their workspaces',
    response: me,
    alsoReturns: meNames,
    handler: (ctx) => ctx.db.one(findMe, {}),
  }),

  listSessions: route({
    kind: 'read',
    method: 'GET',
    path: '/api/auth/sessions',
    access: 'user',
    summary: "List the caller's sessions",
    response: pageOf(openSession),
    handler: async (ctx) => ({ data: await listSessions(ctx), next_cursor: null }),
  }),

  revokeOtherSessions: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/auth/sessions',
    access: 'user',
    summary: "End all of the caller's sessions but this one",
    response: success,
    async handler(ctx) {
      await revokeOtherSessions(ctx)
      return succeeded
    },
  }),

  revokeSession: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/auth/sessions/:id',
    access: 'user',
    summary: "End one of the caller's sessions",
    params: z.object({ id: id.describe('Id of the session.') }),
    response: success,
    async handler(ctx, { params }) {
      await revokeSession(ctx, params.id)
      return succeeded
    },
  }),
}
