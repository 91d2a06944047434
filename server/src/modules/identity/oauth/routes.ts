import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../../platform/errors.ts'
import { optional } from '../../../platform/http/fields.ts'
import { type FileResponse, type Route, route } from '../../../platform/http/route.ts'
import { asPage, outcomePage, redirectTo } from '../../../platform/oauth/pages.ts'
import type { Services } from '../../../platform/services.ts'
import { signedInCookies } from '../sessions/cookies.ts'
import { deviceOf } from '../sessions/device.ts'
import { knownDeviceCookie } from '../sessions/known-devices.ts'
import { TwoFactorRequired } from '../two-factor/pending-sign-ins.ts'
import { withFailure, withSession } from '../supabase/redirect-target.ts'
import {
  type SignInOutcome,
  beginSignIn,
  cookieOf,
  finishSignIn,
  requireAllowedPage,
} from './authorization-requests.ts'
import { offeredProviders } from './providers.ts'

const params = z.object({
  provider: z
    .string()
    .max(100)
    .describe('`google`, `github`, or the name of an OpenID Connect provider of this installation.'),
})

/** Errors are pages for browsers, and JSON for programs. */
const forReader = <T>({ headers }: FastifyRequest, work: () => Promise<T>) =>
  headers.accept?.includes('text/html') ? asPage(work) : work()

async function conclude(services: Services, provider: string, outcome: SignInOutcome): Promise<FileResponse> {
  if (outcome.forSupabase) {
    const { page, result } = outcome
    const target =
      result instanceof AppError
        ? withFailure(page, result)
        : await withSession(services, page, result.session, outcome)
    return redirectTo(target.href, [
      cookieOf(services, provider).clear(),
      ...(result instanceof AppError ? [] : [knownDeviceCookie(services, result.session.user.email)]),
    ])
  }
  return concludeWithCookies(services, provider, outcome)
}

function concludeWithCookies(services: Services, provider: string, outcome: SignInOutcome): FileResponse {
  const { page, inPopup, result } = outcome
  const failure = result instanceof AppError ? { code: result.code, error: result.message } : undefined
  const asked = result instanceof TwoFactorRequired ? result.forPage : undefined
  const left = cookieOf(services, provider).clear()
  const cookies =
    result instanceof AppError
      ? [left]
      : [
          left,
          ...signedInCookies(services.config, { access: result.access_token, refresh: result.refresh_token }),
          knownDeviceCookie(services, result.session.user.email),
        ]
  if (inPopup) {
    const message = { type: 'oauth', platform: provider, success: !failure, ...failure, ...asked } as const
    return outcomePage({ openerOrigin: page.origin, result: message }, cookies, 'You are signed in.')
  }
  if (failure) {
    // The error parameters of RFC 6749 4.1.2.1.
    page.searchParams.set('error', failure.code)
    page.searchParams.set('error_description', failure.error)
  }
  if (asked) page.hash = new URLSearchParams(asked).toString()
  return redirectTo(page.href, cookies)
}

const target = z.object({
  redirect_to: optional(z.string().max(2000)).describe(
    "The page to return to: one of this server's or of `CORS_ORIGINS`.",
  ),
  popup: z
    .stringbool()
    .default(false)
    .describe('`true` when the login runs in a popup: the result is posted to the page that opened it.'),
})

const begin = (services: Services, provider: string, query: z.output<typeof target>, request: FastifyRequest) =>
  forReader(request, async () => {
    const { location, cookie } = await beginSignIn(services, provider, {
      page: requireAllowedPage(services.config, query.redirect_to ?? '/'),
      inPopup: query.popup,
      forSupabase: false,
      codeChallenge: null,
    })
    return redirectTo(location, cookie)
  })

/** The address of one provider in a front-end that was written for another API. */
const signingInWith = (provider: string) =>
  route({
    kind: 'nontransactional',
    method: 'GET',
    path: `/api/auth/${provider}`,
    access: 'public',
    summary: `The same as \`/api/auth/oauth/${provider}\``,
    query: target,
    accepts: { query: { redirect: 'redirect_to' } },
    status: 302,
    response: z.null(),
    errors: [409, 502],
    handler: ({ services }, { query, request }) => begin(services, provider, query, request),
  })

/** Signing in with an account of another provider: Google, GitHub, any OpenID Connect provider. */
export const oauthRoutes: Record<string, Route> = {
  listSignInProviders: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/api/auth/oauth',
    access: 'public',
    summary: 'List the other providers that people can sign in with',
    response: z.object({
      data: z
        .array(
          z.object({
            provider: z.string().describe("The provider's name in URLs."),
            name: z.string().describe("The provider's display name."),
          }),
        )
        .describe('The providers that users can sign in with.'),
    }),
    handler: async ({ services }) => ({ data: offeredProviders(services.config) }),
  }),

  signInElsewhere: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/api/auth/oauth/:provider',
    access: 'public',
    summary:
      'Send a browser to another provider to sign in; it returns with cookies to `redirect_to`, a page of this server or of CORS_ORIGINS, and with `popup` that page gets a message',
    params,
    query: target,
    status: 302,
    response: z.null(),
    errors: [409, 502],
    handler: ({ services }, { params: { provider }, query, request }) => begin(services, provider, query, request),
  }),
  signInWithGoogle: signingInWith('google'),
  signInWithFacebook: signingInWith('facebook'),

  returnFromElsewhere: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/api/auth/oauth/:provider/callback',
    access: 'public',
    summary: 'Receive the browser that the provider sends back',
    params,
    query: z.object({
      state: z.string().max(200).optional().describe('Ties the response to the browser that started the login.'),
      code: z
        .string()
        .max(4000)
        .optional()
        .describe("The provider's code, which the server exchanges for the account."),
      iss: z.string().max(500).optional().describe("The provider's issuer URL, if it sends one (RFC 9207)."),
      error: z.string().max(200).optional().describe('Why the provider did not sign the user in.'),
    }),
    status: 302,
    response: z.null(),
    errors: [409],
    handler: ({ services }, { params: { provider }, query, request }) =>
      forReader(request, async () =>
        conclude(services, provider, await finishSignIn(services, provider, query, request.headers, deviceOf(request))),
      ),
  }),
}
