import { z } from 'zod'
import type { Route } from '../route.ts'
import type { Components } from './components.ts'
import type { JsonSchema } from './json-schema.ts'

// What operations have in common: credentials, headers, refusals.

const text = { type: 'string' }

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token from `POST /api/auth/login`, or an API key (`sb_live_…`) with the scope.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key with the scope.' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'sb_access',
    description:
      'Set by signing in; scripts cannot read it. Over https its name is `__Host-sb_access`. Requests that change something then need an `Origin` of the server itself or of `CORS_ORIGINS`.',
  },
  visitor: {
    type: 'http',
    scheme: 'bearer',
    description:
      "The `visitorToken` of a visitor's conversation, from `POST /api/public/shops/{shopId}/conversations`.",
  },
}

/** Which credentials an operation takes. API keys are for scopes, not for what is a user's own or the platform's. */
export function securityOf({ access, visitor }: Route): JsonSchema[] {
  if (visitor) return visitor === 'required' ? [{ visitor: [] }] : [{}, { visitor: [] }]
  if (access === 'public') return []
  if (access === 'user' || access === 'admin') return [{ bearer: [] }, { cookie: [] }]
  return [{ bearer: [] }, { apiKey: [] }, { cookie: [] }]
}

/** Headers of requests, under components. */
export const parameters = {
  WorkspaceId: {
    name: 'X-Workspace-Id',
    in: 'header',
    required: false,
    description:
      "Another workspace of the user's than the current one. API keys belong to one workspace and ignore it.",
    schema: { type: 'string', format: 'uuid' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes it harmless to send the request again: for 24 hours the same key gets the first response, and nothing is done twice. With another body: 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
}

/** Which of them an operation takes. */
export function headerParametersOf({ access, method, path, notIdempotent }: Route): JsonSchema[] {
  const names = [
    ...(access === 'public' || access === 'admin' || /:(shopId|workspaceId)/.test(path) ? [] : ['WorkspaceId']),
    ...(method === 'POST' && !notIdempotent ? ['IdempotencyKey'] : []),
  ]
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }))
}

/** Headers of answers, under components. */
export const headers = {
  RateLimit: {
    description: 'How many requests are left, and for how many seconds: `"default";r=1199;t=42`.',
    schema: text,
  },
  RateLimitPolicy: {
    description: 'How many requests a window of so many seconds has: `"default";q=1200;w=60`.',
    schema: text,
  },
  RequestId: { description: "Names this request in the server's log.", schema: text },
  RetryAfter: { description: 'Seconds to wait before trying again.', schema: { type: 'integer' } },
  Link: { description: 'The next page, `<…>; rel="next"`; missing on the last page.', schema: text },
}

const refTo = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` })

const everywhere = {
  RateLimit: refTo('RateLimit'),
  'RateLimit-Policy': refTo('RateLimitPolicy'),
  'X-Request-Id': refTo('RequestId'),
}

/** The headers of a response; a list without a cursor of its own pages by `Link`. */
export const headersOf = (isLinkedList: boolean): JsonSchema => ({
  ...everywhere,
  ...(isLinkedList && { Link: refTo('Link') }),
})

export const reasons: Record<number, string> = {
  400: 'Malformed or invalid request; `details` names the fields.',
  401: 'Missing or invalid credentials.',
  402: 'The plan does not allow it.',
  403: 'Not allowed.',
  404: 'Not found, or not accessible to the caller.',
  408: 'The request did not arrive in time.',
  409: 'Conflicts with the current state.',
  413: 'Too large.',
  415: 'Media type not accepted.',
  416: 'Range not satisfiable.',
  422: 'This Idempotency-Key was used with another body.',
  429: 'Too many requests; see Retry-After.',
  502: 'The outside party did not respond as it should.',
  503: 'Not at the moment; see Retry-After.',
}

/** Every refusal that an operation has to expect. */
export function expectedErrors(route: Route): number[] {
  const always = route.access === 'public' ? [400, 429, 503] : [400, 401, 403, 429, 503]
  const found = route.params ? [404] : []
  const repeated = route.method === 'POST' && !route.notIdempotent ? [422] : []
  return [...new Set([...always, ...found, ...repeated, ...(route.errors ?? [])])].sort((a, b) => a - b)
}

const ErrorAnswer = z
  .object({
    error: z.string().describe('A sentence for a person: what happened, and what to do.'),
    code: z.string().describe('For programs: stable, in snake_case.'),
    request_id: z.string().describe("Names this request in the server's log; also in `X-Request-Id`."),
    details: z
      .array(
        z.object({
          path: z.string().describe('Where it is: `body.email`, `query.limit`.'),
          message: z.string().describe('What is wrong with it.'),
        }),
      )
      .optional()
      .describe('Which fields are wrong, for 400.'),
  })
  .meta({ id: 'Error' })

export function errorResponses(components: Components): JsonSchema {
  const content = { 'application/json': { schema: components.add(ErrorAnswer, 'output') } }
  return Object.fromEntries(
    Object.entries(reasons).map(([status, description]) => {
      const waits = status === '429' || status === '503'
      const ofStatus = { 'X-Request-Id': refTo('RequestId'), ...(waits && { 'Retry-After': refTo('RetryAfter') }) }
      return [status, { description, headers: ofStatus, content }]
    }),
  )
}
