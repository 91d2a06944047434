import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Principal } from '../context.ts'
import { createContext, transaction } from '../context.ts'
import { AppError, badRequest, notFound } from '../errors.ts'
import { newId } from '../id.ts'
import type { Metrics } from '../metrics.ts'
import { openerFor } from '../openers.ts'
import type { Services } from '../services.ts'
import { applyCors } from './cors.ts'
import { sendError } from './error-answer.ts'
import { type Run, replayable } from './idempotency.ts'
import { acceptUploads } from './multipart.ts'
import { parseJson, validate } from './parse.ts'
import { type RateLimiter, createRateLimiter } from './rate-limit.ts'
import { type Answer, FileReply, Reply, type Route, type RouteTable } from './route.ts'
import { serialiserOf } from './serialise.ts'

/** Finds out who calls, from token, API key or cookie. Throws 401 for credentials that are not valid. */
export type Authenticate = (headers: IncomingHttpHeaders, method: string, path: string) => Principal

export interface HttpOptions {
  services: Services
  tables: RouteTable[]
  authenticate: Authenticate
}

/** Makes the Fastify application out of the table of routes. It listens when the caller says so. */
export async function createHttp({ services, tables, authenticate }: HttpOptions): Promise<FastifyInstance> {
  const { config } = services
  const app = fastify({
    logger: false,
    trustProxy: config.trustProxy,
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 500 },
    requestTimeout: 60_000,
    http: { headersTimeout: 30_000 },
    // The client's id is for its own logs; ours is what support asks for.
    requestIdHeader: false,
    genReqId: newId,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: answerMalformedHttp,
    // An address that cannot be decoded reaches neither the hooks nor the error handler.
    frameworkErrors(error, request, reply) {
      setHeaders(request, reply)
      if (!applyCors(config, request, reply)) void sendError(services.log, error, request, reply)
    },
  })
  acceptJson(app)
  await app.register(compress, {
    threshold: 1024,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  await acceptUploads(app)
  measure(app, services.metrics)
  const limiter = createRateLimiter(config.rateLimits)
  // A callback, since this runs for every request; not calling on means that it has been answered.
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply)
    if (!applyCors(config, request, reply)) done()
  })
  app.setErrorHandler((error, request, reply) => sendError(services.log, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendError(
      services.log,
      notFound(`endpoint as ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`),
      request,
      reply,
    ),
  )
  const operations = tables.flatMap(({ routes }) => Object.entries(routes))
  const add = (app: FastifyInstance, [operation, definition]: [string, Route]) =>
    addRoute(app, { services, authenticate, limiter, operation, definition })
  for (const one of operations) if (!one[1].rawBody) add(app, one)
  await app.register(async (child) => {
    acceptBytes(child)
    for (const one of operations) if (one[1].rawBody) add(child, one)
  })
  return app
}

interface RouteSetup {
  services: Services
  authenticate: Authenticate
  limiter: RateLimiter
  operation: string
  definition: Route
}

