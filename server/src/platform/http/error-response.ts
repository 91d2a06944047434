import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, badRequest, tooLarge, unavailable } from '../errors.ts'
import { newId } from '../id.ts'
import type { Log } from '../log.ts'
import { errorFormOf } from './error-form.ts'
import { endSoon } from './unread-body.ts'

/** The one place where a failure becomes a response: `{ error, message, code, request_id, details? }`. */
export function sendError(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = asAppError(error)
  if (failure.status >= 500) {
    log.error({ err: failure.cause ?? error, request_id: request.id, route: request.routeOptions.url }, failure.message)
  }
  if (failure.headers) reply.headers(failure.headers)
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds)
  // Whichever limit it was: nothing is left of it until then.
  if (failure.status === 429) reply.header('ratelimit', `"default";r=0;t=${failure.retryAfterSeconds ?? 1}`)
  const form = errorFormOf(request)
  if (form) {
    const { status, body } = form.write(failure, request)
    return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body))
  }
  const { failureFields } = request.routeOptions.config
  return reply
    .code(failure.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ ...failure.fields, ...failureFields?.(failure), ...errorBody(failure, request.id) }))
}

export const errorBody = (failure: AppError, requestId: string) => ({
  error: failure.message,
  message: failure.message,
  code: failure.code,
  request_id: requestId,
  ...(failure.details && { details: failure.details }),
})

/** Returns the response for an error. An unexpected error is a 500 that reveals no internals. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return tooLarge('The request is larger than is allowed here.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError(
        415,
        'unsupported_media_type',
        'Send the body as application/json, or files as multipart/form-data.',
      )
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError(400, 'malformed_http', 'The body is not as long as Content-Length says.')
    case 'FST_ERR_BAD_URL':
      return new AppError(400, 'malformed_url', 'The address contains broken percent encoding.')
    case 'ENOSPC':
      return unavailable('The disk is full; nothing was changed.', 60, error)
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError(statusCode, 'bad_request', (error as Error).message)
  }
  return new AppError(500, 'internal', 'Something went wrong on our side. The request id helps us find it.', {
    cause: error,
  })
}

/** Malformed HTTP gets an error response too, on the bare socket. */
export function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  // More of the same, while the response to it goes out.
  if (socket.writableEnded) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const failure: AppError =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new AppError(431, 'headers_too_large', 'The request headers are too large.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new AppError(408, 'request_timeout', 'The request did not arrive in time.')
        : badRequest('malformed_http', 'This is not a well-formed HTTP request.')
  const body = JSON.stringify(errorBody(failure, newId()))
  endSoon(
    socket,
    `HTTP/1.1 ${failure.status} Error\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
