/** A fault in one input field, named by its path: `body.email`, `query.limit`. */
export interface FieldFault {
  path: string
  message: string
}

/**
 * An expected failure, written for the person who reads it. Rendered once, by the HTTP layer, as
 * `{ error, message, code, request_id, details? }`. `code` is stable and snake_case.
 */
export class AppError extends Error {
  readonly status: number
  readonly code: string
  readonly details: FieldFault[] | undefined
  /** Seconds, sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined
  /** Headers that the protocol requires with this status. */
  readonly headers: Record<string, string | string[]> | undefined
  /** Fields that the client needs besides the usual ones of an error response. */
  readonly fields: Record<string, unknown> | undefined

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      details?: FieldFault[]
      retryAfterSeconds?: number
      headers?: Record<string, string | string[]>
      fields?: Record<string, unknown>
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'AppError'
    this.status = status
    this.code = code
    this.details = more.details
    this.retryAfterSeconds = more.retryAfterSeconds
    this.headers = more.headers
    this.fields = more.fields
  }
}

export const badRequest = (code: string, message: string, details?: FieldFault[], cause?: unknown) =>
  new AppError(400, code, message, { ...(details && { details }), cause })

/** One bad field: the usual 400. */
export const invalidField = (path: string, message: string) => badRequest('invalid_input', message, [{ path, message }])

/** The caller is not authenticated. */
export const unauthorized = (message = 'Sign in to do this.') => new AppError(401, 'unauthorized', message)

/** The caller is authenticated and may not do this. */
export const forbidden = (message = 'Your role does not allow this.') => new AppError(403, 'forbidden', message)

/** Not there, or not yours: the two are never told apart. */
export const notFound = (noun: string) => new AppError(404, 'not_found', `There is no such ${noun}.`)

/** It does not go with how things stand; `code` says what in particular. */
export const conflict = (code: string, message: string) => new AppError(409, code, message)

export const tooLarge = (message: string) => new AppError(413, 'too_large', message)

/** Adds to the message when to try again. */
export const tooManyRequests = (retryAfterSeconds: number, message = 'Too many requests.') =>
  new AppError(429, 'too_many_requests', `${message} Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds })

/** Not now. `cause` goes to the log only. */
export const unavailable = (message: string, retryAfterSeconds = 5, cause?: unknown) =>
  new AppError(503, 'unavailable', message, { retryAfterSeconds, cause })

/** For `await ctx.db.maybe(...) ?? missing('contact')`. */
export function missing(noun: string): never {
  throw notFound(noun)
}
