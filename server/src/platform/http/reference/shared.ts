import { z } from 'zod'
import type { Route } from '../route.ts'
import type { Components } from './components.ts'
import type { JsonSchema } from './json-schema.ts'

// Parts shared by all operations: credentials, headers, errors.

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
      'Set by signing in; scripts cannot read it. Over https its name is `__Host-sb_access`. Write requests with this cookie need an `Origin` header with the origin of the server or one of `CORS_ORIGINS`.',
  },
  visitor: {
    type: 'http',
    scheme: 'bearer',
    description:
      "The `visitorToken` of a visitor's conversation, from `POST /api/public/shops/{shopId}/conversations`.",
  },
}

/** Returns the credentials that an operation accepts. API keys work for operations with a scope only. */
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
      "The id of a workspace to use instead of the user's current one. Ignored for API keys, which belong to one workspace.",
    schema: { type: 'string', format: 'uuid' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes the request safe to retry: for 24 hours a request with the same key returns the first response and has no further effect. The same key with a different body returns 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
}

/** Returns the header parameters of an operation. */
export function headerParametersOf({ access, method, path, notIdempotent }: Route): JsonSchema[] {
  const names = [
    ...(access === 'public' || access === 'admin' || /:(shopId|workspaceId)/.test(path) ? [] : ['WorkspaceId']),
    ...(method === 'POST' && !notIdempotent ? ['IdempotencyKey'] : []),
  ]
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }))
}

/** Headers of responses, under components. */
export const headers = {
  RateLimit: {
    description: 'The remaining requests, and the seconds until the limit resets: `"default";r=1199;t=42`.',
    schema: text,
  },
  RateLimitPolicy: {
    description:
      'The number of requests allowed per window, and the length of the window in seconds: `"default";q=1200;w=60`.',
    schema: text,
  },
  RequestId: { description: "The id of this request in the server's log.", schema: text },
  RetryAfter: { description: 'Seconds to wait before trying again.', schema: { type: 'integer' } },
  Link: { description: 'The URL of the next page, `<…>; rel="next"`; absent on the last page.', schema: text },
}

const refTo = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` })

const everywhere = {
  RateLimit: refTo('RateLimit'),
  'RateLimit-Policy': refTo('RateLimitPolicy'),
  'X-Request-Id': refTo('RequestId'),
}

/** Returns the headers of a response. A list without a cursor in its body has `Link`. */
export const headersOf = (isLinkedList: boolean): JsonSchema => ({
  ...everywhere,
  ...(isLinkedList && { Link: refTo('Link') }),
})

export const reasons: Record<number, string> = {
  400: 'Malformed or invalid request; `details` lists the fields.',
  401: 'Missing or invalid credentials.',
  402: 'The plan does not allow this.',
  403: 'Not allowed.',
  404: 'Not found, or not accessible to the caller.',
  408: 'The request did not arrive in time.',
  409: 'Conflicts with the current state.',
  413: 'The body or file is too large.',
  415: 'Media type not supported.',
  416: 'Range not satisfiable.',
  422: 'This Idempotency-Key was used with another body.',
  429: 'Too many requests; see Retry-After.',
  502: 'An external service did not respond correctly.',
  503: 'Temporarily unavailable; see Retry-After.',
}

/** Returns the error statuses that an operation can return. */
export function expectedErrors(route: Route): number[] {
  const always = route.access === 'public' ? [400, 429, 503] : [400, 401, 403, 429, 503]
  const found = route.params ? [404] : []
  const repeated = route.method === 'POST' && !route.notIdempotent ? [422] : []
  return [...new Set([...always, ...found, ...repeated, ...(route.errors ?? [])])].sort((a, b) => a - b)
}

const ErrorAnswer = z
  .object({
    error: z.string().describe('A message for the user: what happened, and what to do.'),
    message: z.string().describe('The same message, for clients that read it under this name.'),
    code: z.string().describe('A stable code for programs, in snake_case.'),
    request_id: z.string().describe("The id of this request in the server's log; also in `X-Request-Id`."),
    details: z
      .array(
        z.object({
          path: z.string().describe('The path of the field: `body.email`, `query.limit`.'),
          message: z.string().describe('The problem with the field.'),
        }),
      )
      .optional()
      .describe('The invalid fields, for 400.'),
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
