import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { Principal } from '../../platform/context.ts'
import { type AppError, badRequest, forbidden, invalidField, notFound, unauthorized } from '../../platform/errors.ts'
import { isAllowedOrigin, originNotAllowed } from '../../platform/http/cors.ts'
import { errorBody } from '../../platform/http/error-response.ts'
import { endSoon } from '../../platform/http/unread-body.ts'
import { newId } from '../../platform/id.ts'
import { decodePosition } from '../../platform/outbox/position.ts'
import type { Services } from '../../platform/services.ts'
import type { Audience, GuestKind } from '../../platform/sockets/audience.ts'
import type { FrameCodec, FrameCodecs } from '../../platform/sockets/frame-codec.ts'
import { isCookieAlone } from '../identity/index.ts'
import { redeemTicket } from './tickets.ts'

const closeGraceMs = 1000

export interface Handshake {
  principal: Principal
  workspaceId: string | null
  /** For a guest, who has no user account: loads who this is and their topics. */
  loadGuest: (() => Promise<Audience>) | undefined
  after: string | null
}

/** Reads credentials from headers as for a request to the API. Throws 401. */
export type AuthenticateHeaders = (headers: IncomingHttpHeaders) => Principal

/**
 * Returns the codec of the address and the query. Throws 404 for an address without sockets, and 403 for a page of a foreign
 * origin, except with a guest's token, since the widget is shown on other sites.
 */
export function checkAddress(
  services: Services,
  { guests, codecs }: { guests: readonly GuestKind[]; codecs: FrameCodecs },
  request: IncomingMessage,
): { codec: FrameCodec; query: URLSearchParams } {
  const { pathname, searchParams: query } = addressOf(request)
  const codec = Object.hasOwn(codecs, pathname) ? codecs[pathname] : undefined
  if (!codec) throw notFound('endpoint')
  if (!guestOf(services, guests, sentToken(request.headers, query))) checkOrigin(services.config, request.headers)
  return { codec, query }
}

/** Returns the token of a user or guest. A ticket is only for users. */
const sentToken = (headers: IncomingHttpHeaders, query: URLSearchParams) =>
  queryToken(headers, query) ?? bearerToken(headers)

const queryToken = (headers: IncomingHttpHeaders, query: URLSearchParams) =>
  protocolToken(headers) ?? (query.get('ticket') ? undefined : query.get('token') || undefined)

/**
 * Returns the user or guest that opens a socket. Credentials are read in this order: `Sec-WebSocket-Protocol: bearer,
 * <token>`, `?ticket=`, `?token=`, then headers and cookie as for the API. A guest's token is accepted in the same places as
 * a user's. Throws 401 without valid credentials, 403 for an API key, 404 for a workspace of others, 400 for an `?after=`
 * that is not the id of a frame.
 */
export async function readHandshake(
  services: Services,
  { authenticate, guests }: { authenticate: AuthenticateHeaders; guests: readonly GuestKind[] },
  request: IncomingMessage,
  searchParams: URLSearchParams,
): Promise<Handshake> {
  const ticket = searchParams.get('ticket')
  const token = queryToken(request.headers, searchParams)
  const after = searchParams.get('after') || null
  if (after && !decodePosition(after)) throw invalidField('query.after', 'This is not the id of a frame.')
  const loadGuest = guestOf(services, guests, sentToken(request.headers, searchParams))
  if (loadGuest) return { principal: { kind: 'public' }, workspaceId: null, loadGuest, after }
  const principal = token
    ? authenticate({ authorization: `Bearer ${token}` })
    : ticket
      ? await redeemTicket(services, ticket)
      : fromHeaders(authenticate, request.headers)
  if (principal.kind === 'public') throw unauthorized()
  if (principal.kind !== 'user') throw forbidden('A socket is for a signed-in user. With an API key use webhooks.')
  const workspaceId = searchParams.get('workspace_id') || null
  if (workspaceId && !z.uuid().safeParse(workspaceId).success) throw notFound('workspace')
  return { principal, workspaceId, loadGuest: undefined, after }
}

function addressOf({ url = '/' }: IncomingMessage): URL {
  const address = URL.parse(url, 'http://localhost')
  if (!address) throw badRequest('malformed_url', 'The URL is not valid.')
  return address
}

function guestOf(services: Services, guests: readonly GuestKind[], token: string | undefined) {
  if (!token) return undefined
  for (const { admit } of guests) {
    const guest = admit(services, token)
    if (guest) return guest
  }
  return undefined
}

const bearerToken = ({ authorization }: IncomingHttpHeaders) => /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]

/** Browsers let any page open a socket, and send its Origin, so it is checked for all kinds of credentials. */
function checkOrigin(config: Config, { origin }: IncomingHttpHeaders): void {
  if (origin !== undefined && !isAllowedOrigin(config, origin)) throw originNotAllowed(origin)
}

function fromHeaders(authenticate: AuthenticateHeaders, headers: IncomingHttpHeaders): Principal {
  const principal = authenticate(headers)
  const isByCookie = principal.kind !== 'public' && isCookieAlone(headers)
  if (isByCookie && headers.origin === undefined) throw forbidden('A socket opened by cookie needs an Origin header.')
  return principal
}

function protocolToken(headers: IncomingHttpHeaders): string | undefined {
  const [scheme, token] = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  return scheme?.toLowerCase() === 'bearer' && token ? token : undefined
}

// Importing `node:http` evaluates all its exports; that of WebSocket loads the fetch of Node, which takes 25 ms at the start.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** Sent as close codes, plus 4000: browsers do not show pages the HTTP response of a failed handshake. */
const closable = new Set([401, 403, 404, 429])

export const isClosable = ({ status }: AppError): boolean => closable.has(status)

/** Closes the socket with a close code, like 4401 for an invalid token, and the message as the reason. */
export function closeRefused(ws: WebSocket, { status, message }: AppError): void {
  ws.on('error', () => undefined)
  // A reason has at most 123 bytes (RFC 6455 section 5.5).
  ws.close(
    4000 + status,
    Buffer.from(message)
      .subarray(0, 120)
      .toString('utf8')
      .replace(/\ufffd$/, ''),
  )
  setTimeout(() => ws.terminate(), closeGraceMs).unref()
}

/** Sends an HTTP error response, like that of the API, instead of opening the socket. */
export function refuse(stream: Duplex, failure: AppError): void {
  const body = JSON.stringify(errorBody(failure, newId()))
  const retry = failure.retryAfterSeconds === undefined ? '' : `retry-after: ${failure.retryAfterSeconds}\r\n`
  endSoon(
    stream,
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? 'Error'}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n${retry}connection: close\r\n\r\n${body}`,
  )
}