function addRoute(app: FastifyInstance, { services, authenticate, limiter, operation, definition }: RouteSetup): void {
  const serialise = serialiserOf(definition.answer)
  const readOnly = definition.kind === 'read'
  app.route({
    method: definition.method,
    url: definition.path,
    bodyLimit: definition.bodyLimitBytes ?? 1024 * 1024,
    // HEAD for whatever changes nothing: monitors, players and download managers ask so first. A link that is good once is not used up by it.
    exposeHeadRoute: readOnly,
    config: { operation, failureFields: definition.failureFields },
    async handler(request, reply) {
      const principal = authenticate(request.headers, request.method, definition.path)
      limiter.count(principal, definition, request, reply)
      const entry = { access: definition.access, workspaceId: wantedWorkspace(request) }
      const ctx = createContext({
        services,
        principal,
        open: openerFor(principal, entry),
        requestId: request.id,
        log: services.log,
        readOnly,
      })
      const asked = await readInput()
      const run = async ({ effectId, keepAnswer }: Run) => {
        const input = { ...asked, effectId }
        if (definition.kind !== 'write') return toAnswer(definition, await definition.handler(ctx, input), serialise)
        if (!keepAnswer) {
          return toAnswer(definition, await transaction(ctx, (ctx) => definition.handler(ctx, input)), serialise)
        }
        return transaction(ctx, async (ctx) => {
          // Nested, so that the handler's last statement does not commit before the answer is kept.
          const answer = toAnswer(
            definition,
            await transaction(ctx, (ctx) => definition.handler(ctx, input)),
            serialise,
          )
          await keepAnswer(ctx, answer)
          return answer
        })
      }
      const answer = await replayable(ctx, definition, request, run)
      return reply.code(answer.status).headers(answer.headers).send(answer.body)

      // Somebody who may not do this at all hears that first, whatever is wrong with what they sent.
      async function readInput() {
        if (definition.upload) await ctx.db.entered()
        const isForm = definition.upload && request.isMultipart()
        try {
          return {
            params: definition.params ? validateIds(definition, request.params) : undefined,
            query: definition.query ? validate(definition.query, given(request.query), 'query') : undefined,
            body: definition.body && !isForm ? validate(definition.body, request.body ?? {}, 'body') : undefined,
            request,
          } as Omit<Parameters<Route['handler']>[1], 'effectId'>
        } catch (error) {
          if (definition.access !== 'public') await ctx.db.entered()
          throw error
        }
      }
    },
  })
}

// A filter that a form leaves empty is not given, like an empty string in a body.
const given = (query: unknown) =>
  Object.fromEntries(Object.entries(query as object).filter(([, value]) => value !== ''))

// Something that is not an id cannot be there: 404, like any other id that is not there.
function validateIds(definition: Route, params: unknown): unknown {
  const result = definition.params?.safeParse(params)
  if (result && !result.success) throw notFound('thing')
  return result?.data
}

function wantedWorkspace(request: FastifyRequest): string | null {
  const { shopId, workspaceId } = request.params as { shopId?: string; workspaceId?: string }
  const wanted = shopId ?? workspaceId ?? request.headers['x-workspace-id']
  if (wanted === undefined || wanted === '') return null
  if (typeof wanted === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted)) return wanted
  throw notFound('workspace')
}

function toAnswer(definition: Route, result: unknown, serialise: (value: unknown) => string): Answer {
  const usual = definition.status ?? 200
  if (result instanceof FileReply) return { status: result.status, headers: result.headers, body: result.content }
  const { body, status, headers } = result instanceof Reply ? result : { body: result, status: undefined, headers: {} }
  return {
    status: status ?? usual,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: serialise(body),
  }
}

function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json\b/, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : parseJson(body as string))
    } catch (error) {
      done(error as Error)
    }
  })
}

function acceptBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

function measure(app: FastifyInstance, metrics: Metrics): void {
  const requests = metrics.counter('switchboard_http_requests_total', 'Requests by operation and status.')
  const durations = metrics.histogram(
    'switchboard_http_request_seconds',
    'Time to answer, by operation.',
    durationBuckets,
  )
  app.addHook('onResponse', (request, reply, done) => {
    const operation = (request.routeOptions.config as { operation?: string }).operation ?? 'none'
    requests.add(`operation="${operation}",status="${reply.statusCode}"`)
    durations.observe(reply.elapsedTime / 1000, `operation="${operation}"`)
    done()
  })
}

const fixedHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
}

function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(fixedHeaders)
  reply.header('x-request-id', request.id)
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
}

/** What is not HTTP at all gets the error shape too, on the bare socket. */
function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const failure: AppError =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new AppError(431, 'headers_too_large', 'The request headers are too large.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new AppError(408, 'request_timeout', 'The request did not arrive in time.')
        : badRequest('malformed_http', 'This is not a well-formed HTTP request.')
  const body = JSON.stringify({ error: failure.message, code: failure.code, request_id: newId() })
  socket.end(
    `HTTP/1.1 ${failure.status} Error\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
