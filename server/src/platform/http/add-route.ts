import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { transaction } from '../context.ts'
import type { Services } from '../services.ts'
import { type Authenticate, type GuestOf, admission, bodyLimitOf } from './admission.ts'
import { sendError } from './error-response.ts'
import { type Run, replayable } from './idempotency.ts'
import { type Input, handle } from './handle.ts'
import { ignoredFieldsHeader, namesOf, wantsStrict } from './names/input-names.ts'
import type { RateLimiter } from './rate-limit.ts'
import { inputReader } from './read-input.ts'
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
  const read = inputReader(definition)
  app.route({
    method: definition.method,
    url: definition.path,
    bodyLimit: bodyLimitOf(definition),
    // HEAD for read routes: monitors, players and download managers send it first. It does not use up a single-use link.
    exposeHeadRoute: definition.kind === 'read',
    config: {
      operation,
      failureFields: definition.failureFields,
      ...(definition.upload && { readForm: namesOf(definition, 'body', definition.form) }),
    },
    ...admission({ services, authenticate, guestOf, limiter, definition }),
    async handler(request, reply) {
      const { ctx } = request
      // Without a transaction that rolls the handler's effects back, a caller without permission must be refused first.
      if ((definition.kind === 'nontransactional' && !isPublic) || definition.upload) await ctx.db.actor()
      const asked = {
        params: read.params(request.params),
        query: read.query(request.query, request),
        body: read.body(request.body, request),
        request,
      }
      const run = async ({ effectId, storeResponse }: Run) => {
        const input = { ...asked, effectId } as Input
        if (definition.kind !== 'write')
          return toHttpResponse(definition, await handle(definition, ctx, input), serialise)
        if (!storeResponse)
          return toHttpResponse(definition, await transaction(ctx, (ctx) => handle(definition, ctx, input)), serialise)
        return transaction(ctx, async (ctx) => {
          // Nested, so that the handler's last statement does not commit before the response is stored.
          const response = toHttpResponse(
            definition,
            await transaction(ctx, (ctx) => handle(definition, ctx, input)),
            serialise,
          )
          await storeResponse(ctx, response)
          return response
        })
      }
      const response = await replayable(ctx, definition, request, run)
      nameUnknownFields(request, reply)
      return reply.code(response.status).headers(response.headers).send(response.body)
    },
    errorHandler: async (error, request, reply) =>
      sendError(services.log, (await refusal(error, request)) ?? error, request, reply),
  })

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

/** Nothing is dropped in silence: the response names the fields that had no effect. */
function nameUnknownFields(request: FastifyRequest, reply: FastifyReply): void {
  if (wantsStrict(request)) reply.header('preference-applied', 'handling=strict')
  const { unknownFields, ctx } = request
  if (unknownFields.length === 0) return
  const names = ignoredFieldsHeader(unknownFields)
  reply.header('x-ignored-fields', names)
  ctx.log.debug({ request_id: request.id, ignored: names }, 'Ignored fields that the operation does not know.')
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
