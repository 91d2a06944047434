import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Ctx, transaction } from '../context.ts'
import { AppError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type Authenticate, type GuestOf, admission, bodyLimitOf } from './admission.ts'
import { sendError } from './error-response.ts'
import { type Run, replayable } from './idempotency.ts'
import { validate } from './parse.ts'
import type { RateLimiter } from './rate-limit.ts'
import { type HttpResponse, FileResponse, JsonResponse, type Route } from './route.ts'
import { serialiserOf } from './serialise.ts'

interface RouteSetup {
  services: Services
  authenticate: Authenticate
  guestOf: GuestOf
  limiter: RateLimiter
  operation: string
  definition: Route
}

/** Adds an entry of the route table as a Fastify route: admission, input, transaction, handler and response. */
export function addRoute(
  app: FastifyInstance,
  { services, authenticate, guestOf, limiter, operation, definition }: RouteSetup,
): void {
  const serialise = serialiserOf(definition.response)
  const isPublic = definition.access === 'public'
  app.route({
    method: definition.method,
    url: definition.path,
    bodyLimit: bodyLimitOf(definition),
    // HEAD for read routes: monitors, players and download managers send it first. It does not use up a single-use link.
    exposeHeadRoute: definition.kind === 'read',
    config: { operation, failureFields: definition.failureFields },
    ...admission({ services, authenticate, guestOf, limiter, definition }),
    async handler(request, reply) {
      const { ctx } = request
      // Without a transaction that rolls the handler's effects back, a caller without permission must be refused first.
      if ((definition.kind === 'nontransactional' && !isPublic) || definition.upload) await ctx.db.actor()
      const asked = readInput(request)
      const handle = async (ctx: Ctx, input: Parameters<Route['handler']>[1]) => {
        const result = await definition.handler(ctx, input)
        // Free once a statement has run. A handler may respond without one, but not to a caller who was not checked.
        if (!isPublic) await ctx.db.actor()
        return result
      }
      const run = async ({ effectId, storeResponse }: Run) => {
        const input = { ...asked, effectId }
        if (definition.kind !== 'write') return toHttpResponse(definition, await handle(ctx, input), serialise)
        if (!storeResponse)
          return toHttpResponse(definition, await transaction(ctx, (ctx) => handle(ctx, input)), serialise)
        return transaction(ctx, async (ctx) => {
          // Nested, so that the handler's last statement does not commit before the response is stored.
          const response = toHttpResponse(definition, await transaction(ctx, (ctx) => handle(ctx, input)), serialise)
          await storeResponse(ctx, response)
          return response
        })
      }
      const response = await replayable(ctx, definition, request, run)
      return reply.code(response.status).headers(response.headers).send(response.body)
    },
    errorHandler: async (error, request, reply) =>
      sendError(services.log, (await refusal(error, request)) ?? error, request, reply),
  })

  function readInput(request: FastifyRequest) {
    const isForm = definition.upload && request.isMultipart()
    return {
      params: definition.params ? validateIds(definition, request.params) : undefined,
      query: definition.query ? validate(definition.query, given(request.query), 'query') : undefined,
      body: definition.body && !isForm ? validate(definition.body, request.body ?? {}, 'body') : undefined,
      request,
    } as Omit<Parameters<Route['handler']>[1], 'effectId'>
  }

  /** Returns the error that this caller gets instead: a caller without permission learns only that. */
  async function refusal(error: unknown, { ctx }: FastifyRequest): Promise<unknown> {
    if (isPublic || !ctx || error === ctx.scope.check.failure) return undefined
    try {
      await ctx.db.actor()
      return undefined
    } catch (refused) {
      return refused
    }
  }
}

// A filter that a form leaves empty is not given, like an empty string in a body.
const given = (query: unknown) =>
  Object.fromEntries(Object.entries(query as object).filter(([, value]) => value !== ''))

// A malformed id cannot exist: 404, as for any unknown id.
function validateIds(definition: Route, params: unknown): unknown {
  const result = definition.params?.safeParse(params)
  if (result && !result.success) throw new AppError(404, 'not_found', 'Not found.')
  return result?.data
}

function toHttpResponse(definition: Route, result: unknown, serialise: (value: unknown) => string): HttpResponse {
  const usual = definition.status ?? 200
  if (result instanceof FileResponse) return { status: result.status, headers: result.headers, body: result.content }
  const { body, status, headers } =
    result instanceof JsonResponse ? result : { body: result, status: undefined, headers: {} }
  return {
    status: status ?? usual,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: serialise(body),
  }
}
