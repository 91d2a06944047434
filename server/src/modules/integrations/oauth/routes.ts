import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { validate } from '../../../platform/http/parse.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { asPage, outcomePage, refusalPage } from '../../../platform/oauth/pages.ts'
import type { Services } from '../../../platform/services.ts'
import { isPlatform } from '../platforms.ts'
import * as schema from '../schema.ts'
import { cookieOf, finishOAuth, startOAuth } from './oauth.ts'

const unknownPlatform = () => refusalPage(404, 'There is no such platform.')

const finish = (services: Services, platform: string, callback: schema.Callback, headers: IncomingHttpHeaders) =>
  asPage(async () => {
    if (!isPlatform(platform)) return unknownPlatform()
    const outcome = await finishOAuth(services, platform, callback, headers)
    return outcomePage(outcome, cookieOf(services, platform).clear(), 'Connected.')
  })

export const oauthRoutes: Record<string, Route> = {
  startOAuth: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/oauth/:platform/start',
    access: 'public',
    summary: 'Redirect a browser to the login of a platform',
    hidden: true,
    params: z.object({ platform: z.string() }),
    query: z.object({ ticket: z.string().max(200).default('') }),
    response: z.any(),
    handler: ({ services }, { params: { platform }, query }) =>
      asPage(async () => (isPlatform(platform) ? startOAuth(services, platform, query.ticket) : unknownPlatform())),
  }),
  finishOAuth: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/oauth/:platform/callback',
    access: 'public',
    summary: 'Receive the redirect from the login of a platform',
    hidden: true,
    params: z.object({ platform: z.string() }),
    query: schema.Callback,
    response: z.any(),
    handler: ({ services }, { params, query, request }) => finish(services, params.platform, query, request.headers),
  }),
  finishTokenForm: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/oauth/:platform/callback',
    access: 'public',
    summary: 'Submit the form with the token of a bot',
    hidden: true,
    rawBody: true,
    notIdempotent: true,
    params: z.object({ platform: z.string() }),
    response: z.any(),
    async handler({ services }, { params, request }) {
      const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '')
      return finish(
        services,
        params.platform,
        validate(schema.Callback, Object.fromEntries(form), 'body'),
        request.headers,
      )
    },
  }),
}
