import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Ctx, type Principal, createContext } from '../context.ts'
import { AppError, notFound, tooLarge } from '../errors.ts'
import type { Services } from '../services.ts'
import { addressKey } from './address-key.ts'
import { maxUploadBytes } from './multipart.ts'
import type { RateLimiter } from './rate-limit.ts'
import type { Route } from './route.ts'
import { announcedBytes } from './unread-body.ts'

/** Identifies the caller from token, API key or cookie. Throws 401 for credentials that are not valid. */
export type Authenticate = (headers: IncomingHttpHeaders, method: string, path: string) => Principal

/** Returns the id of the guest whose token is in the headers, to count requests by. Undefined without a valid token. */
export type GuestOf = (headers: IncomingHttpHeaders) => string | undefined

declare module 'fastify' {
  interface FastifyRequest {
    ctx: Ctx
  }
  interface FastifyContextConfig {
    operation?: string
    failureFields?: Route['failureFields'] | undefined
  }
}

const anonymous: Principal = { kind: 'public' }
const kilobyte = 1024
/** The limit for bodies on public routes. */
const publicBodyBytes = 16 * kilobyte
const usualBodyBytes = 1024 * kilobyte
/** A form has boundaries and fields besides its file. */
const uploadBodyBytes = maxUploadBytes + 2 * 1024 * kilobyte

/** The most a JSON body may have, in bytes. */
export function bodyLimitOf({ access, body, upload, rawBody, bodyLimitBytes }: Route): number {
  if (bodyLimitBytes !== undefined) return bodyLimitBytes
  if (rawBody) return usualBodyBytes
  return access === 'public' || (!body && !upload) ? publicBodyBytes : usualBodyBytes
}

export interface AdmissionOptions {
  services: Services
  authenticate: Authenticate
  guestOf: GuestOf
  limiter: RateLimiter
  definition: Route
}

/**
 * The hooks that a request passes before its body is read: authentication, rate limit and size limit.
 * A long body is read only for callers that the database has authorized.
 */
export function admission({ services, authenticate, guestOf, limiter, definition }: AdmissionOptions) {
  const bodyLimit = bodyLimitOf(definition)

  const identify = (request: FastifyRequest): Principal => {
    if (definition.ignoresCredentials) return anonymous
    try {
      return authenticate(request.headers, request.method, definition.signsInLike ?? definition.path)
    } catch (error) {
      // Invalid credentials count for the client's address.
      limiter.count({ principal: anonymous, address: request.ip, workspaceId: null, route: refused })
      throw error
    }
  }

  const admit = (request: FastifyRequest, reply: FastifyReply) => {
    const principal = identify(request)
    const workspaceId = wantedWorkspace(request)
    const { limit, left, resetSeconds } = limiter.count({
      principal,
      guestId: definition.access === 'public' ? guestOf(request.headers) : undefined,
      address: request.ip,
      workspaceId: workspaceId ?? null,
      route: definition,
    })
    reply.header('ratelimit', `"default";r=${left};t=${resetSeconds}`)
    reply.header('ratelimit-policy', `"default";q=${limit};w=60`)
    request.unknownFields = []
    request.ctx = createContext({
      services,
      principal,
      entry: { access: definition.access, workspaceId: workspaceId ?? null },
      address: addressKey(request.ip),
      requestId: request.id,
      log: services.log,
      readOnly: definition.kind === 'read',
    })
    if (workspaceId === undefined) throw notFound('workspace')
    refuseCompressed(request)
    const isForm = definition.upload && /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
    const announced = announcedBytes(request.raw)
    if (Number.isFinite(announced) && announced > (isForm ? uploadBodyBytes : bodyLimit)) throw tooLarge(tooLong)
  }

  return {
    onRequest(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
      try {
        admit(request, reply)
      } catch (error) {
        return done(error as Error)
      }
      done()
    },
    preParsing(
      request: FastifyRequest,
      reply: FastifyReply,
      _payload: unknown,
      done: (error?: Error | null) => void,
    ): void {
      const proceed = () => {
        if (request.headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue()
        done()
      }
      if (definition.access === 'public' || announcedBytes(request.raw) <= publicBodyBytes) return proceed()
      request.ctx.db.actor().then(proceed, done)
    },
  }
}

const refused = { access: 'user', kind: 'read' } as const
const tooLong = 'The request is larger than is allowed here.'

/** Three hundred bytes can unpack to gigabytes, which cost time even when a limit ends the reading. */
function refuseCompressed({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? ''
  if (/^(identity)?$/i.test(encoding)) return
  throw new AppError(
    415,
    'unsupported_media_type',
    `Send the body as it is: Content-Encoding ${encoding.slice(0, 100)} is not read here.`,
    { headers: { 'accept-encoding': 'identity' } },
  )
}

/** Returns the workspace of the path or header. Null: none is given; undefined: the value is not an id. */
function wantedWorkspace(request: FastifyRequest): string | null | undefined {
  const { shopId, workspaceId } = request.params as { shopId?: string; workspaceId?: string }
  const wanted = shopId ?? workspaceId ?? request.headers['x-workspace-id']
  if (wanted === undefined || wanted === '') return null
  const isId = typeof wanted === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted)
  return isId ? wanted : undefined
}
