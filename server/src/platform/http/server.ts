import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Config } from '../../config.ts'
import { badRequest, notFound } from '../errors.ts'
import { newId } from '../id.ts'
import type { Metrics } from '../metrics.ts'
import type { Services } from '../services.ts'
import { logAccess } from './access-log.ts'
import { addRoute } from './add-route.ts'
import type { Authenticate, GuestOf } from './admission.ts'
import { limitConnections } from './connections.ts'
import { applyCors } from './cors.ts'
import type { ErrorForm } from './error-form.ts'
import { answerMalformedHttp, sendError } from './error-response.ts'
import { acceptUploads } from './multipart.ts'
import { parseJson } from './json.ts'
import { createRateLimiter } from './rate-limit.ts'
import type { Route, RouteTable } from './route.ts'
import { endUnlessRead } from './unread-body.ts'

export interface HttpOptions {
  services: Services
  tables: RouteTable[]
  authenticate: Authenticate
  guestOf: GuestOf
  /** Of compatibility APIs. */
  errorForms?: readonly ErrorForm[]
}

/** Makes the Fastify application out of the table of routes. It listens when the caller says so. */
export async function createHttp({
  services,
  tables,
  authenticate,
  guestOf,
  errorForms = [],
}: HttpOptions): Promise<FastifyInstance> {
  const { config } = services
  const app = fastify({
    logger: false,
    trustProxy: trusted(config.trustProxy),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 500 },
    requestTimeout: 60_000,
    // A client that stops reading its response does not hold it forever.
    connectionTimeout: 120_000,
    // Without a Host it would respond by itself, without a body.
    http: {
      headersTimeout: 30_000,
      requireHostHeader: false,
      // Other protocols may be ignored (RFC 9110 section 7.8): HTTP/2 in the clear is offered by many clients.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    // The client's id is for its own logs; ours is what support asks for.
    requestIdHeader: false,
    genReqId: newId,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
    clientErrorHandler: answerMalformedHttp,
    // An address that cannot be decoded reaches neither the hooks nor the error handler.
    frameworkErrors(error, request, reply) {
      setHeaders(request, reply)
      if (!applyCors(config, request, reply)) void sendError(services.log, error, request, reply)
    },
  })
  limitConnections(app.server, { perAddress: config.trustProxy === false })
  acceptJson(app, services.metrics)
  const limiter = createRateLimiter(config.rateLimits, services.connections.shares)
  app.decorateRequest('ctx')
  app.decorateRequest('unknownFields')
  app.decorate('errorForms', errorForms)
  await app.register(compress, {
    threshold: 1024,
    encodings: ['br', 'gzip'],
    // Bodies are read as they come, see `admission`.
    globalDecompression: false,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  await acceptUploads(app)
  measure(app, services.metrics)
  logAccess(app, services.log)
  // A callback, since this runs for every request; not calling on means that it has been answered.
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply)
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') return done(withoutHost)
    if (applyCors(config, request, reply)) return
    // Here and not in the handler: by then Fastify has read the body.
    done(request.is404 ? noSuchEndpoint(request) : undefined)
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    endUnlessRead(request, reply)
    done()
  })
  // A client that expects 100-continue gets it when its body is about to be read.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response))
  // Unknown expectations are ignored (RFC 9110 section 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.setErrorHandler((error, request, reply) => sendError(services.log, error, request, reply))
  app.setNotFoundHandler((request) => {
    throw noSuchEndpoint(request)
  })
  const operations = tables.flatMap(({ routes }) => Object.entries(routes))
  const add = (app: FastifyInstance, [operation, definition]: [string, Route]) =>
    addRoute(app, { services, authenticate, guestOf, limiter, operation, definition })
  for (const one of operations) if (!one[1].rawBody) add(app, one)
  await app.register(async (child) => {
    acceptBytes(child)
    for (const one of operations) if (one[1].rawBody) add(child, one)
  })
  return app
}

/** Fastify does not trust a number of hops, since it cannot know that all requests pass the proxy; our operator does. */
const trusted = (proxies: Config['trustProxy']) =>
  typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxies

const noSuchEndpoint = ({ method, url }: FastifyRequest) =>
  notFound(`endpoint as ${method} ${url.split('?')[0]?.slice(0, 200)}`)

const withoutHost = badRequest('malformed_http', 'A request in HTTP/1.1 needs a Host header.')

/** In the place of Fastify's compilers, which it would load at each start: routes bring zod schemas, which it never sees. */
function refuseSchemas(): never {
  throw new Error("A route's input and response are described in the table of routes, not to Fastify.")
}

function acceptJson(app: FastifyInstance, metrics: Metrics): void {
  const parsed = metrics.counter('switchboard_http_json_bytes_total', 'Bytes of JSON bodies that were parsed.')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json\b/, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      parsed.add('', body.length)
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer))
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
    'Time to respond, by operation.',
    durationBuckets,
  )
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.config.operation ?? 'none'
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
